"""Placing work that is in the house already: these resources, from this moment on.

Booking asks who could; the dispatcher says who does. Both write the same rows under the same locks
(``CapacityDay`` by date, then resources by id), and the exclusion constraint stands behind both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity import selectors
from apps.capacity.axis import UNIT, Axis, units
from apps.capacity.models import Absence, CapacityDay, Holder, OpeningHours, Reservation, Resource
from apps.capacity.roster import Roster
from apps.capacity.services import days_of, lock_days, restarting
from apps.core import when
from apps.core.errors import DomainError

Segments = tuple[tuple[datetime, datetime], ...]
WORK = (Resource.Kind.BAY, Resource.Kind.TECHNICIAN, Resource.Kind.TOOL)
GRACE = timedelta(seconds=UNIT)
"""Planning from "now" on is not planning in the past."""


@dataclass(frozen=True)
class Plan:
    """The car and its tools ``stay``; its technician works in ``work``, breaks and nights left out."""

    stay: Segments
    work: Segments

    def of(self, resource: Resource) -> Segments:
        """The time of one of them."""
        return self.work if resource.kind == Resource.Kind.TECHNICIAN else self.stay


@restarting
def place(
    holder: Holder,
    *,
    bay: Resource,
    technician: Resource,
    starts_at: datetime,
    duration: timedelta,
    now: datetime,
    tools: Sequence[str] = (),
    instead_of: Holder | None = None,
) -> Segments:
    """Reserve ``duration`` of the technician's working time from ``starts_at`` (floored to 5 minutes).

    And the bay, with one of each of ``tools``, until he ends. What ``holder`` had before is given up in the
    same step; refused, it stays. ``instead_of`` is the booking that this work was foreseen in: it does not
    stand in the way, and its time is used up. Returns the stay between closing times. Raises DomainError
    ``closed``, ``past``, ``off_duty``, ``resource_absent`` or ``resource_taken``, naming what is in the way.
    About twelve statements.
    """
    with transaction.atomic():
        plan = plan_for(holder.store, technician, starts_at, duration, now=now)
        days = {timezone.localdate(start) for start, _end in plan.stay} | days_of(holder)
        if instead_of is not None:
            days |= days_of(instead_of)
        lock_days(holder.store, days)
        wanted = Q(pk__in=[bay.pk, technician.pk]) | Q(kind=Resource.Kind.TOOL, equipment__overlap=[*tools])
        rows = Resource.objects.filter(wanted, store=holder.store)
        locked = list(rows.order_by("pk").select_for_update(no_key=True))
        known = {r.pk: r for r in locked if r.kind != Resource.Kind.TOOL}
        own = [h.pk for h in (holder, instead_of) if h is not None]
        _refuse_absent(known, plan, now)
        _refuse_taken(known, plan, own, now)
        known |= {t.pk: t for t in _free_tools(locked, tools, plan, own)}
        holder.reservations.filter(resource__kind__in=WORK).delete()
        if instead_of is not None:
            _use_up(instead_of, plan.stay)
        _write(holder, known.values(), plan)
        return plan.stay


def plan_for(
    store: Store, technician: Resource, starts_at: datetime, duration: timedelta, *, now: datetime
) -> Plan:
    """The technician's working time from ``starts_at`` on, and the car's stay. Three queries.

    Raises DomainError ``past``, ``closed`` or ``off_duty``.
    """
    if starts_at < now - GRACE:
        raise DomainError(
            _("%(time)s is past. Choose a later start.") % {"time": when.words(starts_at, now)}, code="past"
        )
    day = timezone.localdate(starts_at)
    duties = selectors.Duties(store.pk, day)
    open_days, _shut = selectors.calendar(store.pk, day, day, duties.stretch(duration))
    axis = Axis(open_days, timezone.get_current_timezone())
    second = int(starts_at.timestamp())
    today = open_days[0] if open_days and open_days[0].day == day else None
    if today is None or not today.opens <= second < today.closes:
        raise _closed(store, starts_at, now)
    roster = Roster.on(axis, duties.spans(open_days).get(technician.pk))
    position = axis.floor(second)
    if not roster.mask >> position & 1:
        raise _off_duty(technician, starts_at, roster.starting(position), axis, now)
    pieces = roster.pieces(position, max(units(duration), 1))
    work = tuple(span for low, high in pieces for span in axis.segments(low, high - low))
    return Plan(axis.segments(position, pieces[-1][1] - position), work)


def _off_duty(
    technician: Resource, starts_at: datetime, again: int | None, axis: Axis, now: datetime
) -> DomainError:
    message = _("%(name)s is not on shift at %(time)s.") % {
        "name": technician,
        "time": when.words(starts_at, now),
    }
    if again is not None:
        time = when.words(axis.moment(axis.begins(again)), now)
        message += " " + _("The next start is %(time)s.") % {"time": time}
    return DomainError(message, code="off_duty")


def _free_tools(
    locked: Iterable[Resource], names: Sequence[str], plan: Plan, own: list[int]
) -> Iterator[Resource]:
    """One free tool of each name, among the locked rows. Two queries when there are names."""
    there = [r for r in locked if r.kind == Resource.Kind.TOOL and r.is_active]
    if not names:
        return
    ids = [tool.pk for tool in there]
    taken = Reservation.objects.filter(_during(plan.stay), resource__in=ids).exclude(holder__in=own)
    away = Absence.objects.filter(_during(plan.stay), resource__in=ids)
    busy = {*taken.values_list("resource", flat=True), *away.values_list("resource", flat=True)}
    for name in names:
        free = next((t for t in there if name in t.equipment and t.pk not in busy), None)
        if free is None:
            raise DomainError(
                _("No “%(tool)s” is free in this time.") % {"tool": name}, code="resource_taken"
            )
        yield free


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


def _during(spans: Segments) -> Q:
    hit = Q()
    for segment in spans:
        hit |= Q(during__overlap=segment)
    return hit


def _in_the_way(known: dict[int, Resource], plan: Plan) -> Q:
    """Rows of ``known`` within each one's own time."""
    hit = Q()
    for resource in known.values():
        hit |= Q(resource=resource) & _during(plan.of(resource))
    return hit


def _refuse_absent(known: dict[int, Resource], plan: Plan, now: datetime) -> None:
    away = Absence.objects.filter(_in_the_way(known, plan)).order_by("during").first()
    if away is None:
        return
    message = _("%(name)s is away from %(start)s to %(end)s.") % {
        "name": known[away.resource_id],
        "start": when.words(away.during.lower, now),
        "end": when.words(away.during.upper, now),
    }
    raise DomainError(f"{message} {away.reason}".strip(), code="resource_absent")


def _refuse_taken(known: dict[int, Resource], plan: Plan, own: list[int], now: datetime) -> None:
    others = Reservation.objects.filter(_in_the_way(known, plan)).exclude(holder__in=own)
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


def _write(holder: Holder, resources: Iterable[Resource], plan: Plan) -> None:
    try:
        with transaction.atomic():
            Reservation.objects.bulk_create(
                Reservation(holder=holder, resource=resource, during=segment, is_fixed=True)
                for resource in resources
                for segment in plan.of(resource)
            )
    except IntegrityError:  # a writer that did not take the days' locks came first
        raise DomainError(
            _("Somebody else took this time a moment ago. Reload the board."), code="resource_taken"
        ) from None


def _use_up(booking: Holder, stay: Segments) -> None:
    """Cut the planned time out of the booking's bays, technicians and tools, whichever they are."""
    touched = booking.reservations.filter(_during(stay), resource__kind__in=WORK)
    for row in list(touched):
        pieces = [(row.during.lower, row.during.upper)]
        for start, end in stay:
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
