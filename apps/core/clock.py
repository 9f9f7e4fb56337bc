"""What time it is. Business code asks here and never ``timezone.now()``.

A demo or simulation database may run at an offset from real time. The offset lives in
``desk``, which installs itself as the source, so that this room stays without tables.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

_offset: Callable[[], timedelta] = timedelta


def set_offset_source(source: Callable[[], timedelta]) -> None:
    """Install the function that gives the offset from real time."""
    global _offset
    _offset = source


def now() -> datetime:
    """The business time now: aware, UTC."""
    return timezone.now() + _offset()


def today(zone: ZoneInfo | None = None) -> date:
    """The calendar day now in ``zone`` (default: the active zone, the store's)."""
    return timezone.localdate(now(), zone)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An aware time on ``day`` in the active zone."""
    naive = datetime(day.year, day.month, day.day, hour, minute)
    return timezone.make_aware(naive)
