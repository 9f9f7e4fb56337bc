"""What an edit of hours, closures, absences or resources would do to work that is booked already.

The verbs of ``keeping`` refuse such an edit (``Breaks``) until exactly these bookings have been seen; then
they stay as they are, for somebody to move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity.models import Reservation, ReservationQuerySet, Resource
from apps.core import clock
from apps.core.errors import DomainError

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


def by_leaving(resource: Resource) -> list[Broken]:
    """Bookings that count on ``resource``."""
    return _listed(_ahead(resource.store).filter(resource=resource))


def by_hours(store: Store, hours: dict[int, tuple[time, time] | None]) -> list[Broken]:
    """Bookings that would lie outside ``{weekday: (opens, closes) or None}``."""

    def lies_outside(row: Reservation) -> bool:
        start, end = timezone.localtime(row.during.lower), timezone.localtime(row.during.upper)
        span = hours.get(start.isoweekday())
        return span is None or start.time() < span[0] or end.time() > span[1]

    return _listed(row for row in _rows(_ahead(store)) if lies_outside(row))


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


def refuse_unseen(broken: list[Broken], seen: str) -> None:
    """Raise Breaks unless nothing is broken or ``seen`` is the fingerprint of exactly these bookings."""
    if broken and seen != fingerprint(broken):
        raise Breaks(broken)


def fingerprint(broken: list[Broken]) -> str:
    """Names exactly these bookings: what was shown is what is agreed to."""
    return "-".join(str(pk) for pk in sorted(entry.holder_id for entry in broken))
