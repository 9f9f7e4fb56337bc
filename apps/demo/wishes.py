"""The customers of some weeks from a seed: when they wish to come, for what, booked or not. Pure.

Assumptions, not measurements: three quarters of those who come on a working day have booked, at the weekend
fewer; who books wants to come when the house opens or after lunch; one car in seven needs more than was
asked for. Nothing else is put in, and the same seed gives the same customers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

BOOKED = {True: 28, False: 26}
WALK_INS = {True: 8, False: 13}
"""Customers a day on average, on working days and on days off."""
HOURS = {8: 30, 9: 22, 10: 10, 11: 5, 13: 17, 14: 8, 15: 5, 16: 3}
"""Of a hundred who book, how many wish to come within the hour."""
WALK_IN_FROM, WALK_IN_TILL = 8 * 60 + 30, 16 * 60 + 30
MAX_LEAD_DAYS = 10
ADDED_SHARE = 0.15
JOBS = (
    ("BY001", "BY009"),
    ("BY001", "BY003", "BY009"),
    ("BY001", "BY002", "BY003", "BY009", "BY010"),
    ("BY001", "BY004"),
    ("BY009", "BY010"),
    ("BY007", "BY008"),
    ("ZD001", "BY007"),
    ("ZD002",),
    ("ZD003", "ZD001"),
    ("DP001",),
)
"""What is asked for, one as likely as the other: operations of the starter catalogue."""
ADDED = ("ZD001", "ZD002", "BY007", "BY008")
QUARTER = 15


@dataclass(frozen=True)
class Wish:
    """One customer: the number of the day, the minute of the day, the operations asked for.

    ``lead_days`` before it was booked (0: a walk-in); ``added`` is the operation found while at it.
    """

    day: int
    minute: int
    codes: tuple[str, ...]
    lead_days: int
    added: str = ""


def stream(seed: int, workdays: Sequence[bool], walk_ins: Mapping[bool, int] = WALK_INS) -> list[Wish]:
    """The customers of as many days as ``workdays`` says (True: a working day), by day and minute."""
    # Two streams: who books does not depend on how many walk in.
    ahead, same_day = random.Random(f"{seed} booked"), random.Random(f"{seed} walk-in")
    found = []
    for day, is_workday in enumerate(workdays):
        wishes = [_booked(ahead, day) for _n in range(_about(ahead, BOOKED[is_workday]))]
        wishes += [_walk_in(same_day, day) for _n in range(_about(same_day, walk_ins[is_workday]))]
        found += sorted(wishes, key=lambda wish: wish.minute)
    return found


def _about(dice: random.Random, mean: int) -> int:
    """As many as come when each decides for himself."""
    return max(round(dice.gauss(mean, sqrt(mean))), 0)


def _booked(dice: random.Random, day: int) -> Wish:
    hour = dice.choices(list(HOURS), weights=list(HOURS.values()))[0]
    minute = hour * 60 + dice.randrange(0, 60, QUARTER)
    return Wish(day, minute, dice.choice(JOBS), dice.randint(1, MAX_LEAD_DAYS), _added(dice))


def _walk_in(dice: random.Random, day: int) -> Wish:
    return Wish(day, dice.randrange(WALK_IN_FROM, WALK_IN_TILL, QUARTER), dice.choice(JOBS), 0, _added(dice))


def _added(dice: random.Random) -> str:
    return dice.choice(ADDED) if dice.random() < ADDED_SHARE else ""
