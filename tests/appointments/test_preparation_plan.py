"""Which steps there are and when, as a table of cases. Nothing here touches the database."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.appointments.preparation_plan import Planned, plan

ZONE = ZoneInfo("Asia/Shanghai")
ARRIVAL = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)  # a Friday


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=ZONE)


def steps(now, **more):
    facts = {"has_parts": True, "has_tools": True} | more
    return {p.kind: (p.opens_at, p.due_at) for p in plan(ARRIVAL, now, **facts)}


def test_booked_long_ahead_every_step_has_its_day():
    assert steps(at(1)) == {
        "confirm": (at(16), at(17, 17)),
        "parts": (at(17), at(17, 17)),
        "shelf": (at(19), at(19, 17)),
        "fix": (at(19), at(19, 17)),
        "tools": (at(19), at(19, 17)),
        "pack": (at(19), at(19, 17)),
    }


def test_booked_two_days_ahead_the_skipped_stages_are_due_at_once():
    now = at(18, 11)
    found = steps(now)
    assert found["confirm"] == found["parts"] == (now, now)
    assert found["shelf"] == (at(19), at(19, 17))


def test_booked_three_hours_ahead_everything_is_due_at_once():
    now = at(20, 7)
    assert set(steps(now).values()) == {(now, now)}


def test_what_is_not_needed_is_no_step():
    assert steps(at(1), has_parts=False, has_tools=False).keys() == {"confirm", "fix", "pack"}


def test_a_closed_day_gives_its_steps_to_the_open_day_before_it():
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
    (fix,) = [
        p
        for p in plan(monday, at(1), has_parts=False, has_tools=False, is_open=lambda d: d.isoweekday() < 6)
        if p.kind == "fix"
    ]
    assert (fix.opens_at, fix.due_at) == (at(20), at(20, 17))


def test_a_house_that_never_opens_still_gets_a_plan():
    assert plan(ARRIVAL, at(1), has_parts=False, has_tools=False, is_open=lambda _day: False)


@pytest.mark.parametrize("hours", [0, 1, 30, 100, 1000])
def test_nothing_is_due_before_it_begins_or_before_now(hours):
    now = ARRIVAL - timedelta(hours=hours)
    for step in plan(ARRIVAL, now, has_parts=True, has_tools=True):
        assert now <= step.opens_at <= step.due_at
        assert isinstance(step, Planned)


def test_the_days_are_those_of_the_active_zone():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=ZONE)
    (fix,) = [p for p in plan(late, at(1), has_parts=False, has_tools=False) if p.kind == "fix"]
    assert fix.opens_at.date() == date(2026, 11, 19)
