"""Geometry of the chart of past days; the template draws it as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.capacity.learning import Plan, Used

LEFT, TOP, STEP, BAR, TALL, FOOT = 44, 12, 20, 14, 200, 26
"""Pixels in the drawing: the scale's width, the space above, one day, one bar, 100 %, the days' names."""
DAYS = 28


@dataclass(frozen=True)
class Column:
    """One day as it is drawn: upper edges and heights of what was used the same day, ahead and not at all."""

    used: Used
    x: int
    same: tuple[int, int]
    ahead: tuple[int, int]
    idle: tuple[int, int]

    @property
    def middle(self) -> int:
        """Where the text stands."""
        return self.x + BAR // 2

    @property
    def percents(self) -> tuple[int, int, int]:
        """Same day, ahead, idle."""
        used = self.used
        same, ahead, idle = (round(100 * n / used.present) for n in (used.same_day, used.ahead, used.idle))
        return same, ahead, idle

    @property
    def is_monday(self) -> bool:
        """Mondays bear their date."""
        return self.used.day.weekday() == 0


@dataclass(frozen=True)
class Chart:
    """The drawing; ``now`` and ``learned`` are the points of the lines that each plan draws."""

    columns: list[Column]
    now: str
    learned: str
    left: int = LEFT
    bar: int = BAR
    base: int = TOP + TALL
    height: int = TOP + TALL + FOOT
    width: int = LEFT + DAYS * STEP

    @property
    def ticks(self) -> list[tuple[int, int]]:
        """``(y, per cent)``."""
        return [(_y(percent), percent) for percent in range(0, 101, 25)]


def draw(days: Sequence[Used], now: Plan, learned: Plan | None) -> Chart | None:
    """The last ``DAYS`` of ``days``, each as shares of the time that was there; None without any."""
    shown = days[-DAYS:]
    if not shown:
        return None
    return Chart(
        columns=[_column(used, LEFT + n * STEP + (STEP - BAR) // 2) for n, used in enumerate(shown)],
        now=_line(shown, now),
        learned=_line(shown, learned) if learned else "",
    )


def _y(percent: float) -> int:
    return TOP + TALL - round(min(percent, 100) / 100 * TALL)


def _column(used: Used, x: int) -> Column:
    """Overtime is cut off at the top: beyond all the time there was nothing was left to keep."""
    same = _y(100 * used.same_day / used.present)
    ahead = _y(100 * (used.same_day + used.ahead) / used.present)
    return Column(used, x, (same, TOP + TALL - same), (ahead, same - ahead), (TOP, ahead - TOP))


def _line(days: Sequence[Used], plan: Plan) -> str:
    """Steps from day to day, as points of a polyline."""
    points = []
    for n, used in enumerate(days):
        y = _y(plan.on(used.day, is_workday=used.is_workday))
        points += [f"{LEFT + n * STEP},{y}", f"{LEFT + (n + 1) * STEP},{y}"]
    return " ".join(points)
