"""What this room hears of: the working calendar has changed, maybe late."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Store
from apps.accounts.roles import Role
from apps.capacity import breaking
from apps.capacity.models import MADE_UP, PUBLIC_HOLIDAY, OpeningHours
from apps.core import clock, workdays
from apps.desk.models import Event, Task
from apps.desk.subscriptions import subscribe

NAMED = 8
"""Bookings named in the task itself."""


def register() -> None:
    """Called by the menu."""
    subscribe("capacity.calendar", "calendar.set", "calendar.withdrawn", handler=calendar_changed)


def calendar_changed(event: Event) -> None:
    """Tell the managers of stores with hours for holidays which bookings now lie outside them."""
    workdays.forget()  # this process may have computed the year before
    first = date.fromisoformat(event.facts.get("from") or event.facts["day"])
    last = date.fromisoformat(event.facts.get("to") or event.facts["day"])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    special = OpeningHours.objects.filter(weekday__in=(PUBLIC_HOLIDAY, MADE_UP)).values("store")
    for store in Store.objects.filter(pk__in=special).order_by("pk"):
        if broken := breaking.by_calendar(store, days):
            _tell(store, first, broken)


def _tell(store: Store, day: date, broken: list[breaking.Broken]) -> None:
    Task.put(
        f"capacity.calendar:{store.pk}:{day}",
        about=store,
        store=store,
        kind="capacity.calendar",
        title=gettext_noop("Move %(n)d bookings: the calendar has changed from %(day)s on"),
        params={"n": len(broken), "day": day.isoformat()},
        note="、".join(entry.label for entry in broken[:NAMED]),
        url=f"{reverse('capacity:day_update')}?day={day:%Y-%m-%d}",
        role=Role.SERVICE_MANAGER,
        due_at=clock.now() + timedelta(hours=4),
    )
