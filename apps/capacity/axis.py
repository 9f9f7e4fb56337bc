"""Working time as one axis.

The store's open hours, day after day, in units of five minutes, without the nights between. A job that
outlasts its day is then simply the next units on the axis, and each resource's free time is one integer
with a bit per unit: finding starts for any length is a few shifts, whatever the number of days.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

UNIT = 300
"""Seconds in one unit of the axis."""


@dataclass(frozen=True)
class OpenDay:
    """One day's open hours, in seconds since the epoch."""

    day: date
    opens: int
    closes: int


class Axis:
    """Maps moments to units of open time and back."""

    def __init__(self, days: list[OpenDay], zone: tzinfo) -> None:
        self.zone = zone
        self.days = days
        self.opens = [-(-d.opens // UNIT) * UNIT for d in days]
        lengths = [max(d.closes // UNIT - o // UNIT, 0) for d, o in zip(days, self.opens, strict=True)]
        self.offsets = [0]
        for length in lengths:
            self.offsets.append(self.offsets[-1] + length)
        self.full = (1 << self.offsets[-1]) - 1

    def floor(self, second: int) -> int:
        """The unit that ``second`` falls into; the next open one when the house is shut."""
        index = bisect_right(self.opens, second) - 1
        if index < 0:
            return 0
        return min(self.offsets[index] + (second - self.opens[index]) // UNIT, self.offsets[index + 1])

    def ceil(self, second: int) -> int:
        """The first unit that begins at ``second`` or later."""
        return self.floor(second + UNIT - 1)

    def begins(self, position: int) -> int:
        """When the unit ``position`` begins."""
        index = bisect_right(self.offsets, position) - 1
        return self.opens[index] + (position - self.offsets[index]) * UNIT

    def day_at(self, position: int) -> date:
        """The day of the unit ``position``; the last day beyond the end."""
        return self.days[min(bisect_right(self.offsets, position) - 1, len(self.days) - 1)].day

    def moment(self, second: int) -> datetime:
        """``second`` in the store's zone."""
        return datetime.fromtimestamp(second, self.zone)

    def segments(self, position: int, units: int) -> tuple[tuple[datetime, datetime], ...]:
        """The pieces of ``units`` of working time from ``position`` on, split at closing time."""
        pieces, end = [], position + units
        while position < end:
            index = bisect_right(self.offsets, position) - 1
            till = min(end, self.offsets[index + 1])
            start = self.begins(position)
            pieces.append((self.moment(start), self.moment(start + (till - position) * UNIT)))
            position = till
        return tuple(pieces)


def units(length: timedelta) -> int:
    """A length of time in whole units, rounded up."""
    return -(-int(length.total_seconds()) // UNIT)


def runs(free: int, length: int) -> int:
    """Bits of ``free`` at which ``length`` free units begin. Doubling: log₂(length) shifts."""
    have = 1
    while have < length:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free
