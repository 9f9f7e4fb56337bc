"""How full some days are: the technicians' time planned, kept and free, and the cars expected, by hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from apps.accounts.models import Setting, Store
from apps.capacity import selectors
from apps.capacity.axis import UNIT, Axis
from apps.capacity.levelling import NONE, Limits
from apps.capacity.models import Absence, CapacityDay, Reservation, Resource
from apps.capacity.roster import Roster
from apps.core import clock

HOUR = 3600


@dataclass(frozen=True)
class Load:
    """Technicians' hours: there, planned, kept for walk-ins; what is left is free."""

    present: float = 0
    planned: float = 0
    kept: float = 0

    @property
    def free(self) -> float:
        """What may still be booked ahead."""
        return max(self.present - self.planned - self.kept, 0)

    @property
    def shares(self) -> tuple[float, float]:
        """Planned and kept as parts of 100."""
        whole = self.present or 1
        return round(100 * self.planned / whole, 1), round(100 * self.kept / whole, 1)


@dataclass(frozen=True)
class HourLoad:
    """One hour of the wall clock; ``limit`` 0 is none."""

    hour: int
    cars: int
    limit: int
    load: Load

    @property
    def is_full(self) -> bool:
        """No more cars are received."""
        return bool(self.limit) and self.cars >= self.limit


@dataclass
class DayLoad:
    """One day. Without ``span`` it is closed, for the reason ``shut`` if one was given."""

    day: date
    span: tuple[datetime, datetime] | None = None
    shut: str = ""
    differs: bool = False
    limits: Limits = NONE
    load: Load = Load()
    hours: list[HourLoad] = field(default_factory=list)

    @property
    def cars(self) -> int:
        """Cars expected."""
        return sum(hour.cars for hour in self.hours)


@dataclass
class House:
    """Days with their load, and what it was counted from."""

    days: list[DayLoad]
    resources: list[Resource]
    reservations: list[Any]
    absences: list[Any]

    @classmethod
    def load(cls, store: Store, first: date, days: int = 1) -> House:
        """``days`` days from ``first`` on. Eight queries, whatever the number."""
        dates = [first + timedelta(days=n) for n in range(days)]
        window = clock.at(first, 0), clock.at(first + timedelta(days=days), 0)
        resources = list(Resource.objects.filter(store=store).active().order_by("order", "pk"))
        ours = [r.pk for r in resources]
        taken = Reservation.objects.filter(resource__in=ours, during__overlap=window)
        away = Absence.objects.filter(resource__in=ours, during__overlap=window)
        made = cls(
            [DayLoad(day) for day in dates],
            resources,
            list(taken.values_list("resource_id", "during", "holder_id", "holder__label")),
            list(away.values_list("resource_id", "during", "reason")),
        )
        made._count(store, dates)
        return made

    def of_kind(self, kind: str) -> list[Resource]:
        """The resources of one kind, in order."""
        return [r for r in self.resources if r.kind == kind]

    def _count(self, store: Store, dates: list[date]) -> None:
        open_days, shut = selectors.calendar(store.pk, dates[0], dates[-1], timedelta())
        open_days = [d for d in open_days if d.day <= dates[-1]]
        axis = Axis(open_days, timezone.get_current_timezone())
        spans = selectors.Duties(store.pk, dates[0]).spans(open_days)
        own = {row.day: row for row in CapacityDay.objects.filter(store=store, day__in=dates)}
        limits = self._limits(store, dates, own)
        people = [r.pk for r in self.of_kind(Resource.Kind.TECHNICIAN)]
        busy, away = self._masks(axis, self.reservations), self._masks(axis, self.absences)
        there = {pk: Roster.on(axis, spans.get(pk)).mask & ~away[pk] for pk in people}
        cars = self._cars()
        windows = dict(zip((d.day for d in open_days), pairwise(axis.offsets), strict=True))
        for entry in self.days:
            row = own.get(entry.day)
            entry.limits, entry.shut = limits[entry.day], shut.get(entry.day, "")
            entry.differs = row is not None and any(getattr(row, name) is not None for name in DIFFERENT)
            if entry.day in windows:
                at = [d.day for d in open_days].index(entry.day)
                _fill(entry, axis, at, there, busy, cars)

    @staticmethod
    def _limits(store: Store, dates: list[date], own: dict[date, CapacityDay]) -> dict[date, Limits]:
        values = Setting.by_day(selectors.DAILY, store.pk, dates)
        today = clock.today()
        return {day: selectors.limits_of(day, today, values[day], own.get(day)) for day in dates}

    @staticmethod
    def _masks(axis: Axis, rows: list[Any]) -> dict[int, int]:
        masks: dict[int, int] = defaultdict(int)
        for pk, during, *_more in rows if axis.days else ():
            low = axis.floor(int(during.lower.timestamp()))
            high = axis.ceil(int(during.upper.timestamp()))
            masks[pk] |= ((1 << max(high - low, 0)) - 1) << low
        return masks

    def _cars(self) -> Counter[datetime]:
        """Cars by the hour of the wall clock they are received in, as the slot engine counts them."""
        receivers = {r.pk for r in self.of_kind(Resource.Kind.ADVISOR)}
        starts = (
            timezone.localtime(during.lower) for pk, during, *_m in self.reservations if pk in receivers
        )
        return Counter(start.replace(minute=0, second=0, microsecond=0) for start in starts)


DIFFERENT = ("opens", "intake_per_hour", "people_per_hour", "reserve_percent", "express_lanes")
"""What a day has of its own when it is not as usual."""


def _fill(
    entry: DayLoad,
    axis: Axis,
    at: int,
    there: dict[int, int],
    busy: dict[int, int],
    cars: Counter[datetime],
) -> None:
    """The hours of an open day. What is kept is a part of the day: it is spread over its free time."""
    low, high = axis.offsets[at], axis.offsets[at + 1]
    opens, closes = axis.opens[at], axis.opens[at] + (high - low) * UNIT
    entry.span = axis.moment(opens), axis.moment(closes)
    present, planned = _hours(there, busy, low, high)
    keeps = entry.day > clock.today()
    kept = min(present * entry.limits.reserve_percent / 100, present - planned) if keeps else 0
    entry.load = Load(present, planned, kept)
    share = kept / (present - planned) if present > planned else 0
    start = axis.moment(opens).replace(minute=0)
    while start < entry.span[1]:
        first = max(low + (int(start.timestamp()) - opens) // UNIT, low)
        last = min(low + (int(start.timestamp()) + HOUR - opens) // UNIT, high)
        there_now, planned_now = _hours(there, busy, first, last)
        load = Load(there_now, planned_now, (there_now - planned_now) * share)
        entry.hours.append(HourLoad(start.hour, cars[start], entry.limits.cars_per_hour, load))
        start += timedelta(hours=1)


def _hours(there: dict[int, int], busy: dict[int, int], low: int, high: int) -> tuple[float, float]:
    """Hours present and planned in the units ``low`` … ``high``."""
    window = ((1 << max(high - low, 0)) - 1) << low
    present = sum((mask & window).bit_count() for mask in there.values())
    planned = sum((mask & busy.get(pk, 0) & window).bit_count() for pk, mask in there.items())
    return present * UNIT / HOUR, planned * UNIT / HOUR
