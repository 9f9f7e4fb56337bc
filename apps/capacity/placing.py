"""Placing work that is in the house already: these resources, from this moment on.

Booking asks who could; the dispatcher says who does. Both write the same rows under the same locks
(``CapacityDay`` by date, then resources by id), and the exclusion constraint stands behind both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity import selectors
from apps.capacity.axis import UNIT, Axis, units
from apps.capacity.models import Absence, CapacityDay, Holder, OpeningHours, Reservation, Resource
from apps.capacity.services import days_of, lock_days, restarting
from apps.core import when
from apps.core.errors import DomainError

Segments = tuple[tuple[datetime, datetime], ...]
WORK = (Resource.Kind.BAY, Resource.Kind.TECHNICIAN)
GRACE = timedelta(seconds=UNIT)
"""Planning from "now" on is not planning in the past."""


@restarting
def place(
    holder: Holder,
    *,
    resources: Sequence[Resource],
    starts_at: datetime,
    duration: timedelta,
    now: datetime,
    instead_of: Holder | None = None,
) -> Segments:
    """Reserve ``resources`` for ``duration`` of working time from ``starts_at`` (floored to 5 minutes).

    What ``holder`` had before is given up in the same step; refused, it stays. ``instead_of`` is the
    booking that this work was foreseen in: it does not stand in the way, and its time is used up.
    Returns the segments between closing times. Raises DomainError ``closed``, ``past``,
    ``resource_absent`` or ``resource_taken``, naming what is in the way. About ten statements.
    """
    with transaction.atomic():
        plan = segments(holder.store, starts_at, duration, now=now)
        days = {timezone.localdate(start) for start, _end in plan} | days_of(holder)
        if instead_of is not None:
            days |= days_of(instead_of)
        lock_days(holder.store, days)
        ids = [r.pk for r in resources]
        locked = Resource.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        known = {r.pk: r for r in locked}
        _refuse_absent(known, plan, now)
        own = [h.pk for h in (holder, instead_of) if h is not None]
        _refuse_taken(known, plan, own, now)
        holder.reservations.filter(resource__kind__in=WORK).delete()
        if instead_of is not None:
            _use_up(instead_of, plan)
        _write(holder, ids, plan, now)
        return plan


def segments(store: Store, starts_at: datetime, duration: timedelta, *, now: datetime) -> Segments:
    """The working time from ``starts_at`` on, split at closing time. Two queries. Raises DomainError."""
    if starts_at < now - GRACE:
        raise DomainError(
            _("%(time)s is past. Choose a later start.") % {"time": when.words(starts_at, now)}, code="past"
        )
    day = timezone.localdate(starts_at)
    open_days, _shut = selectors.calendar(store.pk, day, day, duration)
    axis = Axis(open_days, timezone.get_current_timezone())
    second = int(starts_at.timestamp())
    today = open_days[0] if open_days and open_days[0].day == day else None
    if today is None or not today.opens <= second < today.closes:
        raise _closed(store, starts_at, now)
    position = axis.floor(second)
    return axis.segments(position, min(max(units(duration), 1), axis.offsets[-1] - position))


def _closed(store: Store, starts_at: datetime, now: datetime) -> DomainError:
    day = timezone.localdate(starts_at)
    shut = CapacityDay.objects.filter(store=store, day=day, is_closed=True).first()
    hours = None if shut else OpeningHours.objects.filter(store=store, weekday=day.isoweekday()).first()
    if hours is None:
        why = (shut and shut.closed_reason) or _("no opening hours")
        message = _("The workshop is closed on %(day)s (%(why)s).") % {
            "day": when.day_words(day, timezone.localdate(now)),
            "why": why,
        }
    else:
        message = _("%(time)s is outside the opening hours, %(opens)s–%(closes)s.") % {
            "time": when.words(starts_at, now),
            "opens": f"{hours.opens:%H:%M}",
            "closes": f"{hours.closes:%H:%M}",
        }
    return DomainError(message, code="closed")


def _during(plan: Segments) -> Q:
    hit = Q()
    for segment in plan:
        hit |= Q(during__overlap=segment)
    return hit


def _refuse_absent(known: dict[int, Resource], plan: Segments, now: datetime) -> None:
    away = Absence.objects.filter(_during(plan), resource__in=known).order_by("during").first()
    if away is None:
        return
    message = _("%(name)s is away from %(start)s to %(end)s.") % {
        "name": known[away.resource_id],
        "start": when.words(away.during.lower, now),
        "end": when.words(away.during.upper, now),
    }
    raise DomainError(f"{message} {away.reason}".strip(), code="resource_absent")


def _refuse_taken(known: dict[int, Resource], plan: Segments, own: list[int], now: datetime) -> None:
    others = Reservation.objects.filter(_during(plan), resource__in=known).exclude(holder__in=own)
    if other := others.select_related("holder").order_by("during").first():
        raise DomainError(
            _("%(name)s is taken by %(holder)s from %(start)s to %(end)s.")
            % {
                "name": known[other.resource_id],
                "holder": other.holder,
                "start": when.words(other.during.lower, now),
                "end": when.words(other.during.upper, now),
            },
            code="resource_taken",
            extra={"resource": other.resource_id, "until": other.during.upper.isoformat()},
        )


def _write(holder: Holder, ids: Iterable[int], plan: Segments, now: datetime) -> None:
    try:
        with transaction.atomic():
            Reservation.objects.bulk_create(
                Reservation(holder=holder, resource_id=pk, during=segment, is_fixed=True)
                for pk in ids
                for segment in plan
            )
    except IntegrityError:  # a writer that did not take the days' locks came first
        raise DomainError(
            _("Somebody else took this time a moment ago. Reload the board."), code="resource_taken"
        ) from None


def _use_up(booking: Holder, plan: Segments) -> None:
    """Cut the planned time out of the booking's bays and technicians, whichever they are."""
    touched = booking.reservations.filter(_during(plan), resource__kind__in=WORK)
    for row in list(touched):
        pieces = [(row.during.lower, row.during.upper)]
        for start, end in plan:
            pieces = [
                piece
                for low, high in pieces
                for piece in ((low, min(high, start)), (max(low, end), high))
                if piece[0] < piece[1]
            ]
        row.delete()
        Reservation.objects.bulk_create(
            Reservation(holder=booking, resource_id=row.resource_id, during=piece, is_fixed=row.is_fixed)
            for piece in pieces
        )


@transaction.atomic
def release_work(holder: Holder) -> None:
    """Give up the holder's bays and technicians; an advisor's reception stays."""
    lock_days(holder.store, days_of(holder))
    holder.reservations.filter(resource__kind__in=WORK).delete()


@transaction.atomic
def cut(holder: Holder, at: datetime) -> None:
    """Give back what the holder has after ``at``: the work was done sooner."""
    lock_days(holder.store, days_of(holder))
    for row in holder.reservations.filter(during__endswith__gt=at):
        if row.during.lower >= at:
            row.delete()
        else:
            row.during = (row.during.lower, at)
            row.save(update_fields=["during"])
