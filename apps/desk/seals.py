"""Seals the history and proves it (``manage.py verify``). Decision 0007."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q

from apps.desk.models import Event, Seal
from apps.desk.models.seal import START, digest, root_of

BATCH = 5000
LOCK_CLASS = 7301
"""Of the advisory lock that lets one worker at a time seal for a store."""


def seal_due(now: datetime) -> int:
    """Seal every committed event that is not sealed yet, at most ``BATCH`` a store; returns how many."""
    stores = Event.objects.unsealed().order_by().values_list("store_id", flat=True).distinct()
    return sum(_seal(store_id, now) for store_id in list(stores))


@transaction.atomic
def _seal(store_id: int | None, now: datetime) -> int:
    """One batch of one store; five queries. None while another worker seals for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, store_id or 0])
        if not cursor.fetchone()[0]:
            return 0
    events = list(Event.objects.unsealed().filter(Q(store_id=store_id)).order_by("pk")[:BATCH])
    if not events:
        return 0
    last = Seal.objects.filter(Q(store_id=store_id)).order_by("-number").first()
    seal = Seal(
        store_id=store_id,
        number=last.number + 1 if last else 1,
        size=len(events),
        root=root_of(event.leaf() for event in events),
        sealed_at=now,
    )
    seal.hash = seal.chained(last.hash if last else START)
    seal.save()
    Event.objects.filter(pk__in=[event.pk for event in events]).update(seal=seal)
    return len(events)


def differences() -> Iterator[str]:
    """Sentences about every seal or event that is not as it was sealed. Two queries; memory of the seals."""
    found = {seal.pk: seal for seal in Seal.objects.order_by("store_id", "number")}
    yield from _broken_chains(list(found.values()))
    sealed = Event.objects.exclude(seal=None).order_by("seal_id", "pk").iterator(chunk_size=2000)
    for seal_id, events in groupby(sealed, key=lambda event: event.seal_id):
        yield from _broken_batch(found.pop(seal_id), events)
    for seal in found.values():
        yield f"seal {seal}: its {seal.size} event(s) are gone"


def _broken_chains(seals: list[Seal]) -> Iterator[str]:
    for _store, chain in groupby(seals, key=lambda seal: seal.store_id):
        previous, number = START, 0
        for seal in chain:
            if seal.number != number + 1:
                yield f"seal {seal}: follows number {number}; seals between them are gone"
            elif seal.hash != seal.chained(previous):
                yield f"seal {seal}: was altered or does not follow the one before"
            previous, number = seal.hash, seal.number


def _broken_batch(seal: Seal, events: Iterator[Event]) -> Iterator[str]:
    leaves = []
    for event in events:
        leaves.append(event.leaf())
        if event.salt and event.commitment != digest(event.salt, event.personal):
            yield f"event {event.pk}: its personal values were altered"
        elif event.personal and not event.salt:
            yield f"event {event.pk}: personal values stand where none were sealed"
    if len(leaves) != seal.size:
        yield f"seal {seal}: {seal.size} event(s) sealed, {len(leaves)} found"
    elif root_of(leaves) != seal.root:
        yield f"seal {seal}: an event in it was altered"
