"""Keeps the demo clock's offset. Real databases have none."""

import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError

from apps.desk.models import ClockOffset

REREAD_SECONDS = 5.0
_state = threading.local()


def offset() -> timedelta:
    """The offset from real time, read again every few seconds; zero outside demo databases."""
    if not settings.DEMO:
        return timedelta()
    now = time.monotonic()
    if now - getattr(_state, "read_at", -REREAD_SECONDS) >= REREAD_SECONDS:
        try:
            row = ClockOffset.objects.first()
        except DatabaseError:
            row = None
        _state.value = row.offset if row else timedelta()
        _state.read_at = now
    return _state.value


def forget() -> None:
    """Read the row again at the next call; for whoever has just set it."""
    _state.read_at = -REREAD_SECONDS
