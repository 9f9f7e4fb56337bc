"""Geometry of the load chart; the template draws it as SVG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LEFT, STEP, BAR, TOP, TALL = 30, 50, 30, 18, 132
"""Pixels in the drawing: the scale's width, one hour, one bar, the space above, the tallest bar."""


@dataclass(frozen=True)
class Hour:
    """One opening hour: technicians' hours booked, and technicians' hours that there are."""

    hour: int
    booked: float
    there: float

    @property
    def percent(self) -> int:
        """Booked of what there is; 100 when hours are booked and nobody is there."""
        return round(self.booked / self.there * 100) if self.there else 100 if self.booked else 0


@dataclass(frozen=True)
class Column:
    """One hour as it is drawn: ``y`` are upper edges, ``high`` heights; ``over`` is beyond capacity."""

    hour: Hour
    x: int
    y_there: int
    there: int
    y_booked: int
    booked: int
    over: int
    tone: str

    @property
    def middle(self) -> int:
        """Where the texts stand."""
        return self.x + BAR // 2


@dataclass(frozen=True)
class Chart:
    """The drawing. ``now_x`` is None outside the opening hours; ``ticks`` are ``(y, value)``."""

    columns: list[Column]
    ticks: list[tuple[int, int]]
    width: int
    now_x: int | None
    booked: float
    there: float
    base: int = TOP + TALL
    height: int = TOP + TALL + 24
    bar: int = BAR
    left: int = LEFT

    @property
    def percent(self) -> int:
        """The day's load."""
        return Hour(0, self.booked, self.there).percent


def load(hours: list[Hour], now: float) -> Chart | None:
    """The chart of ``hours``; ``now`` is the hour of the day with its fraction. None for a closed day."""
    if not hours:
        return None
    highest = max(max(h.booked, h.there) for h in hours)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if highest <= 5 * s or s == 100)
    top = max(-(-int(highest * 100) // (step * 100)), 1) * step

    def high(value: float) -> int:
        return round(value / top * TALL)

    columns = [_column(hour, LEFT + 10 + n * STEP, high) for n, hour in enumerate(hours)]
    passed = now - hours[0].hour
    return Chart(
        columns=columns,
        ticks=[(TOP + TALL - high(value), value) for value in range(0, top + 1, step)],
        width=LEFT + 10 + len(hours) * STEP,
        now_x=round(LEFT + passed * STEP) if 0 <= passed <= len(hours) else None,
        booked=sum(h.booked for h in hours),
        there=sum(h.there for h in hours),
    )


def _column(hour: Hour, x: int, high: Callable[[float], int]) -> Column:
    there, booked = high(hour.there), high(hour.booked)
    tone = "late" if hour.booked > hour.there else "block" if hour.percent >= 90 else "work"
    return Column(
        hour=hour,
        x=x,
        y_there=TOP + TALL - there,
        there=there,
        y_booked=TOP + TALL - booked,
        booked=booked,
        over=max(booked - there, 0),
        tone=tone,
    )
