"""What the online page offers: packages with price and time, and the starts that may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Store
from apps.appointments import items, online_times
from apps.appointments.items import Ask
from apps.appointments.models import Appointment
from apps.capacity import slots
from apps.catalog.models import Package
from apps.core import when


@dataclass(frozen=True)
class Entry:
    """One package with its price in yuan and the time it takes."""

    package: Package
    amount: Decimal
    takes: timedelta

    @property
    def ask(self) -> Ask:
        """As the booking takes it."""
        return Ask(self.package)


def packages(store: Store) -> QuerySet[Package]:
    """What is sold online, with its lines, by scheduled kilometres and code."""
    rows = Package.objects.filter(group=store.group_id, is_online=True).active()
    return rows.prefetch_related(items.with_lines()).order_by("service_km", "code")


def menu(store: Store) -> list[Entry]:
    """The whole menu, priced. Four queries."""
    rate = items.labour_rate(store)
    entries = []
    for package in packages(store):
        lines = items.lines([Ask(package)], rate)
        needs = items.needs(lines, Appointment.Kind.MAINTENANCE_REPAIR, None)
        entries.append(Entry(package, sum((line.amount for line in lines), Decimal(0)), needs.duration))
    return entries


def times(store: Store, asks: Sequence[Ask], wanted: date | None, now: datetime) -> dict[str, Any]:
    """The days that may be asked for, and the starts of one of them by hour. Fifteen queries.

    ``{"days": [{day, words, count, is_chosen}], "day", "hours": [(hour, [slot])], "total", "takes"}``.
    """
    kind = Appointment.Kind.MAINTENANCE_REPAIR if asks else Appointment.Kind.INSPECTION_REPAIR
    lines = items.lines(asks, items.labour_rate(store))
    needs = items.needs(lines, kind, None)
    first, today = online_times.first_start(store, now), timezone.localdate(now)
    tomorrow = today + timedelta(days=1)
    views = slots.days(store, needs=needs, date_from=tomorrow, days=online_times.DAYS, now=now)
    free = {view.day: [slot for slot in view.slots if slot.starts_at >= first] for view in views}
    day = wanted if wanted in free else next((d for d, found in free.items() if found), tomorrow)
    hours = groupby(free[day], key=lambda slot: timezone.localtime(slot.starts_at).hour)
    return {
        "days": [
            {"day": d, "words": when.day_words(d, today), "count": len(found), "is_chosen": d == day}
            for d, found in free.items()
        ],
        "day": day,
        "hours": [(hour, list(group)) for hour, group in hours],
        "total": sum((line.amount for line in lines), Decimal(0)),
        "takes": needs.duration,
    }
