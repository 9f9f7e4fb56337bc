"""Reminders that fall due in one minute, sent by two workers, one of which is killed on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.utils import timezone
from redis import Redis

from apps.accounts.models import User
from apps.appointments.models import Appointment
from apps.core import clock
from apps.customers.models import Vehicle
from apps.desk.models import ClockOffset
from apps.messaging.models import Message
from bench import noop
from bench.figures.base import Job, Size
from bench.measure import Figure
from bench.programs import program
from bench.stage import VAR
from dms.celery import app

KIND = "appointment.reminder_24"
MESSAGES, CARS, NOOPS = 10_000, 1_000, 5_000
"""Ten times as many messages and no-ops in full."""
BEAT_S, POLL_S, PATIENCE_S = 5.0, 0.1, 900
WORKER = ("worker", "-l", "WARNING", "-c", "1", "--without-gossip", "--without-mingle")


def reminders(size: Size) -> dict[str, Figure]:
    """The rate over bare no-op tasks, and what was lost or went twice."""
    many = 10 if size.full else 1
    floor = _noops(NOOPS * many)
    begins = clock.at(clock.today() + timedelta(days=1), 10)
    os.environ["DEMO"] = "1"  # only a demo house may stand at another time
    try:
        _stand_at(begins)
        _plan(MESSAGES * many, begins)
        shutil.rmtree(
            VAR / "outbox", ignore_errors=True
        )  # an earlier run's provider took the same references
        rate = _send()
        _settle(begins)
    finally:
        del os.environ["DEMO"]
    lost, doubled = _compare(_lines())
    note = f"{rate:,.0f} messages/s, {floor:,.0f} no-ops/s"
    return {
        "reminders_rate_ratio": Figure(rate / floor, 0.25, "×", MESSAGES * many, at_least=True, note=note),
        "reminders_lost": Figure(lost, 0, "messages", MESSAGES * many),
        "reminders_doubled": Figure(doubled, 0, "messages", MESSAGES * many),
    }


def _stand_at(moment: datetime) -> None:
    offset = moment - timezone.now()
    ClockOffset.objects.update_or_create(singleton=True, defaults={"offset": offset})


def _noops(count: int) -> float:
    """Tasks a second that two workers do while they do nothing."""
    for _n in range(count):
        noop.noop.delay()
    broker = Redis.from_url(os.environ["REDIS_URL"])
    with (
        program("noop1", "celery", "-A", "bench.noop", *WORKER, "-n", "n1@%h"),
        program("noop2", "celery", "-A", "bench.noop", *WORKER, "-n", "n2@%h"),
    ):
        return _rate(lambda: int(broker.llen(noop.QUEUE)), count, lambda _left: None)


def _rate(left: Callable[[], int], count: int, meanwhile: Callable[[int], None]) -> float:
    """Pieces a second from the first that is done to the last."""
    deadline, begun = time.monotonic() + PATIENCE_S, 0.0
    while (rest := left()) > 0:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{rest} of {count} are left after {PATIENCE_S} s; see {VAR}/*.log")
        if rest < count and not begun:
            begun, done = time.monotonic(), count - rest
        meanwhile(rest)
        time.sleep(POLL_S)
    return (count - done) / (time.monotonic() - begun)


def _plan(count: int, now: datetime) -> None:
    """Open appointments of tomorrow, and their reminders, due within the last minute."""
    user = User.objects.get(username="advisor")
    cars = list(Vehicle.objects.visible_to(user).select_related("owner").order_by("pk")[:CARS])
    shared = {"store_id": user.store_id, "advisor": user, "booked_by": user, "booked_at": now}
    arrives_at = now + timedelta(hours=24)
    appointments = Appointment.objects.bulk_create(
        Appointment(
            **shared,
            number=f"RB{n:06d}",
            vehicle=car,
            customer=car.owner,
            contact_name=car.owner.name,
            contact_phone=car.owner.phone,
            arrives_at=arrives_at,
            ready_at=arrives_at + timedelta(hours=1),
        )
        for n, car in enumerate(cars)
    )
    Message.objects.bulk_create(
        (
            Message(
                store_id=user.store_id,
                kind=KIND,
                key=f"bench:{n}",
                subject=f"appointment:{appointments[n % len(appointments)].pk}",
                object_id=appointments[n % len(appointments)].pk,
                phone=f"+86139{n:08d}",
                planned_at=now - timedelta(seconds=n % 60),
                useless_after=arrives_at,
                created_at=now,
            )
            for n in range(count)
        ),
        batch_size=5_000,
    )


def _ours():
    return Message.objects.filter(key__startswith="bench:")


def _send() -> float:
    """Two workers; one is killed after a third of the work, and another comes. Messages a second."""
    ours, woken = _ours().count(), 0.0
    with ExitStack() as stack:

        def start(name: str):
            return stack.enter_context(program(name, "celery", "-A", "dms", *WORKER, "-n", f"{name}@%h"))

        victim, others = start("sender1"), [start("sender2")]

        def meanwhile(rest: int) -> None:
            nonlocal woken
            if len(others) == 1 and rest < ours * 2 / 3:
                os.killpg(victim.pid, signal.SIGKILL)
                others.append(start("sender3"))
            if time.monotonic() - woken > BEAT_S:
                woken = time.monotonic()
                app.send_task("messaging.send_due")

        return _rate(lambda: _ours().filter(state="planned").count(), ours, meanwhile)


def _settle(begins: datetime) -> None:
    """Leases end, the provider is asked, what it never took goes again; an hour of the house's time."""
    minutes, deadline = 3, time.monotonic() + PATIENCE_S
    with program("settler", "celery", "-A", "dms", *WORKER, "-n", "settler@%h"):
        while (
            _ours().exclude(state__in=["sent", "failed", "suppressed"]).exclude(state="unknown", ask_at=None)
        ):
            if time.monotonic() > deadline:
                raise RuntimeError("what was being sent when its worker died was never settled")
            _stand_at(begins + timedelta(minutes=minutes))
            minutes += 5
            time.sleep(BEAT_S + 1)  # a worker reads the clock's offset every five seconds
            for task in ("messaging.settle_open", "messaging.send_due"):
                app.send_task(task)
            time.sleep(BEAT_S)


def _lines() -> Counter[str]:
    """What the provider took, by our reference."""
    files = (VAR / "outbox").glob("*.jsonl")
    return Counter(json.loads(line)["reference"] for file in files for line in file.read_text().splitlines())


def _compare(taken: Counter[str]) -> tuple[int, int]:
    """Messages that are neither taken nor listed for a person, and how often one went again."""
    by_message: Counter[str] = Counter()
    for reference, times in taken.items():
        by_message[reference.split("-")[1]] += times
    listed = set(_ours().unresolved().values_list("pk", flat=True))
    ours = set(_ours().values_list("pk", flat=True))
    lost = sum(1 for pk in ours if pk not in listed and not by_message[str(pk)])
    return lost, sum(times - 1 for pk, times in by_message.items() if int(pk) in ours and times > 1)


JOBS = [
    Job(
        ("reminders_rate_ratio", "reminders_lost", "reminders_doubled"),
        "two workers, one killed on the way, over bare no-op tasks on the same broker",
        reminders,
    )
]
