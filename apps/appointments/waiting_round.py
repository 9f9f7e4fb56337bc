"""The round through the waiting list: who is looked at when, and who gets what is free.

Every waiting entry has a time at which it is looked at next. Whatever frees capacity makes the whole list
due (``wake``); the round then goes through it in recorded order. Without a fit an entry is due again the
next morning, when the reserve of the day opens. Two workers, or two beats, do no harm.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Store
from apps.appointments import items as work
from apps.appointments import waiting
from apps.appointments.models import Appointment, WaitingEntry
from apps.appointments.waiting import CUT, SHORTEST
from apps.capacity import services as capacity
from apps.capacity import slots
from apps.core import clock, health
from apps.core.errors import DomainError
from apps.desk.models import EventDelivery
from apps.desk.nudge import nudge
from apps.messaging import quiet

SUBSCRIPTION = "appointments.waiting_list"
TRIES, BATCH = 5, 200


@capacity.restarting
@transaction.atomic
def offer_next(store: Store, *, now: datetime) -> WaitingEntry | None:
    """Look at the first due entry and offer it the earliest start that it can use; None when nobody is due.

    Concurrent workers queue at the first entry's row, so none overtakes. What was freed a moment ago and has
    not been made known to the whole list is left alone: an entry further back would get it.
    """
    due = WaitingEntry.objects.filter(store=store).due(now).order_by("pk")
    entry = due.select_for_update(no_key=True).first()
    if entry is None:
        return None
    for starts_at in _fitting(entry, now):
        if EventDelivery.objects.open().filter(subscriber=SUBSCRIPTION, event__store=store).exists():
            return None
        try:
            with transaction.atomic():
                waiting.offer(entry, starts_at=starts_at, by=None, now=now)
            return entry
        except DomainError:
            entry.refresh_from_db()
    entry.due_at = waiting.next_morning(now)
    entry.save(update_fields=["due_at"])
    return entry


def _fitting(entry: WaitingEntry, now: datetime) -> list[datetime]:
    """The first free starts that the customer wished and can still answer to, earliest first. Ten queries."""
    first = max(entry.from_day, timezone.localdate(now))
    days = (entry.till_day - first).days + 1
    needs = work.needs_of(entry, entry.advisor_id)
    free = slots.find(entry.store, needs=needs, date_from=first, days=days, now=now) if days > 0 else []
    told_at = quiet.permitted(now, now=now) or now
    wished = [s for s in free if entry.suits(s.starts_at) and s.starts_at - CUT - told_at >= SHORTEST]
    span = (wished[0].starts_at, wished[-1].ends_at) if wished else (now, now)
    booked = list(Appointment.objects.clashing(entry.vehicle, *span).values_list("arrives_at", "ready_at"))
    return [
        slot.starts_at
        for slot in wished
        if all(slot.ends_at <= start or slot.starts_at >= end for start, end in booked)
    ][:TRIES]


def look_after(now: datetime | None = None) -> int:
    """End what is over, then offer what is free, each in its own transaction; returns how many were due."""
    now = now or clock.now()
    today, count = timezone.localdate(now), 0
    open_ones = WaitingEntry.objects.filter(status=WaitingEntry.Status.WAITING)
    for entry in open_ones.filter(till_day__lt=today).order_by("pk")[:BATCH]:
        waiting.end(entry, today=today)
    for entry in WaitingEntry.objects.unanswered_by(now).order_by("pk")[:BATCH]:
        waiting.expire(entry, now=now)
    stores = WaitingEntry.objects.due(now).values("store")
    for store in Store.objects.filter(pk__in=stores).order_by("pk"):
        while count < BATCH and offer_next(store, now=now) is not None:
            count += 1
    return count


@transaction.atomic
def wake(store_id: int, *, now: datetime, after: int = 0) -> None:
    """Something became free: have the list looked at, from the top or from behind the entry ``after``."""
    listed = WaitingEntry.objects.filter(
        store=store_id, status=WaitingEntry.Status.WAITING, due_at__isnull=False, pk__gt=after
    )
    # Locked in order, so that two of these do not meet crosswise.
    ids = list(listed.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if WaitingEntry.objects.filter(pk__in=ids).update(due_at=now):
        nudge("appointments.look_after_waiting")


def overdue() -> dict:
    """Readiness: the entry that is due for longest does not wait longer than ten minutes."""
    now = clock.now()
    oldest = WaitingEntry.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    return health.age(now - oldest if oldest else None, timedelta(minutes=10))
