"""What an edit of hours, closures, absences or resources would do to work that is booked already.

The verbs of ``keeping`` refuse such an edit (``Breaks``) until exactly these bookings have been seen; then
they stay as they are, for somebody to move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.capacity import selectors
from apps.capacity.models import CapacityDay, Holder, OpeningHours, Reservation, ReservationQuerySet, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Task

HoursByKind = dict[int, tuple[time, time] | None]
"""Opening hours by kind of day, as in ``OpeningHours.weekday``."""
URLS: list[Callable[[list[int]], dict[int, str]]] = []
"""Later rooms' answers to "where is the page of this holder?": ids of holders → addresses."""


@dataclass
class Broken:
    """One booking that the edit breaks: who, from when, with what."""

    holder_id: int
    label: str
    starts_at: datetime
    resources: list[str] = field(default_factory=list)
    url: str = ""


def by_closure(store: Store, day: date) -> list[Broken]:
    """Bookings on ``day``. Two queries, like the others."""
    return _listed(_ahead(store).on_day(store, day))


def by_absence(resource: Resource, start: datetime, end: datetime) -> list[Broken]:
    """Bookings of ``resource`` within the span."""
    return _listed(_ahead(resource.store).filter(resource=resource, during__overlap=(start, end)))


def by_outage(store: Store, resources: Iterable[Resource], start: datetime, end: datetime) -> list[Broken]:
    """Bookings of any of ``resources`` within the span."""
    return _listed(_ahead(store).filter(resource__in=list(resources), during__overlap=(start, end)))


def by_leaving(resource: Resource) -> list[Broken]:
    """Bookings that count on ``resource``."""
    return _listed(_ahead(resource.store).filter(resource=resource))


def by_hours(store: Store, hours: HoursByKind) -> list[Broken]:
    """Bookings that would lie outside ``{kind of day: (opens, closes) or None}``; days' own hours stay."""
    days = selectors.Hours(store.pk, clock.today(), date.max)
    days.usual = {
        kind: OpeningHours(weekday=kind, opens=span and span[0], closes=span and span[1])
        for kind, span in hours.items()
    }
    usual = (r for r in _rows(_ahead(store)) if timezone.localdate(r.during.lower) not in days.own)
    return _listed(row for row in usual if _lies_outside(row, days.on))


def by_calendar(store: Store, days: list[date]) -> list[Broken]:
    """Bookings on ``days`` outside the hours that the calendar gives them now."""
    hours = selectors.Hours(store.pk, min(days), max(days))
    touched = set(days)
    rows = (r for r in _rows(_ahead(store)) if timezone.localdate(r.during.lower) in touched)
    return _listed(row for row in rows if _lies_outside(row, hours.on))


def by_day(row: CapacityDay) -> list[Broken]:
    """Bookings that would lie outside the hours that the unsaved ``row`` gives its day."""
    days = selectors.Hours(row.store_id, row.day, row.day)
    days.own[row.day] = row
    on_it = _ahead(row.store).on_day(row.store, row.day)
    return _listed(r for r in _rows(on_it) if row.opens and _lies_outside(r, days.on))


def _lies_outside(row: Reservation, hours_on: Callable[[date], tuple[time, time] | None]) -> bool:
    start, end = timezone.localtime(row.during.lower), timezone.localtime(row.during.upper)
    span = hours_on(start.date())
    return span is None or start.time() < span[0] or end.time() > span[1]


def off_duty(people: Iterable[Resource]) -> list[Broken]:
    """Bookings of these people of one store while they are not on shift. About six queries."""
    mine = {person.pk: person for person in people}
    if not mine:
        return []
    store = next(iter(mine.values())).store
    rows = list(_rows(_ahead(store).filter(resource__in=mine)))
    if not rows:
        return []
    today, last = clock.today(), max(timezone.localdate(row.during.upper) for row in rows)
    open_days, _shut = selectors.calendar(store.pk, today, last, timedelta())
    spans = selectors.Duties(store.pk, today).spans(open_days)
    return _listed(row for row in rows if _is_off(row, spans.get(row.resource_id)))


def _is_off(row: Reservation, spans: list[tuple[int, int]] | None) -> bool:
    start, end = row.during.lower.timestamp(), row.during.upper.timestamp()
    return spans is not None and not any(low <= start and end <= high for low, high in spans)


def unfit(resource: Resource) -> list[Broken]:
    """Bookings that ``resource``, as it is saved, does not fit: skill, level, permit, bay, equipment."""
    has = {resource.bay_kind, *resource.equipment}
    held = {q.skill: q for q in resource.qualifications.all()}

    def lacks(row: Reservation, requirement: str) -> bool:
        if resource.kind != Resource.Kind.TECHNICIAN:
            return requirement not in has
        skill, _sep, level = requirement.partition(":")
        until = held[skill].valid_until if skill in held else None
        expired = until is not None and timezone.localdate(row.during.upper) > until
        return resource.level_of(skill) < int(level) or expired

    rows = _rows(_ahead(resource.store).filter(resource=resource))
    return _listed(row for row in rows if any(lacks(row, r) for r in row.requires))


def _ahead(store: Store) -> ReservationQuerySet:
    return Reservation.objects.filter(resource__store=store, during__endswith__gt=clock.now())


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("holder", "resource").order_by("during", "pk")


def _listed(rows: Iterable[Reservation]) -> list[Broken]:
    found: dict[int, Broken] = {}
    for row in _rows(rows) if isinstance(rows, QuerySet) else rows:
        holder = row.holder
        entry = found.setdefault(holder.pk, Broken(holder.pk, holder.label, row.during.lower))
        if row.resource.name not in entry.resources:
            entry.resources.append(row.resource.name)
    for answer in URLS:
        for pk, url in answer(list(found)).items():
            found[pk].url = url
    return list(found.values())


class Breaks(DomainError):
    """Nothing was saved: the edit breaks the bookings ``broken``, and they have not been seen yet."""

    def __init__(self, broken: list[Broken]) -> None:
        super().__init__(_("Bookings stand in the way. Nothing is saved yet."), code="breaks_bookings")
        self.broken = broken


def caused(before: list[Broken], after: list[Broken]) -> list[Broken]:
    """What an edit breaks that was whole before it."""
    known = {entry.holder_id for entry in before}
    return [entry for entry in after if entry.holder_id not in known]


def refuse_unseen(broken: list[Broken], seen: str, *, by: User) -> None:
    """Raise Breaks unless nothing is broken or ``seen`` is the fingerprint of exactly these bookings.

    Who saw them has each of them to move: a task, until the booking is moved or given up.
    """
    if not broken:
        return
    if seen != fingerprint(broken):
        raise Breaks(broken)
    for entry in broken:
        Task.put(
            task_key(entry.holder_id),
            about=Holder(pk=entry.holder_id),
            store=by.store,
            kind="capacity.move",
            title=gettext_noop("Move %(label)s (%(time)s): %(things)s cannot do it any more"),
            params={
                "label": entry.label,
                "time": f"{timezone.localtime(entry.starts_at):%m-%d %H:%M}",
                "things": "、".join(entry.resources),
            },
            url=entry.url,
            owner=by,
            due_at=min(entry.starts_at, clock.now() + TO_MOVE),
        )


TO_MOVE = timedelta(hours=4)
"""Time to move a booking that an edit has broken."""


def task_key(holder_id: int) -> str:
    """Names the task to move what a holder has booked."""
    return f"capacity.move:{holder_id}"


def fingerprint(broken: list[Broken]) -> str:
    """Names exactly these bookings: what was shown is what is agreed to."""
    return "-".join(str(pk) for pk in sorted(entry.holder_id for entry in broken))
