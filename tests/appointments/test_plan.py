"""Which messages an appointment sends, and when: properties and the cases of the domain description."""

import itertools
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.appointments.messages import REMINDERS, plan, reminders
from apps.messaging.quiet import is_quiet

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)
HOUR = timedelta(hours=1)


def kinds(arrives_at, now):
    return [p.kind.removeprefix("appointment.reminder_") for p in reminders(arrives_at, now)]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(days=5), ["72", "24", "1"]),
        (timedelta(hours=72), ["72", "24", "1"]),
        (timedelta(hours=30), ["24", "1"]),
        (timedelta(hours=2), ["1"]),
        (timedelta(minutes=40), []),
        (-HOUR, []),
    ],
    ids=str,
)
def test_a_late_booking_gets_only_the_reminders_still_ahead(ahead, expected):
    assert kinds(NOON + ahead, NOON) == expected


def test_a_reminder_that_falls_into_the_night_goes_the_evening_before():
    arrival = datetime(2026, 11, 28, 8, 30, tzinfo=ZONE)
    by_kind = {p.kind: p.planned_at for p in reminders(arrival, NOON)}
    evening = by_kind["appointment.reminder_1"].astimezone(ZONE)
    assert (evening.day, evening.hour) == (27, 20)
    assert not is_quiet(evening)


def test_when_that_evening_is_over_it_goes_in_the_morning_if_the_customer_is_not_there_yet():
    late = datetime(2026, 11, 25, 22, tzinfo=ZONE)
    at_nine = reminders(datetime(2026, 11, 26, 8, 45, tzinfo=ZONE), late)
    assert [p.planned_at.astimezone(ZONE).hour for p in at_nine] == [8]
    assert reminders(datetime(2026, 11, 26, 8, tzinfo=ZONE), late) == []


def test_the_answer_to_the_customers_act_goes_at_once_even_at_night():
    night = datetime(2026, 11, 25, 23, tzinfo=ZONE)
    first = plan(SimpleNamespace(arrives_at=NOON + 100 * HOUR), night)[0]
    assert (first.kind, first.planned_at, first.answers_customer) == ("appointment.booked", night, True)


def test_a_cancelled_appointment_is_not_reminded_of():
    planned = plan(SimpleNamespace(arrives_at=NOON + 100 * HOUR), NOON, act="appointment.cancelled")
    assert [p.kind for p in planned] == ["appointment.cancelled"]


minutes = st.integers(0, 60 * 24 * 14).map(lambda n: timedelta(minutes=n))


@settings(max_examples=400, deadline=None)
@given(made=minutes, ahead=minutes, day_hour=st.integers(0, 23))
def test_every_plan_is_orderly(made, ahead, day_hour):
    now = datetime(2026, 11, 20, day_hour, tzinfo=ZONE) + made
    arrives_at = now + ahead
    planned = reminders(arrives_at, now)
    assert [p.kind for p in planned] == [k for k in REMINDERS if k in {p.kind for p in planned}]
    for earlier, later in itertools.pairwise(planned):
        assert earlier.planned_at <= later.planned_at
    for p in planned:
        assert now <= p.planned_at < arrives_at
        assert not is_quiet(p.planned_at)
        assert p.planned_at < p.useless_after <= arrives_at
        due_at = arrives_at - REMINDERS[p.kind]
        assert due_at >= now, "what was due before the booking is never sent"
        assert is_quiet(due_at) or p.planned_at == due_at
    due_by_day = [k for k, d in REMINDERS.items() if arrives_at - d >= now and not is_quiet(arrives_at - d)]
    assert set(due_by_day) <= {p.kind for p in planned}, "nothing is left out without need"
