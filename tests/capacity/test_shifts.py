"""Shifts and days that differ: what the database holds, and what slots are made of."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.capacity import selectors, slots
from apps.capacity.models import CapacityDay, Duty, OpeningHours, Resource, Shift
from apps.capacity.needs import Needs, Step
from apps.capacity.services import reserve
from apps.core import clock, workdays
from apps.core.errors import DomainError
from tests.capacity.factories import advisor, bay, hours, narrow_house, on, technician, tomorrow

pytestmark = pytest.mark.django_db
HOUR = Needs.of(timedelta(hours=1), "general")
EARLY = [time(8), time(12), time(13), time(17)]


@pytest.fixture
def early(cast) -> Shift:
    return Shift.objects.create(store=cast.store, name="Early", times=EARLY)


def mechanic() -> Resource:
    return Resource.objects.get(kind="technician")


def day_of(cast, day, needs=HOUR):
    return slots.days(cast.store, needs=needs, date_from=day, now=clock.now())[0]


def at(view) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in view.slots]


# -- what the database holds ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "times",
    [[time(8)], [time(8), time(12), time(11), time(17)], [time(12), time(8)], [time(8), time(8)]],
    ids=str,
)
def test_the_database_refuses_shifts_whose_pieces_overlap_or_do_not_end(cast, times):
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.create(store=cast.store, name="Odd", times=times)


def test_the_database_holds_one_duty_a_day_and_never_half_hours(cast, early):
    person = technician(cast.store, cast.technician)
    Duty.objects.create(resource=person, weekday=1, shift=early)
    for wrong in ({"weekday": 1}, {"weekday": 8}, {}, {"weekday": 2, "day": tomorrow().date()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.create(resource=person, shift=early, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        CapacityDay.objects.create(store=cast.store, day=tomorrow().date(), opens=time(8))
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(store=cast.store, weekday=3)


# -- what slots are made of -------------------------------------------------------------------------


def test_a_usual_shift_and_a_day_off_are_what_slots_are_made_of(cast, early):
    narrow_house(cast)
    day = tomorrow().date()
    Duty.objects.create(resource=mechanic(), weekday=day.isoweekday(), shift=early)
    view = day_of(cast, day)
    evening = view.slots[-1]
    assert (at(view)[-1], evening.stays[0].work[0][0]) == ("17:45", tomorrow(8, days=2)), "it waits for him"
    lunch = next(s for s in view.slots if f"{s.starts_at:%H:%M}" == "11:15")
    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in lunch.stays[0].work] == ["11:30-12:00", "13:00-13:30"]
    Duty.objects.create(resource=mechanic(), day=day, shift=None)
    assert {s.stays[0].work[0][0].date() for s in day_of(cast, day).slots} == {day + timedelta(days=1)}


def test_a_booking_over_the_break_reserves_the_bay_through_and_the_technician_in_two_pieces(cast, early):
    narrow_house(cast)
    day = tomorrow().date()
    Duty.objects.create(resource=mechanic(), weekday=day.isoweekday(), shift=early)
    holder, slot = reserve(cast.store, needs=HOUR, starts_at=on(day, 11, 15), label="浙A1")
    rows = dict.fromkeys(("bay", "technician", "advisor"), 0)
    for row in holder.reservations.select_related("resource"):
        rows[row.resource.kind] += 1
    assert rows == {"bay": 1, "technician": 2, "advisor": 1}
    assert slot.ends_at == on(day, 13, 30)
    assert holder.reservations.get(resource__kind="bay").requires == ["general"]
    assert set(
        holder.reservations.filter(resource__kind="technician").values_list("requires__0", flat=True)
    ) == {"general:1"}


def test_a_tool_is_reserved_with_the_bay(cast):
    narrow_house(cast)
    rig = Resource.objects.create(store=cast.store, kind="tool", name="Rig 1", equipment=["Rig"])
    needs = Needs((Step(timedelta(hours=1), "general", tools=frozenset({"Rig"})),))
    holder, _slot = reserve(cast.store, needs=needs, starts_at=tomorrow(), label="浙A1")
    assert (
        holder.reservations.get(resource=rig).during == holder.reservations.get(resource__kind="bay").during
    )
    bay(cast.store, "Second")
    technician(cast.store, cast.team_lead)
    with pytest.raises(DomainError) as refused:
        reserve(cast.store, needs=needs, starts_at=tomorrow(9, 15), label="浙A2")
    assert "Rig" in refused.value.message


def test_a_day_of_its_own_has_its_hours_and_limits(cast):
    narrow_house(cast)
    day = tomorrow().date()
    CapacityDay.objects.create(store=cast.store, day=day, opens=time(10), closes=time(15), intake_per_hour=1)
    advisor(cast.store, cast.team_lead)
    bay(cast.store, "Second")
    technician(cast.store, cast.inspector)
    assert (at(day_of(cast, day))[0], at(day_of(cast, day))[-1]) == ("10:00", "14:45")
    reserve(cast.store, needs=HOUR, starts_at=on(day, 10), label="浙A1")
    assert at(day_of(cast, day))[0] == "11:00", "one car an hour on this day"


def test_public_holidays_and_worked_weekends_have_hours_of_their_own(cast):
    hours(cast.store)
    OpeningHours.objects.filter(store=cast.store, weekday=7).delete()
    national_day = next(d for d in days_of(2026) if workdays.is_holiday(d) and d.month == 10)
    made_up = next(d for d in days_of(2026) if d.isoweekday() == 7 and workdays.is_workday(d))
    sunday = next(
        d
        for d in days_of(2026)
        if d.isoweekday() == 7 and not workdays.is_workday(d) and not workdays.is_holiday(d)
    )

    def span(day):
        return selectors.Hours(cast.store.pk, day, day).on(day)

    assert span(national_day) == (time(8), time(18)), "as the weekday without hours of its own"
    assert (span(made_up), span(sunday)) == (None, None)
    OpeningHours.objects.create(store=cast.store, weekday=8)
    OpeningHours.objects.create(store=cast.store, weekday=9, opens=time(9), closes=time(16))
    assert (span(national_day), span(made_up), span(sunday)) == (None, (time(9), time(16)), None)


def days_of(year):
    first = clock.today().replace(year=year, month=1, day=1)
    return [first + timedelta(days=n) for n in range(365)]


def test_a_day_far_ahead_gives_out_more_as_it_comes_nearer():
    day, shares = clock.today(), {"14": 50, "7": 70}
    given = {n: selectors.release(shares, day, day - timedelta(days=n)) for n in (7, 8, 14, 15)}
    assert given == {
        7: (100, None),
        8: (70, day - timedelta(days=7)),
        14: (70, day - timedelta(days=7)),
        15: (50, day - timedelta(days=14)),
    }
