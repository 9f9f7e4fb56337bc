"""Geometry of the CSI chart; the template draws it as SVG, the same on page and paper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.callbacks.reading import Month, Row
from apps.callbacks.scores import shown

LEFT, WIDTH, ROW, BAR = 110, 560, 34, 16


@dataclass(frozen=True)
class Bar:
    """One part's bar: pixels in the drawing, and what is written at it."""

    label: str
    y: int
    width: int
    low: int
    high: int
    text: str
    n: int
    is_sufficient: bool
    is_below: bool


@dataclass(frozen=True)
class Chart:
    """The drawing: its size, the target's line, the bars from 0 to 100."""

    bars: list[Bar]
    height: int
    target_x: int
    target: Decimal
    total_width: int = LEFT + WIDTH + 120
    left: int = LEFT
    bar_height: int = BAR

    @property
    def ticks(self) -> list[tuple[int, int]]:
        """``(x, value)`` of the scale."""
        return [(_x(value), value) for value in range(0, 101, 20)]


def _x(value: Decimal | int) -> int:
    return LEFT + round(float(value) * WIDTH / 100)


def bars(rows: list[Row], target: Decimal) -> Chart:
    """The chart of ``rows``; a part without an index has an empty bar."""
    drawn = []
    for position, row in enumerate(rows):
        figure = row.sheet.index
        value = figure.value or Decimal(0)
        drawn.append(
            Bar(
                label=row.label,
                y=position * ROW + 8,
                width=_x(value) - LEFT,
                low=_x(figure.low) if figure.low is not None else 0,
                high=_x(figure.high) if figure.high is not None else 0,
                text=str(shown(figure.value)) if figure.value is not None else "–",
                n=figure.n,
                is_sufficient=figure.is_sufficient,
                is_below=figure.value is not None and figure.value < target,
            )
        )
    return Chart(drawn, len(rows) * ROW + 30, _x(target), target)


TREND_WIDTH, TREND_HEIGHT, TREND_LEFT, TREND_TOP = 720, 150, 40, 14


@dataclass(frozen=True)
class Point:
    """One month: where it stands in the drawing, and what is written at it."""

    x: int
    y: int
    label: str
    text: str
    n: int
    is_sufficient: bool


@dataclass(frozen=True)
class Trend:
    """The months as a line; months without answers leave a gap."""

    points: list[Point]
    runs: list[str]
    target_y: int
    ticks: list[tuple[int, int]]
    left: int = TREND_LEFT
    width: int = TREND_WIDTH
    height: int = TREND_TOP + TREND_HEIGHT + 26


def line(months: list[Month], target: Decimal) -> Trend:
    """The trend of the index over ``months``; its scale goes from the worst ten below to 100."""
    values = [m.sheet.index.value for m in months if m.sheet.index.value is not None]
    floor = max(0, int(min([*values, target])) // 10 * 10 - 10) if values else 0

    def at(value: Decimal | int) -> int:
        return TREND_TOP + round(TREND_HEIGHT * (100 - float(value)) / (100 - floor))

    step = (TREND_WIDTH - TREND_LEFT - 30) / max(len(months) - 1, 1)
    points, runs, run = list[Point](), list[str](), list[str]()
    for position, month in enumerate(months):
        figure = month.sheet.index
        if figure.value is None:
            runs, run = [*runs, " ".join(run)], list[str]()
            continue
        x, y = TREND_LEFT + 12 + round(position * step), at(figure.value)
        run.append(f"{x},{y}")
        points.append(
            Point(x, y, f"{month.month:%Y-%m}", str(shown(figure.value)), figure.n, figure.is_sufficient)
        )
    lines = [run for run in [*runs, " ".join(run)] if " " in run]
    return Trend(points, lines, at(target), [(at(v), v) for v in range(floor, 101, 10)])
