"""When online requests are distributed, and which starts may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Setting, Store
from apps.capacity.selectors import Hours
from apps.core import clock

KEY, OPEN = "appointments.online_times", "appointments.online"
DEFAULT = (time(9), time(13), time(17))
CALL_AHEAD = timedelta(hours=1)
"""What an advisor needs between the distribution and the first arrival that was asked for in it."""
DAYS = 14
LOOK = 30


def cast(value: Any) -> tuple[time, ...]:
    """``["09:00", …]`` as times of the day, in order. Raises ValueError for anything else, or for none."""
    times = tuple(sorted({time.fromisoformat(text) for text in value}))
    if not times:
        raise ValueError("online requests are distributed at least once a day")
    return times


def read(line: str) -> list[str]:
    """What is stored for ``09:00, 13:00, 17:00``. Raises ValueError for anything else."""
    parts = [part.strip() for part in line.replace("，", ",").replace("：", ":").split(",") if part.strip()]
    return [f"{at:%H:%M}" for at in cast(parts)]


def show(times: tuple[time, ...]) -> str:
    """The times as one line: ``09:00, 13:00, 17:00``."""
    return ", ".join(f"{at:%H:%M}" for at in times)


def _moments(store: Store, first: date, last: date) -> Iterator[datetime]:
    """The distributions of the open days from ``first`` to ``last``, in order. Three queries."""
    hours = Hours(store.pk, first, last)
    times: tuple[time, ...] = Setting.value_of(KEY, store.pk)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if hours.on(day) is not None:
            yield from (timezone.make_aware(datetime.combine(day, at)) for at in times)


def last_distribution(store: Store, now: datetime) -> datetime | None:
    """Today's latest distribution that is due; None on a closed day, or before the first."""
    today = timezone.localdate(now)
    return max((at for at in _moments(store, today, today) if at <= now), default=None)


def first_start(store: Store, now: datetime) -> datetime:
    """From when on arrivals may be asked for: tomorrow, after somebody could have called. Three queries."""
    today = timezone.localdate(now)
    tomorrow = clock.at(today + timedelta(days=1), 0)
    called = next((at for at in _moments(store, today, today + timedelta(days=LOOK)) if at > now), tomorrow)
    return max(called + CALL_AHEAD, tomorrow)


def last_day(now: datetime) -> date:
    """The last day that may be asked for: in fourteen days."""
    return timezone.localdate(now) + timedelta(days=DAYS)
