"""Learns from past days how much of the technicians' time to keep for walk-ins and added work. Pure.

Kept time that nobody comes for stands idle; a customer for whom nothing was kept is turned away. The share
kept is the one that would have cost least on the days known (a newsvendor's choice: the quantile of
same-day work at which one more minute kept costs as much idle as it saves turned away).

What was used is taken for what was wanted. A day on which nothing was left idle may have turned somebody
away whom no clocking shows, so after full days the answer errs towards too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

TURNED_AWAY_COST = 2
"""An hour's customer turned away costs as much as two idle hours: the job is lost, and often the customer."""
MIN_DAYS = 20
"""With fewer days nothing is learned."""
MIN_OF_WEEKDAY = 8
"""With fewer days of a weekday those of its kind (working days, days off) stand in: they differ by chance."""
MIN_OF_KIND = 6
"""With fewer of those, all days stand in."""
MOST = 90
WEEK = 7
UNSET = "-"


@dataclass(frozen=True)
class Used:
    """One day that is over, in minutes. ``is_workday`` by the statutory calendar."""

    day: date
    is_workday: bool
    present: int
    ahead: int
    same_day: int

    @property
    def idle(self) -> int:
        """What was left over."""
        return max(self.present - self.ahead - self.same_day, 0)


@dataclass(frozen=True)
class Plan:
    """How much is kept: ``percent``, or by weekday (seven values from Monday on) where that is set.

    A make-up working day and a holiday are like no weekday of theirs: ``percent`` holds for them.
    """

    percent: int
    by_weekday: tuple[int, ...] = ()

    def on(self, day: date, *, is_workday: bool) -> int:
        """The percentage kept on ``day``."""
        if self.by_weekday and _is_ordinary(day, is_workday):
            return self.by_weekday[day.weekday()]
        return self.percent

    @property
    def words(self) -> str:
        """The percentage, or the span of those of the week."""
        low, high = min(self.week), max(self.week)
        return f"{low}–{high}" if low < high else f"{low}"

    @property
    def week(self) -> tuple[int, ...]:
        """Seven percentages from Monday on."""
        return self.by_weekday or (self.percent,) * WEEK


@dataclass(frozen=True)
class Outcome:
    """What a plan would have cost on some days, in minutes."""

    turned_away: float
    idle: float

    @property
    def cost(self) -> float:
        """Idle minutes, those turned away counted by their cost."""
        return TURNED_AWAY_COST * self.turned_away + self.idle


def cast_week(value: Iterable[int | str]) -> tuple[int, ...]:
    """Seven percentages, or none. Raises ValueError for anything else."""
    week = tuple(int(percent) for percent in value)
    if len(week) not in (0, WEEK) or any(not 0 <= percent <= MOST for percent in week):
        raise ValueError("a week has seven percentages")
    return week


def read_week(line: str) -> list[int]:
    """What is stored for ``20 20 20 20 20 30 30``; nothing for ``-``. Raises ValueError for the rest."""
    return [] if line.strip() == UNSET else list(cast_week(re.split(r"[\s,，;；/]+", line.strip())))


def show_week(week: Iterable[int]) -> str:
    """The week as one line, ``-`` for none."""
    return " ".join(map(str, week)) or UNSET


def learn(days: Sequence[Used]) -> Plan | None:
    """The plan that would have cost least on ``days``; None with fewer than ``MIN_DAYS``."""
    if len(days) < MIN_DAYS:
        return None
    percent = best(days)
    week = tuple(best(_alike(days, weekday)) for weekday in range(WEEK))
    return Plan(percent, week if any(other != percent for other in week) else ())


def _alike(days: Sequence[Used], weekday: int) -> Sequence[Used]:
    """The days that speak for ``weekday``: its own, else those of its kind, else all."""
    own = [d for d in days if d.day.weekday() == weekday and _is_ordinary(d.day, d.is_workday)]
    if len(own) >= MIN_OF_WEEKDAY:
        return own
    kind = [d for d in days if d.is_workday == _works(weekday)]
    return kind if len(kind) >= MIN_OF_KIND else days


def _works(weekday: int) -> bool:
    return weekday < 5


def _is_ordinary(day: date, is_workday: bool) -> bool:
    return is_workday == _works(day.weekday())


def best(days: Sequence[Used]) -> int:
    """The whole percentage, 0 … ``MOST``, that costs least on ``days``; the lowest of equals.

    The cost is convex in the percentage and least at the quantile, so one of its two neighbours is it.
    """
    shares = sorted((Fraction(d.same_day, d.present), d.present) for d in days)
    wanted = Fraction(TURNED_AWAY_COST, TURNED_AWAY_COST + 1) * sum(present for _share, present in shares)
    reached = accumulate(present for _share, present in shares)
    sums = zip(reached, shares, strict=True)
    quantile = next((share for so_far, (share, _present) in sums if so_far >= wanted), Fraction(0))
    low = min(int(quantile * 100), MOST)
    return min((low, min(low + 1, MOST)), key=lambda percent: (_cost(days, percent), percent))


def _cost(days: Iterable[Used], percent: int) -> int:
    """The cost of one percentage in hundredths of minutes: exact."""
    over = [100 * d.same_day - percent * d.present for d in days]
    return sum(TURNED_AWAY_COST * o if o > 0 else -o for o in over)


def judge(plan: Plan, days: Iterable[Used]) -> Outcome:
    """What ``plan`` would have cost on ``days``."""
    over = [d.same_day - d.present * plan.on(d.day, is_workday=d.is_workday) / 100 for d in days]
    return Outcome(sum(o for o in over if o > 0), sum(-o for o in over if o < 0))


@dataclass(frozen=True)
class BackTest:
    """Plans judged on ``judged`` days that followed the ``learned_on`` days that ``learned`` knew."""

    learned: Plan
    learned_on: int
    judged: int
    outcomes: dict[str, Outcome]


def back_test(days: Sequence[Used], others: dict[str, Plan]) -> BackTest | None:
    """Learn on the first two thirds of ``days`` (in order of time), judge that and ``others`` on the rest.

    The outcome of what was learned is named ``learned``. None while the first part is too short.
    """
    cut = len(days) * 2 // 3
    learned = learn(days[:cut])
    if learned is None:
        return None
    plans = others | {"learned": learned}
    outcomes = {name: judge(plan, days[cut:]) for name, plan in plans.items()}
    return BackTest(learned, cut, len(days) - cut, outcomes)
