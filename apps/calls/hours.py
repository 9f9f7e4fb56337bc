"""Calling hours: when "next call" hands out calls, and when an unanswered one comes back."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Setting, Store
from apps.core import clock, workdays

KEY = "calls.hours"
DEFAULT = ((time(9, 30), time(11, 0)), (time(14, 0), time(16, 30)))
NOON = time(12, 0)
PREFERRED: dict[str, tuple[time, time]] = {
    "morning": (time(8, 30), time(12, 0)),
    "afternoon": (time(13, 30), time(17, 30)),
    "evening": (time(18, 0), time(20, 30)),
}
"""When a customer may be called who said so (``Customer.Hours``): it goes before the calling hours."""
SOON = timedelta(days=2)
LATER = timedelta(days=14)

Hours = tuple[tuple[time, time], ...]


def cast(value: Any) -> Hours:
    """``[["09:30", "11:00"], …]`` as times. Raises ValueError for anything else or a span that ends early."""
    spans = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in value)
    if not spans or any(end <= start for start, end in spans):
        raise ValueError("each span of calling hours needs a start before its end")
    return tuple(sorted(spans))


def read(line: str) -> list[list[str]]:
    """What is stored for ``09:30-11:00, 14:00-16:30``. Raises ValueError for anything else."""
    spans = [[part.strip() for part in span.split("-")] for span in re.split("[,，;；]", line)]
    return [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in cast(spans)]


def show(hours: Hours) -> str:
    """The hours as one line: ``09:30-11:00, 14:00-16:30``."""
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in hours)


def of(store: Store | int | None, now: datetime) -> Hours:
    """The calling hours in force. One query."""
    return Setting.value_of(KEY, store, timezone.localdate(now))


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether ``now`` lies within ``hours``; the end itself does not."""
    local = timezone.localtime(now).time()
    return any(start <= local < end for start, end in hours)


def wished(now: datetime) -> list[str]:
    """The preferences of which it is just the time."""
    local = timezone.localtime(now).time()
    return [name for name, (start, end) in PREFERRED.items() if start <= local < end]


def comes_back_at(hours: Hours, now: datetime, preferred: str = "") -> datetime:
    """When an unanswered call is tried again: the next working day, in the other half of the day.

    Who has ``preferred`` hours is tried again in those.
    """
    day = workdays.add_workdays(timezone.localdate(now), 1)
    if preferred in PREFERRED:
        start = PREFERRED[preferred][0]
        return clock.at(day, start.hour, start.minute)
    morning = timezone.localtime(now).time() < NOON
    starts = [start for start, _end in hours if (start >= NOON) == morning] or [hours[0][0]]
    return clock.at(day, starts[0].hour, starts[0].minute)


def latest_again(hours: Hours, now: datetime, *, wished: bool) -> datetime:
    """Until when a call may be put off: two days, over a holiday its first working day.

    ``wished``: the customer himself named a later time; then a fortnight.
    """
    if wished:
        return now + LATER
    next_day = workdays.add_workdays(timezone.localdate(now), 1)
    return max(now + SOON, clock.at(next_day, 23, 59))
