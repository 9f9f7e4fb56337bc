"""Keeps a day level: how many cars may come within an hour, and how much is kept for who comes unannounced.

Pure, like the engine, and judged with it under the same lock (domain §4, Capacity).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

HOUR = 3600
BEST = 3
"""Flattest starts of a day that are pointed out."""


@dataclass(frozen=True)
class Limits:
    """What holds on one day. ``cars_per_hour`` 0 is no limit.

    ``reserve_percent`` of the technicians' time is not booked ahead: it is kept for walk-ins and added
    work, and opens on the day itself.
    """

    cars_per_hour: int = 0
    reserve_percent: int = 0


NONE = Limits()


class Levels:
    """The arrivals and the technicians' time of some open days.

    ``windows`` are the days' pieces of the axis as ``(from, till)`` units, ``taken`` and ``away`` masks of
    units by resource, ``arrivals`` seconds since the epoch at which cars are expected.
    """

    def __init__(
        self,
        *,
        days: list[date],
        windows: list[tuple[int, int]],
        limits: Mapping[date, Limits],
        technicians: Iterable[int],
        taken: Mapping[int, int],
        away: Mapping[int, int],
        arrivals: Iterable[int],
        utc_offset: int,
        today: date,
    ) -> None:
        self.days, self.windows, self.today = days, windows, today
        self.limits = [limits.get(day, NONE) for day in days]
        self.technicians = list(technicians)
        self.taken, self.away = taken, away
        self.utc_offset = utc_offset
        self.arrivals = Counter(self._hour(second) for second in arrivals)
        self._bookable: dict[int, int] = {}

    def _hour(self, second: int) -> int:
        """The hour of the wall clock that ``second`` lies in."""
        return (second + self.utc_offset) // HOUR

    def cars(self, second: int) -> int:
        """Cars that are expected within the hour of ``second`` already."""
        return self.arrivals[self._hour(second)]

    def is_full(self, second: int, index: int) -> bool:
        """Whether the hour's limit of cars is reached on the day ``index``."""
        limit = self.limits[index].cars_per_hour
        return bool(limit) and self.cars(second) >= limit

    def overdraws(self, position: int, units: int, index: int) -> bool:
        """Whether work of ``units`` from ``position`` on would use what is kept on one of its days."""
        end = position + units
        while index < len(self.windows) and self.windows[index][0] < end:
            low, high = self.windows[index]
            share = min(end, high) - max(position, low)
            if share > 0 and self._keeps(index) and share > self.bookable(index):
                return True
            index += 1
        return False

    def _keeps(self, index: int) -> bool:
        return bool(self.limits[index].reserve_percent) and self.days[index] > self.today

    def bookable(self, index: int) -> int:
        """Units of the technicians' day that may still be booked ahead; negative once the reserve is used."""
        known = self._bookable.get(index)
        if known is None:
            low, high = self.windows[index]
            window = ((1 << (high - low)) - 1) << low
            there = free = 0
            for pk in self.technicians:
                present = window & ~self.away.get(pk, 0)
                there += present.bit_count()
                free += (present & ~self.taken.get(pk, 0)).bit_count()
            kept = -(-there * self.limits[index].reserve_percent // 100)
            # An untouched day takes any one job: in a small house a long one could else never be booked.
            known = free - kept if free < there else free
            self._bookable[index] = known
        return known


def flattest(starts: Iterable[tuple[int, datetime]]) -> frozenset[datetime]:
    """Of ``(cars in that hour, start)`` the first start of the emptiest hours, at most ``BEST``.

    None while every hour is alike: then no choice keeps the day flatter than another.
    """
    first: dict[tuple[int, int], datetime] = {}
    for cars, start in starts:
        first.setdefault((cars, start.hour), start)
    alike = len({cars for cars, _hour in first}) < 2
    return frozenset() if alike else frozenset(first[key] for key in sorted(first)[:BEST])
