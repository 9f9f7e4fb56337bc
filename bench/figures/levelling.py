"""How evenly cars come within a day when customers take the recommended starts, and when they do not.

The customers who book in four weeks of the demo's stream (``apps.demo.wishes``, seed 7) book twice through
the real engine, in the order in which they call: once each takes the first free start from the wished hour
on, once the flattest one within the wished half of the day. Hours, bays, people, the limit of cars an hour
and the reserve are the same both times.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Store
from apps.appointments import items
from apps.appointments.items import Ask
from apps.appointments.models import Appointment
from apps.capacity import services, slots
from apps.catalog.models import LabourOperation
from apps.core import clock
from apps.demo import wishes
from apps.demo.wishes import Wish
from bench.charts import columns
from bench.figures.base import Job, Size
from bench.measure import Figure
from bench.stage import ROOT

SEED, WEEKS, AHEAD_DAYS = 7, 4, 20
"""The first day is a Monday at least ``AHEAD_DAYS`` from now: no other figure books there."""
OPENS, NOON, CLOSES = 8, 12, 18
CHART = ROOT / "docs" / "intake.svg"

Choice = Callable[[slots.DayView, datetime, Counter], datetime]


def intake_spread(size: Size) -> dict[str, Figure]:
    """Both runs, and the chart of their mean day."""
    before, after = booked(wished_start), booked(levelled_start)
    cars = sum(before.values())
    spread = [spread_of(taken, WEEKS) for taken in (before, after)]
    most = [max(taken.values()) for taken in (before, after)]
    CHART.write_text(_chart(before, after), encoding="utf-8")
    note = f"{cars} and {sum(after.values())} cars; the fullest hour {most[0]} and {most[1]}"
    return {
        "intake_spread_before": Figure(spread[0], spread[0], "cars an hour", cars),
        "intake_spread_after": Figure(spread[1], spread[0], "cars an hour", cars, note=note),
    }


def booked(choose: Choice, weeks: int = WEEKS) -> Counter[tuple[int, int]]:
    """Cars by number of the day and hour, once everybody has booked; whom no start suits stays away."""
    taken: Counter[tuple[int, int]] = Counter()
    with transaction.atomic():
        store, first = Store.objects.get(code="hz01"), _first_day()
        needs = _needs(store)
        for wish in _callers(weeks):
            day = first + timedelta(days=wish.day)
            wished = clock.at(day, wish.minute // 60, wish.minute % 60)
            (view,) = slots.days(store, needs=needs[wish.codes], date_from=day, now=clock.now())
            if view.slots:
                start = choose(view, wished, Counter({h: n for (d, h), n in taken.items() if d == wish.day}))
                services.reserve(store, needs=needs[wish.codes], starts_at=start, label="bench")
                taken[wish.day, timezone.localtime(start).hour] += 1
        transaction.set_rollback(True)
    return taken


def _first_day() -> date:
    day = clock.today() + timedelta(days=AHEAD_DAYS)
    return day + timedelta(days=-day.weekday() % 7)


def _callers(weeks: int) -> list[Wish]:
    """Those who book, in the order in which they call."""
    booked = [w for w in wishes.stream(SEED, ([True] * 5 + [False] * 2) * weeks) if w.lead_days]
    return sorted(booked, key=lambda wish: wish.day - wish.lead_days)


def _needs(store: Store) -> dict[tuple[str, ...], slots.Needs]:
    """What each kind of work takes. The one place that knows."""
    known = {row.code: row for row in LabourOperation.objects.filter(group=store.group)}
    rate = items.labour_rate(store)
    kind = Appointment.Kind.MAINTENANCE_REPAIR
    return {
        codes: items.needs(items.lines([Ask(known[code]) for code in codes], rate), kind, None)
        for codes in wishes.JOBS
    }


def wished_start(view: slots.DayView, wished: datetime, cars: Counter) -> datetime:
    """The first free start from the wished time on, else the last one before it."""
    starts = [slot.starts_at for slot in view.slots]
    return next((start for start in starts if start >= wished), starts[-1])


def levelled_start(view: slots.DayView, wished: datetime, cars: Counter) -> datetime:
    """A recommended start in the wished half of the day, else its emptiest hour; the nearest of equals."""
    starts = [slot.starts_at for slot in view.slots]
    half = [s for s in starts if (_hour(s) < NOON) == (_hour(wished) < NOON)] or starts
    pointed_out = [start for start in half if start in view.level]
    return min(pointed_out or half, key=lambda s: (cars[_hour(s)], abs(s - wished), s))


def _hour(moment: datetime) -> int:
    return timezone.localtime(moment).hour


def spread_of(taken: Counter[tuple[int, int]], weeks: int) -> float:
    """The standard deviation of cars over the open hours of a day, on the mean of all days."""
    return statistics.mean(
        statistics.pstdev([taken[day, hour] for hour in range(OPENS, CLOSES)]) for day in range(weeks * 7)
    )


def _chart(before: Counter, after: Counter) -> str:
    def mean_day(taken: Counter) -> Sequence[float]:
        return [sum(taken[day, h] for day in range(WEEKS * 7)) / (WEEKS * 7) for h in range(OPENS, CLOSES)]

    return columns(
        "Cars an hour on the mean day / 每小时到店台数（日均）",
        [f"{hour}:00" for hour in range(OPENS, CLOSES)],
        {"at the wished hour / 按客户期望": mean_day(before), "levelled / 错峰后": mean_day(after)},
    )


JOBS = [
    Job(
        ("intake_spread_before", "intake_spread_after"),
        "four weeks of bookings at the wished hour and at the recommended start",
        intake_spread,
    )
]
