"""From clockings to how a day was used."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.appointments.models import Appointment
from apps.capacity.models import DayUse
from apps.core import clock
from apps.workorders.models import Line, OrderVersion, WorkOrder
from apps.workshop import day_use, tasks
from apps.workshop.models import Clocking
from tests.appointments.factories import make_appointment
from tests.capacity.factories import advisor, hours, technician
from tests.cast import person
from tests.workorders.factories import make_visit
from tests.workshop.factories import colleague, make_house, make_jobs

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def yesterday(cast):
    make_house(cast)
    return clock.today() - DAY


def clocked(job, day, start, end, *, technician=None):
    """Somebody worked on the job from ``start`` to ``end`` o'clock of ``day``."""
    return Clocking.objects.create(
        job=job,
        technician=technician or User.objects.get(username="technician"),
        started_at=clock.at(day, start),
        ended_at=clock.at(day, end) if end else None,
        end_reason="finished" if end else "",
    )


def opened(job, day):
    """The order was opened on ``day``."""
    WorkOrder.objects.filter(pk=job.order_id).update(opened_at=clock.at(day, 8))


def kept(day):
    row = DayUse.objects.get(day=day)
    return row.ahead_minutes, row.same_day_minutes


def test_a_walk_in_uses_the_same_day_and_the_next_day_is_booked_ahead(cast, yesterday):
    (job,) = make_jobs(cast, "3.0")
    opened(job, yesterday - DAY)
    clocked(job, yesterday - DAY, 16, 18)
    clocked(job, yesterday, 8, 9)
    assert day_use.record(cast.store, yesterday - DAY, yesterday) == 2
    assert kept(yesterday - DAY) == (0, 120)
    assert kept(yesterday) == (60, 0), "what stood over night was known in the morning"


@pytest.mark.parametrize(("booked_days_before", "expected"), [(1, (60, 0)), (0, (0, 60))])
def test_a_booking_counts_as_ahead_unless_it_was_made_on_the_day(
    cast, yesterday, booked_days_before, expected
):
    advisor(cast.store, cast.advisor)
    appointment = make_appointment(cast.store, by=cast.advisor)
    visit = make_visit(cast, appointment.vehicle, appointment=appointment, status="in_house")
    job, *_booked = make_jobs(cast, "1.0", visit=visit)
    opened(job, yesterday)
    Appointment.objects.filter(pk=appointment.pk).update(
        booked_at=clock.at(yesterday - booked_days_before * DAY, 7)
    )
    clocked(job, yesterday, 9, 10)
    day_use.record(cast.store, yesterday, yesterday)
    assert kept(yesterday) == expected


def test_added_work_counts_from_the_day_of_consent(cast, yesterday):
    first, added = make_jobs(cast, "1.0", "1.0")
    opened(first, yesterday - 2 * DAY)
    Line.objects.filter(pk=added.line_id).update(is_additional=True)
    # A signed version never changes: the database lets only its PDF in, so the consent is a new one.
    version = OrderVersion.objects.create(
        order=first.order, number=9, template_version="t", content={}, sha256="0" * 64, total=0,
        made_at=clock.at(yesterday - DAY, 15),
    )  # fmt: skip
    Line.objects.filter(pk=added.line_id).update(authorised_in=version)
    clocked(first, yesterday - DAY, 14, 15)
    clocked(added, yesterday - DAY, 15, 17)
    clocked(added, yesterday, 8, 9)
    day_use.record(cast.store, yesterday - DAY, yesterday)
    assert kept(yesterday - DAY) == (60, 120)
    assert kept(yesterday) == (60, 0)


def test_everybody_counts_and_midnight_parts_the_days(cast, yesterday):
    (job,) = make_jobs(cast, "3.0")
    opened(job, yesterday - DAY)
    clocked(job, yesterday - DAY, 16, 18, technician=colleague(cast))
    Clocking.objects.create(
        job=job, technician=cast.technician, end_reason="finished",
        started_at=clock.at(yesterday - DAY, 23), ended_at=clock.at(yesterday, 1),
    )  # fmt: skip
    day_use.record(cast.store, yesterday - DAY, yesterday)
    assert kept(yesterday - DAY) == (0, 120 + 60)
    assert kept(yesterday) == (60, 0)


def test_what_was_forgotten_to_end_counts_once_it_is_ended(cast, yesterday):
    (job,) = make_jobs(cast, "3.0")
    opened(job, yesterday)
    running = clocked(job, yesterday, 9, None)
    clocked(job, yesterday, 8, 9, technician=colleague(cast))
    tasks.record_day_use()
    assert kept(yesterday) == (0, 60)
    Clocking.objects.filter(pk=running.pk).update(ended_at=clock.at(yesterday, 10), end_reason="finished")
    tasks.record_day_use()
    assert kept(yesterday) == (0, 120)


def test_the_first_time_goes_back_to_the_first_clocking_and_then_a_week(cast, yesterday):
    (job,) = make_jobs(cast, "3.0")
    opened(job, yesterday)
    first = clocked(job, yesterday - 39 * DAY, 9, 10)
    assert tasks.record_day_use() == 40, "every open day since then, worked or not"
    assert not DayUse.objects.filter(day__lt=yesterday - 39 * DAY).exists()
    Clocking.objects.filter(pk=first.pk).update(ended_at=clock.at(yesterday - 39 * DAY, 12))
    assert tasks.record_day_use() == day_use.AGAIN


def test_stores_are_counted_apart(cast, yesterday):
    hours(cast.other_store)
    other = person("technician", cast.other_store, cast.group, "other-tech")
    technician(cast.other_store, other)
    (job,) = make_jobs(cast, "3.0")
    opened(job, yesterday)
    clocked(job, yesterday, 9, 10)
    tasks.record_day_use()
    assert [row.store for row in DayUse.objects.all()] == [cast.store], "nothing is known of the other"
