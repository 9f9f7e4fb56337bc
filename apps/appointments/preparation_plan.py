"""Which steps of preparation an appointment has, and when each begins and is due. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.appointments.models import PreparationStep

Kind = PreparationStep.Kind
BEGINS, DUE = time(8), time(17)
DAYS: dict[str, tuple[int, int]] = {
    Kind.CONFIRM: (4, 3),
    Kind.FIX: (1, 1),  # before the parts: capacity is locked before stock
    Kind.PARTS: (3, 3),
    Kind.SHELF: (1, 1),
    Kind.TOOLS: (1, 1),
    Kind.PACK: (1, 1),
}
"""How many days before the arrival each step begins and is due. Source: domain description §4."""


@dataclass(frozen=True)
class Planned:
    """One step: asked for at ``opens_at``, done by ``due_at``."""

    kind: str
    opens_at: datetime
    due_at: datetime


def plan(
    arrives_at: datetime,
    now: datetime,
    *,
    has_parts: bool,
    has_tools: bool,
    is_open: Callable[[date], bool] = lambda _day: True,
) -> list[Planned]:
    """All steps, in order. A closed day gives its steps to the open day before it.

    What should have begun already, because the booking came late, begins at once; what should be done
    already is due at once.
    """
    skipped = set() if has_parts else {Kind.PARTS, Kind.SHELF}
    skipped |= set() if has_tools else {Kind.TOOLS}
    arrival = timezone.localdate(arrives_at)
    steps = []
    for kind, (begins, due) in DAYS.items():
        if kind in skipped:
            continue
        opens_at = _at(_open_before(arrival, begins, is_open), BEGINS)
        due_at = _at(_open_before(arrival, due, is_open), DUE)
        steps.append(Planned(kind, max(opens_at, now), max(due_at, now)))
    return steps


def _open_before(arrival: date, days: int, is_open: Callable[[date], bool]) -> date:
    day = arrival - timedelta(days=days)
    return next((d for d in (day - timedelta(days=n) for n in range(15)) if is_open(d)), day)


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
