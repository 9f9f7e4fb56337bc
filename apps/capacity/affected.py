"""Which records an incident touches, and the banner that says so on their pages.

This room knows the holders of reservations; later rooms say which of their records these are, and
which records count on a part (``RECORDS``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from apps.accounts.models import Store, User
from apps.capacity import breaking
from apps.capacity.models import Incident, IncidentRecord, Resource
from apps.catalog.models import Part

if TYPE_CHECKING:
    from apps.capacity.needs import Closed

REMEMBERED_SECONDS = 15


@dataclass(frozen=True)
class Scope:
    """What later rooms are asked: whose are ``holders``, and what counts on ``part`` within the span."""

    store: Store
    start: datetime
    end: datetime
    holders: list[int]
    part: Part | None = None


@dataclass
class Record:
    """One record of a later room (or a bare holder). ``subject`` and ``thread`` are history keys."""

    subject: str
    thread: str
    label: str
    url: str
    due_at: datetime | None
    holders: list[int | None] = field(default_factory=list)
    things: list[str] = field(default_factory=list)


RECORDS: list[Callable[[Scope], Iterable[Record]]] = []
"""Later rooms' answers: their open records that hold any of the holders or need the part."""


def find(
    store: Store, *, resources: Iterable[Resource], part: Part | None, start: datetime, end: datetime
) -> list[Record]:
    """The records that count on these in the span, the earliest first. Two queries, and one a room."""
    broken = {b.holder_id: b for b in breaking.by_outage(store, resources, start, end)}
    found: dict[str, Record] = {}
    for answer in RECORDS:
        for record in answer(Scope(store, start, end, list(broken), part)):
            found.setdefault(record.subject, replace(record, holders=[])).holders += record.holders
    for record in found.values():
        names = (name for pk in record.holders if pk in broken for name in broken[pk].resources)
        record.things = list(dict.fromkeys(names))
    claimed = {pk for record in found.values() for pk in record.holders}
    rest = [
        Record(f"capacity.holder:{pk}", "", b.label, b.url, b.starts_at, [pk], b.resources)
        for pk, b in broken.items()
        if pk not in claimed
    ]
    return sorted([*found.values(), *rest], key=lambda r: (r.due_at is None, r.due_at or start, r.subject))


def fingerprint(records: list[Record]) -> str:
    """Names exactly these records: what was shown is what is agreed to."""
    return hashlib.sha256(" ".join(sorted(r.subject for r in records)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Banner:
    """One line on a record's page."""

    incident: Incident
    record: IncidentRecord


def banners(user: User, *, subject: str = "", thread: str = "") -> list[Banner]:
    """What runs, or is not rechecked yet, for one record or for everything of a vehicle.

    No query while no store of the user's has an open incident, else one or two.
    """
    if not any(is_any_open(pk) for pk in user.visible_store_ids):
        return []
    mine = Q(subject=subject) if subject else Q(thread=thread)
    rows = (
        IncidentRecord.objects.visible_to(user)
        .filter(mine, incident__done_at=None)
        .exclude(outcome=IncidentRecord.Outcome.MOVED)
        .filter(Q(incident__ended_at=None) | Q(ticked_at=None))
        .select_related("incident")
    )
    return list({row.incident_id: Banner(row.incident, row) for row in rows}.values())


def running(store: Store) -> list[Incident]:
    """What runs in the store, for boards. No query while nothing does."""
    if not is_any_open(store.pk):
        return []
    return list(Incident.objects.filter(store=store).running().for_pages())


def is_any_open(store_id: int) -> bool:
    """Whether the store has an incident that is not done. Asked once in a while, told of every change."""
    return bool(
        cache.get_or_set(
            _key(store_id),
            lambda: Incident.objects.filter(store_id=store_id).open().exists(),
            REMEMBERED_SECONDS,
        )
    )


def forget(store_id: int) -> None:
    """Called by whoever opens or closes a card: now, for himself, and at commit, for the others."""
    cache.delete(_key(store_id))
    transaction.on_commit(lambda: cache.delete(_key(store_id)))


def _key(store_id: int) -> str:
    return f"incidents:{store_id}"


def explain(store: Store | int, views: list[list[Closed]]) -> list[list[Closed]]:
    """``views`` with what has befallen the whole store as one more reason. No query while nothing has."""
    store_id = store.pk if isinstance(store, Store) else store
    if not is_any_open(store_id):
        return views
    rows = Incident.objects.filter(store_id=store_id, is_whole_store=True).running()
    outages = list(rows.values_list("starts_at", "expected_end_at", "text"))

    def told(piece: Closed) -> Closed:
        texts = (t for start, end, t in outages if start <= piece.till_at and end > piece.from_at)
        return replace(piece, reasons=(*piece.reasons, *texts))

    return [[told(piece) for piece in closed] for closed in views]
