"""The day and the week of a store's appointments as the planner's pages show them. Ten queries at most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import Store, User
from apps.appointments.models import Appointment, WaitingEntry, with_preparation
from apps.capacity.load import DayLoad, House
from apps.capacity.models import Resource
from apps.catalog.models import BayKind
from apps.core import clock, when

Tone = Callable[[Appointment], str]
DAYS = 7
USUAL_HOURS = (8, 18)
"""Hours shown on a day without opening hours."""


@dataclass(frozen=True)
class Bar:
    """Time reserved in a bay, in hours of the day: an appointment's, or an order's (``label``)."""

    at: float
    till: float
    label: str
    appointment: Appointment | None = None
    tone: str = "hold"
    arrives: float | None = None
    """The arrival, where it is on this day and still ahead or missed: then the bar may be moved."""


@dataclass
class Lane:
    """A bay with its day; ``off`` are ``(from, till, reason)``."""

    pk: int
    name: str
    note: str
    bars: list[Bar] = field(default_factory=list)
    off: list[tuple[float, float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Arrival:
    """The cars that are expected at one moment."""

    at: float
    time: str
    cars: list[Appointment]

    @property
    def plates(self) -> str:
        """All of them, for the hover text."""
        return ", ".join(a.vehicle.plate or a.number for a in self.cars)


@dataclass
class Day:
    """Everything the day's page shows."""

    day: date
    load: DayLoad
    lanes: list[Lane]
    arrivals: list[Arrival]
    from_hour: int
    to_hour: int
    now_at: float | None
    now: datetime
    count: int

    @property
    def hours(self) -> list[str]:
        """The heads of the columns."""
        return [f"{hour:02d}" for hour in range(self.from_hour, self.to_hour)]

    @property
    def cells(self) -> list[Any]:
        """The load of each shown hour; None where the house is closed."""
        known = {hour.hour: hour for hour in self.load.hours}
        return [known.get(hour) for hour in range(self.from_hour, self.to_hour)]

    @property
    def is_full(self) -> bool:
        """Open, and nothing is left that may be booked."""
        return bool(self.load.hours) and self.load.load.present > 0 and self.load.load.free < 0.25


def load_day(user: User, store: Store, day: date, tone: Tone) -> Day:
    """The bays' day; ``tone`` gives an appointment its sign. Nine queries, however full."""
    house = House.load(store, day)
    load = house.days[0]
    expected = _appointments(user, store, day, 1)
    by_holder = {a.holder_id: a for a in expected if a.holder_id}
    start, end = clock.at(day, 0), clock.at(day + timedelta(days=1), 0)
    lanes = {r.pk: Lane(r.pk, r.name, _kind(r)) for r in house.of_kind(Resource.Kind.BAY)}

    for pk, during, holder, label in house.reservations:
        if pk in lanes:
            booked = by_holder.get(holder)
            drawn = (booked, tone(booked), _arrival(booked, start)) if booked else ()
            lanes[pk].bars.append(Bar(*_clip(during, start, end), label, *drawn))
    for pk, during, reason in house.absences:
        if pk in lanes:
            lanes[pk].off.append((*_clip(during, start, end), reason))
    for lane in lanes.values():
        lane.bars.sort(key=lambda bar: bar.at)
    now = clock.now()
    first, last = _shown(load, [bar for lane in lanes.values() for bar in lane.bars])
    return Day(
        day=day,
        load=load,
        lanes=list(lanes.values()),
        arrivals=_arrivals(expected, start),
        from_hour=first,
        to_hour=last,
        now_at=_hour(now, start) if start <= now < end and first <= _hour(now, start) <= last else None,
        now=now,
        count=len(expected),
    )


def _kind(resource: Resource) -> str:
    return str(BayKind(resource.bay_kind).label)


def _appointments(user: User, store: Store, first: date, days: int) -> list[Appointment]:
    """Those of ``days`` days that hold or held time, by arrival. One query."""
    gone = (Appointment.Status.CANCELLED, Appointment.Status.NO_SHOW)
    window = clock.at(first, 0), clock.at(first + timedelta(days=days), 0)
    rows = Appointment.objects.visible_to(user).filter(store=store, arrives_at__lt=window[1])
    rows = rows.filter(ready_at__gt=window[0]).exclude(status__in=gone).select_related("vehicle")
    return list(with_preparation(rows).order_by("arrives_at", "pk"))


def span(day: date, start: datetime, end: datetime) -> tuple[float, float]:
    """From and till in hours of ``day``."""
    midnight = clock.at(day, 0)
    return _hour(start, midnight), _hour(end, midnight)


def _hour(moment: datetime, midnight: datetime) -> float:
    return round((moment - midnight).total_seconds() / 3600, 4)


def _arrival(appointment: Appointment, midnight: datetime) -> float | None:
    at = _hour(appointment.arrives_at, midnight)
    return at if appointment.is_open and at >= 0 else None


def _clip(during: Any, start: datetime, end: datetime) -> tuple[float, float]:
    return _hour(max(during.lower, start), start), _hour(min(during.upper, end), start)


def _shown(load: DayLoad, bars: list[Bar]) -> tuple[int, int]:
    """Whole hours from opening to closing, and what is booked outside of them."""
    first, last = USUAL_HOURS
    if load.hours:
        first, last = load.hours[0].hour, load.hours[-1].hour + 1
    return (
        min([first, *(int(bar.at) for bar in bars)]),
        max([last, *(-int(-bar.till // 1) for bar in bars)]),
    )


def _arrivals(expected: list[Appointment], midnight: datetime) -> list[Arrival]:
    groups: dict[datetime, list[Appointment]] = defaultdict(list)
    for appointment in expected:
        if appointment.arrives_at >= midnight:
            groups[appointment.arrives_at].append(appointment)
    return [Arrival(_hour(at, midnight), f"{timezone.localtime(at):%H:%M}", c) for at, c in groups.items()]


@dataclass
class Column:
    """One day of the week."""

    load: DayLoad
    words: str
    is_today: bool
    is_past: bool
    waiting: int
    appointments: list[tuple[Appointment, str]] = field(default_factory=list)


def load_week(user: User, store: Store, monday: date, tone: Tone) -> list[Column]:
    """Seven days from ``monday`` on. Ten queries, however full."""
    today = clock.today()
    house = House.load(store, monday, DAYS)
    waiting = _waiting(user, store, [entry.day for entry in house.days])
    columns = {
        entry.day: Column(
            entry, when.day_words(entry.day, today), entry.day == today, entry.day < today, waiting[entry.day]
        )
        for entry in house.days
    }
    for appointment in _appointments(user, store, monday, DAYS):
        if column := columns.get(timezone.localdate(appointment.arrives_at)):
            column.appointments.append((appointment, tone(appointment)))
    return list(columns.values())


def _waiting(user: User, store: Store, dates: list[date]) -> Counter[date]:
    """How many wait for each of ``dates``. One query."""
    rows = WaitingEntry.objects.visible_to(user).open().filter(store=store, from_day__lte=dates[-1])
    wishes = list(rows.filter(till_day__gte=dates[0]).values_list("from_day", "till_day"))
    return Counter(day for day in dates for first, last in wishes if first <= day <= last)
