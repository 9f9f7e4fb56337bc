"""Reserving: the only writers of reservations.

Every writer first makes sure of its ``CapacityDay`` rows and locks them in date order, then the
resources by id, then judges again with the same engine that offered the slot. The exclusion
constraint stands behind. A deadlock restarts the whole transaction once (``restarting``).

A hold with ``expires_at`` is a reservation like any other until then. Past it the next writer of its
days, or ``release_expired``, gives it up; ``keep`` and both of them decide under the days' locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity import selectors, slots
from apps.capacity.axis import Axis, units
from apps.capacity.furnishing import seed
from apps.capacity.models import CapacityDay, Holder, Reservation, Resource
from apps.capacity.needs import Change, Closed, Needs, Slot
from apps.core import clock, when
from apps.core.errors import DomainError
from apps.desk.models import Event

__all__ = ["fix", "keep", "move", "release", "release_expired", "reserve", "restarting", "seed", "taken"]

P = ParamSpec("P")
T = TypeVar("T")

ALTERNATIVES = 3
ALTERNATIVE_DAYS = 14
DEADLOCK, EXCLUSION = "40P01", "23P01"


def _sqlstate(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", "") or ""


def restarting(fn: Callable[P, T]) -> Callable[P, T]:
    """Run ``fn`` again from its beginning, once, when the database broke a deadlock at its cost.

    Only where ``fn`` opens the transaction itself: within a running one half of the work would
    already be lost, so the error goes on to whoever began it. A second deadlock means "taken".
    """

    @wraps(fn)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return fn(*args, **kwargs)
        except OperationalError as error:
            if _sqlstate(error) != DEADLOCK or connection.in_atomic_block:
                raise
        try:
            return fn(*args, **kwargs)
        except OperationalError as error:
            if _sqlstate(error) != DEADLOCK:
                raise
            raise DomainError(
                _("Several people are booking at this moment. Nothing was saved; please try again."),
                code="slot_taken",
            ) from error

    return run


@restarting
def reserve(
    store: Store,
    *,
    needs: Needs,
    starts_at: datetime,
    label: str,
    now: datetime | None = None,
    expires_at: datetime | None = None,
) -> tuple[Holder, Slot]:
    """Hold a bay, a technician and an advisor's reception from ``starts_at`` on, for good or for a time.

    Raises DomainError ``slot_taken`` with ``alternatives`` when the start does not, or no longer, fit.
    """
    now = now or clock.now()
    with transaction.atomic():
        slot = _take(store, needs, starts_at, now)
        holder = Holder.objects.create(
            store=store, label=label[:80], people=needs.people, created_at=now, expires_at=expires_at
        )
        _write(holder, slot, store, needs, now)
        return holder, slot


@restarting
def move(holder: Holder, *, needs: Needs, starts_at: datetime, now: datetime | None = None) -> Slot:
    """Give up the holder's reservations for others, in one step: refused, the old ones stay.

    Raises DomainError ``slot_taken`` with ``alternatives``.
    """
    now = now or clock.now()
    with transaction.atomic():
        slot = _take(holder.store, needs, starts_at, now, without=holder)
        holder.reservations.all().delete()
        _write(holder, slot, holder.store, needs, now)
        return slot


@restarting
def release(holder: Holder) -> int:
    """Give up the holder's reservations; returns how many there were."""
    with transaction.atomic():
        lock_days(holder.store, days_of(holder))
        deleted, _by_model = holder.reservations.all().delete()
        return deleted


@transaction.atomic
def fix(holder: Holder) -> int:
    """Nothing of the holder changes places any more; returns how many reservations there are."""
    lock_days(holder.store, days_of(holder))
    return holder.reservations.update(is_fixed=True)


@transaction.atomic
def keep(holder: Holder, *, now: datetime, until: datetime | None = None) -> None:
    """Make a hold that expires last until ``until``, or for good. ``hold_expired`` when it is over."""
    lock_days(holder.store, days_of(holder))
    holder.refresh_from_db(from_queryset=Holder.objects.select_for_update(no_key=True))
    if holder.expires_at is None or holder.expires_at <= now or not holder.reservations.exists():
        raise DomainError(_("This time is no longer held. Choose another one."), code="hold_expired")
    holder.expires_at = until
    holder.save(update_fields=["expires_at"])


def release_expired(now: datetime | None = None, *, limit: int = 200) -> int:
    """Give up what is held past its time, each in a transaction of its own; returns how many holds."""
    now = now or clock.now()
    over = list(Holder.objects.filter(expires_at__lte=now).select_related("store").order_by("pk")[:limit])
    for holder in over:
        with transaction.atomic():
            days = days_of(holder)
            lock_days(holder.store, days)
            _give_up(holder.store, days, now)
    return len(over)


def _give_up(store: Store, days: set[date], now: datetime) -> None:
    """Release what is held past its time and touches the locked ``days``. One query when there is nothing.

    Whoever keeps such a hold locks all its days first, so one lock in common decides between the two.
    """
    for holder in Holder.objects.filter(store=store, expires_at__lte=now).order_by("pk"):
        held = days_of(holder)
        if not held or held & days:
            holder.reservations.all().delete()
            holder.expires_at = None
            holder.save(update_fields=["expires_at"])
            Event.record("capacity.hold_expired", about=holder, by=None)


def _take(
    store: Store, needs: Needs, starts_at: datetime, now: datetime, without: Holder | None = None
) -> Slot:
    """Lock the days and resources, judge, and return the slot; DomainError when it does not fit."""
    days = _days_needed(store, needs, starts_at) | (days_of(without) if without else set())
    lock_days(store, days)
    _give_up(store, days, now)
    concerned = Resource.objects.filter(store=store).concerning(needs.bay_kinds, needs.kinds)
    list(concerned.order_by("pk").select_for_update(no_key=True))
    verdict = slots.judge(store, needs=needs, starts_at=starts_at, now=now, without=without)
    if isinstance(verdict, Closed):
        raise taken(store, needs, starts_at, now, reasons=verdict.reasons, without=without)
    return verdict


def _write(holder: Holder, slot: Slot, store: Store, needs: Needs, now: datetime) -> None:
    try:
        with transaction.atomic():
            _make_room(slot.changes)
            Reservation.objects.bulk_create(
                Reservation(holder=holder, resource_id=resource_id, during=during, requires=requires)
                for resource_id, during, requires in slot.spans()
            )
    except IntegrityError as error:  # a writer that did not take the days' locks came first
        if _sqlstate(error) != EXCLUSION:
            raise
        raise taken(store, needs, slot.starts_at, now, without=holder) from error


def _make_room(changes: Iterable[Change]) -> None:
    """Give other bookings what they take instead; each is told in its history. Nothing when nobody moves.

    Two of them may swap, so that the constraint is judged when all have moved.
    """
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS resource_serves_one_at_a_time DEFERRED")
        for change in changes:
            booked = change.booked
            rows = Reservation.objects.filter(holder=booked.holder, resource=booked.resource, is_fixed=False)
            rows.filter(requires=list(booked.requires)).update(resource=change.thing.id)
        cursor.execute("SET CONSTRAINTS resource_serves_one_at_a_time IMMEDIATE")
    holders = Holder.objects.in_bulk({change.booked.holder for change in changes})
    before = Resource.objects.in_bulk({change.booked.resource for change in changes})
    for change in changes:
        names = {"was": before[change.booked.resource].name, "now": change.thing.name}
        Event.record("capacity.rearranged", about=holders[change.booked.holder], by=None, personal=names)


def _days_needed(store: Store, needs: Needs, starts_at: datetime) -> set[date]:
    """The days a job from ``starts_at`` might touch, whoever else is booked. Three queries."""
    day = timezone.localdate(starts_at)
    longest = selectors.Duties(store.pk, day).stretch(needs.longest) + needs.reception
    open_days, _shut = selectors.calendar(store.pk, day, day, longest)
    if not open_days:
        return {day}
    axis = Axis(open_days, timezone.get_current_timezone())
    position = axis.floor(int(starts_at.timestamp()))
    length = min(units(longest), axis.offsets[-1] - position)
    return {day, *(start.date() for start, _end in axis.segments(position, length))}


def days_of(holder: Holder) -> set[date]:
    """The days on which the holder has reservations. One query."""
    ranges = holder.reservations.values_list("during", flat=True)
    return {timezone.localdate(during.lower) for during in ranges}


def lock_days(store: Store, days: Iterable[date]) -> None:
    """Make the missing rows, then lock all, in date order. Two statements."""
    wanted = sorted(set(days))
    CapacityDay.objects.bulk_create(
        (CapacityDay(store=store, day=day) for day in wanted), ignore_conflicts=True
    )
    locked = CapacityDay.objects.filter(store=store, day__in=wanted).order_by("day")
    list(locked.select_for_update(no_key=True))


def taken(
    store: Store,
    needs: Needs,
    starts_at: datetime,
    now: datetime,
    *,
    reasons: Iterable[str] = (),
    without: Holder | None = None,
) -> DomainError:
    """The refusal for a start that does not fit, with the next three that do."""
    day = max(timezone.localdate(starts_at), timezone.localdate(now))
    free = slots.find(store, needs=needs, date_from=day, days=ALTERNATIVE_DAYS, now=now, without=without)
    later = [slot for slot in free if slot.starts_at >= starts_at]
    nearest = [*later, *reversed([slot for slot in free if slot.starts_at < starts_at])][:ALTERNATIVES]
    message = _("%(time)s is no longer free. %(why)s") % {
        "time": when.words(starts_at, now),
        "why": " ".join(reasons) or _("Somebody else took it a moment ago."),
    }
    return DomainError(
        message.strip(),
        code="slot_taken",
        extra={
            "alternatives": [
                {
                    "starts_at": slot.starts_at.isoformat(),
                    "ends_at": slot.ends_at.isoformat(),
                    "advisor": slot.advisor.name,
                    "advisor_id": slot.advisor.person_id,
                    "bay": slot.bay.name,
                    "technician": slot.technician.name,
                    "reason": slot.reason,
                }
                for slot in nearest
            ]
        },
    )
