"""What is kept of past days, and taking over what was learned."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Setting
from apps.capacity import selectors, slots, usage
from apps.capacity.learning import Plan
from apps.capacity.models import Absence, CapacityDay, DayUse, Duty, OpeningHours, Shift
from apps.capacity.services import reserve
from apps.capacity.slots import Needs
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.workdays import forget, is_workday
from apps.desk.models import CalendarDay, Event
from tests.capacity.factories import bay, hours, narrow_house, on, technician
from tests.cast import person
from tests.harness.connections import together

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = Needs.of(timedelta(hours=1), "general")


def ago(days: int):
    return clock.today() - days * DAY


def history(store, days: int, *, percent: int = 30) -> None:
    """``days`` days that are over, of ten hours each, ``percent`` of it used the same day."""
    DayUse.objects.bulk_create(
        DayUse(store=store, day=ago(n), present_minutes=600, ahead_minutes=300, same_day_minutes=6 * percent)
        for n in range(1, days + 1)
    )


def test_present_is_the_opening_hours_of_everybody_less_absences(cast):
    hours(cast.store, 8, 18)
    lift, one = bay(cast.store), technician(cast.store, cast.technician)
    technician(cast.store, person("technician", cast.store, cast.group, "second"))
    technician(cast.store, person("technician", cast.store, cast.group, "left"), is_active=False)
    day = ago(3)
    for resource, start, end in ((one, 7, 10), (one, 9, 11), (lift, 8, 18)):
        Absence.objects.create(resource=resource, during=(on(day, start), on(day, end)))
    assert usage.record(cast.store, {day: (60, 30), day - DAY: (5, 0)}) == 2
    kept = DayUse.objects.get(day=day)
    assert kept.present_minutes == 2 * 600 - 3 * 60, "absences that overlap count once, outside the hours not"
    assert (kept.ahead_minutes, kept.same_day_minutes) == (60, 30)
    assert DayUse.objects.get(day=day - DAY).present_minutes == 1200


def test_present_is_the_shift_without_its_breaks_and_nothing_on_a_day_off(cast):
    hours(cast.store, 8, 18)
    one = technician(cast.store, cast.technician)
    technician(cast.store, person("technician", cast.store, cast.group, "second"))
    day = ago(3)
    times = [time(7), time(12), time(13), time(17)]
    shift = Shift.objects.create(store=cast.store, name="Early", times=times)
    Duty.objects.create(resource=one, weekday=day.isoweekday(), shift=shift)
    Duty.objects.create(resource=one, day=day - DAY, shift=None)
    Absence.objects.create(resource=one, during=(on(day, 11), on(day, 14)))
    usage.record(cast.store, {day: (0, 0), day - DAY: (0, 0), day - 2 * DAY: (0, 0)})
    present = dict(DayUse.objects.values_list("day", "present_minutes"))
    assert present[day] == 600 + (4 + 4 - 2) * 60, "open from 8; the break is no absence"
    assert present[day - DAY] == 600
    assert present[day - 2 * DAY] == 1200


def test_counting_again_replaces_and_a_day_that_was_closed_is_dropped(cast):
    narrow_house(cast)
    used = {ago(2): (60, 30), ago(1): (10, 10)}
    usage.record(cast.store, used)
    usage.record(cast.store, used | {ago(1): (20, 40)})
    assert list(DayUse.objects.order_by("day").values_list("ahead_minutes", "same_day_minutes")) == [
        (60, 30),
        (20, 40),
    ]
    CapacityDay.objects.create(store=cast.store, day=ago(2), is_closed=True, closed_reason="Power cut")
    OpeningHours.objects.filter(store=cast.store, weekday=ago(1).isoweekday()).update(closes=time(9))
    usage.record(cast.store, used)
    assert [(row.day, row.present_minutes) for row in DayUse.objects.all()] == [(ago(1), 60)]


def test_a_day_that_is_not_over_is_not_kept(cast):
    narrow_house(cast)
    assert usage.record(cast.store, {clock.today(): (60, 30), clock.today() + DAY: (1, 1)}) == 0
    assert not DayUse.objects.exists()


def test_a_hundred_days_cost_as_much_as_two(cast):
    narrow_house(cast)
    costs = []
    for days in (2, 100):
        with CaptureQueriesContext(connection) as queries:
            usage.record(cast.store, {ago(n): (60, 30) for n in range(1, days + 1)})
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_other_stores_and_long_ago_teach_nothing(cast):
    history(cast.store, 90)
    history(cast.other_store, 30, percent=80)
    lesson = usage.Lesson.of(cast.store)
    assert len(lesson.days) == usage.WEEKS * 7
    assert lesson.days[0].day == ago(usage.WEEKS * 7)
    assert lesson.learned == Plan(30)
    assert lesson.now == Plan(20)


def test_what_was_learned_holds_from_tomorrow_in_this_store(cast):
    history(cast.store, 30)
    plan = usage.adopt(cast.store, by=cast.manager, seen=usage.fingerprint(Plan(30)))
    assert plan == Plan(30)
    assert usage.in_force(cast.store, clock.today(), clock.today() + DAY) == [Plan(20), Plan(30)]
    assert usage.in_force(cast.other_store, clock.today() + DAY) == [Plan(20)]
    event = Event.objects.get(kind="capacity.reserve_adopted")
    assert (event.actor, event.store, event.facts["percent"]) == (cast.manager, cast.store, 30)
    with pytest.raises(DomainError) as refused:
        usage.adopt(cast.store, by=cast.manager, seen=usage.fingerprint(Plan(30)))
    assert refused.value.code == "in_force"


def test_what_was_not_seen_is_not_taken_over(cast):
    history(cast.store, 30)
    with pytest.raises(DomainError) as refused:
        usage.adopt(cast.store, by=cast.manager, seen=usage.fingerprint(Plan(29)))
    assert refused.value.code == "stale"
    assert not Setting.objects.exists()


def test_from_too_few_days_nothing_is_taken_over(cast):
    history(cast.store, 19)
    with pytest.raises(DomainError, match="19") as refused:
        usage.adopt(cast.store, by=cast.manager, seen="30")
    assert refused.value.code == "too_few_days"


def test_since_when_is_the_last_entry_that_holds(cast):
    assert usage.since(cast.store) is None
    for store, days in ((None, -9), (cast.store, -5), (cast.other_store, -2), (cast.store, 1)):
        Setting.objects.create(
            key=selectors.RESERVE, store=store, value=25, effective_from=clock.today() + days * DAY
        )
    assert usage.since(cast.store) == ago(5)


@pytest.fixture
def calendar():
    """Working days may be corrected; what the process remembers of them is dropped afterwards."""
    yield
    forget()


def test_each_weekday_keeps_its_own_share_and_a_holiday_the_one_for_all_days(cast, calendar):
    narrow_house(cast)
    day = next(
        d for d in (clock.today() + n * DAY for n in range(1, 60)) if d.weekday() == 2 and is_workday(d)
    )
    week = [0, 0, 50, 0, 0, 0, 0]
    Setting.objects.create(key=selectors.BY_WEEKDAY, value=week, effective_from=clock.today())
    Setting.objects.create(key=selectors.RESERVE, value=35, effective_from=clock.today())
    needs = Needs.of(timedelta(hours=4), "general")
    reserve(cast.store, needs=needs, starts_at=on(day, 8), label="x")
    assert kept(cast.store, day) == 50
    (view,) = slots.days(cast.store, needs=HOUR, date_from=day, now=clock.now())
    assert view.slots, "an hour is left before half of the day is reached"
    reserve(cast.store, needs=HOUR, starts_at=view.slots[0].starts_at, label="y")
    (view,) = slots.days(cast.store, needs=HOUR, date_from=day, now=clock.now())
    assert not [slot for slot in view.slots if slot.ends_at.date() == day]
    assert any("50" in reason for closed in view.closed for reason in closed.reasons)
    CalendarDay.objects.create(day=day, is_workday=False)
    forget()
    assert kept(cast.store, day) == 35


def kept(store, day) -> int:
    """The percentage kept on ``day``."""
    return selectors.load(store, HOUR, day, 1).limits[day].reserve_percent


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_takes_it_over_and_one_is_told(cast):
    history(cast.store, 30)

    def adopt():
        return usage.adopt(cast.store, by=cast.manager, seen=usage.fingerprint(Plan(30)))

    answers = together(adopt, adopt)
    assert Plan(30) in answers
    (refused,) = [answer for answer in answers if isinstance(answer, DomainError)]
    assert refused.code == "in_force"
    assert Event.objects.filter(kind="capacity.reserve_adopted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_count_the_same_days_at_once(cast):
    narrow_house(cast)
    used = {ago(n): (60, 30) for n in range(1, 30)}
    assert together(*[lambda: usage.record(cast.store, used)] * 3) == [29] * 3
    assert DayUse.objects.count() == 29
