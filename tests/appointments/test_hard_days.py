"""A provider that is down for a day, and a clock that jumps: nothing is lost, nothing is done twice."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from apps.appointments import missing, online_round, preparation, waiting_round
from apps.core import clock
from apps.desk.models import Task
from apps.messaging import services as messaging
from apps.messaging.gateways import FileBackend
from apps.messaging.models import Message
from tests.appointments.factories import make_appointment, make_customer, make_vehicle
from tests.appointments.online_house import at, received, wide
from tests.capacity.factories import tomorrow
from tests.capacity.incident_factories import deliver

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def store(cast):
    return wide(cast)


def book(store, n, starts_at):
    owner = make_customer(store, f"客户{n}", f"+86139000000{n:02d}")
    car = make_vehicle(store, f"浙A700{n:02d}", owner=owner)
    return make_appointment(store, starts_at=starts_at, vehicle=car)


def run(provider, start, until):
    """What workers do every ten minutes."""
    now = start
    while now < until:
        messaging.send_due(now=now, through=provider)
        now += TEN_MINUTES


def went(folder):
    """What the provider took: ``{(phone, words): how often}``."""
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    return Counter((taken["phone"], taken["text"]) for taken in map(json.loads, lines))


def test_a_provider_down_for_a_day_loses_no_message_and_sends_none_twice(store, tmp_path):
    booked = [book(store, n, tomorrow(9 + n, days=5)) for n in range(6)]
    (tmp_path / "down").write_text("a file where the outbox should be")
    down, up = FileBackend(tmp_path / "down"), FileBackend(tmp_path / "up")
    start = clock.now()
    run(down, start, start + timedelta(days=1))
    failed = Message.objects.filter(state="failed")
    assert failed.count() == len(booked), "each confirmation was tried, and given up at last"
    assert set(failed.values_list("attempts", flat=True)) == {4}
    for appointment in booked:
        call = Task.objects.open().get(key=f"appointment.call:{appointment.pk}")
        assert call.owner == appointment.advisor, "so somebody calls"
    run(up, start + timedelta(days=1), tomorrow(20, days=5))
    unsettled = Message.objects.exclude(state__in=["sent", "failed", "suppressed"])
    assert not unsettled.exists()
    assert set(went(tmp_path / "up").values()) == {1}
    last = Message.objects.filter(kind="appointment.reminder_1")
    assert set(last.values_list("state", flat=True)) == {"sent"}
    assert all(m.reason for m in Message.objects.filter(state__in=["failed", "suppressed"]))


def everybody(now, provider):
    """All that beats does that depends on the time."""
    return (
        messaging.send_due(now=now, through=provider),
        preparation.begin_due(now),
        waiting_round.look_after(now),
        online_round.go_round(now),
        missing.look_for_missing(now),
    )


def test_a_clock_that_jumps_forward_and_back_does_everything_once(cast, store, tmp_path):
    appointment = book(store, 1, tomorrow(10, days=6))
    deliver()
    request = received(store, now=clock.now(), starts_at=at(15, days=8))
    provider = FileBackend(tmp_path)
    arrival = appointment.arrives_at
    everybody(clock.now(), provider)
    everybody(arrival - timedelta(minutes=30), provider)
    states = dict(Message.objects.about(appointment).values_list("kind", "state"))
    assert states["appointment.reminder_1"] == "sent"
    earlier = ["appointment.reminder_72", "appointment.reminder_24"]
    late = Message.objects.about(appointment).filter(kind__in=earlier)
    assert {(m.state, m.reason) for m in late} == {("suppressed", "Too late to be of use")}
    assert not appointment.steps.filter(opened_at=None).exists()
    request.refresh_from_db()
    assert request.assigned_to is not None
    before = (Task.objects.count(), Message.objects.count(), went(tmp_path))
    for back in (timedelta(hours=3), timedelta(days=4), timedelta(minutes=31)):
        everybody(arrival - back, provider)
    assert (Task.objects.count(), Message.objects.count(), went(tmp_path)) == before
    everybody(arrival + timedelta(minutes=31), provider)
    assert Task.objects.filter(kind=missing.KIND).count() == 1
    everybody(arrival + timedelta(minutes=29), provider)
    assert Task.objects.filter(kind=missing.KIND).count() == 1
