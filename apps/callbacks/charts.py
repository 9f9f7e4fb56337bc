"""Geometry of the CSI chart; the template draws it as SVG, the same on page and paper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.callbacks.scores import shown
from apps.callbacks.surveys import AdvisorRow

LEFT, WIDTH, ROW, BAR = 110, 560, 34, 16


@dataclass(frozen=True)
class Bar:
    """One advisor's bar: pixels in the drawing, and what is written at it."""

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


def bars(rows: list[AdvisorRow], target: Decimal) -> Chart:
    """The chart of ``rows``; an advisor without an index has an empty bar."""
    drawn = []
    for position, row in enumerate(rows):
        figure = row.sheet.index
        value = figure.value or Decimal(0)
        drawn.append(
            Bar(
                label=row.advisor.name if row.advisor else "",
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
