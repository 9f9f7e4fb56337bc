"""Moving the demo clock: verbs read it, so a morning can be laid in seconds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.core import clock, workdays
from apps.desk import clock as desk_clock
from apps.desk.models import ClockOffset

START = (10, 15)


class Clock:
    """Sets the business clock to chosen moments of the demo day. One statement a move."""

    def __init__(self, real: datetime | None = None) -> None:
        self.real = real or timezone.now()
        today = timezone.localdate(self.real)
        self.day: date = today if workdays.is_workday(today) else workdays.add_workdays(today, 1)
        self.now = clock.at(self.day, *START)

    def to(self, moment: datetime) -> datetime:
        """It is ``moment`` now."""
        ClockOffset.objects.update_or_create(singleton=True, defaults={"offset": moment - timezone.now()})
        desk_clock.forget()
        return moment

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
        """A time on the demo day, or ``days`` later (negative: before)."""
        return clock.at(self.day + timedelta(days=days), hour, minute)

    def start(self) -> None:
        """A quarter past ten: from here the clock goes on by itself."""
        self.to(self.now)
