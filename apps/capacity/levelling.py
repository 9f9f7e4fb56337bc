"""Keeps a day level: how many cars may come within an hour, and how much is kept for who comes unannounced.

Pure, like the engine, and judged with it under the same lock (domain §4, Capacity).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

HOUR = 3600
BEST = 3
"""Flattest starts of a day that are pointed out."""


@dataclass(frozen=True)
class Limits:
    """What holds on one day. 0 cars, people or lanes are no limit.

    ``reserve_percent`` of the technicians' time is not booked ahead: it is kept for walk-ins and added
    work, and opens on the day itself. ``released_on`` is set while more than that is kept, because the day
    is far away. ``express_lanes`` are the express bays that work.
    """

    cars_per_hour: int = 0
    reserve_percent: int = 0
    people_per_hour: int = 0
    express_lanes: int = 0
    released_on: date | None = None


NONE = Limits()

Arrivals = Iterable[tuple[int, int]]
"""``(second since the epoch, people)`` of each car that is expected."""


class Levels:
    """The arrivals and the technicians' time of some open days.

    ``windows`` are the days' pieces of the axis as ``(from, till)`` units; ``present`` (on shift and not
    away) of each technician and ``taken`` are masks of units by resource.
    """

    def __init__(
        self,
        *,
        days: list[date],
        windows: list[tuple[int, int]],
        limits: Mapping[date, Limits],
        present: Mapping[int, int],
        taken: Mapping[int, int],
        arrivals: Arrivals,
        utc_offset: int,
        today: date,
    ) -> None:
        self.days, self.windows, self.today = days, windows, today
        self.limits = [limits.get(day, NONE) for day in days]
        self.present, self.taken = present, taken
        self.utc_offset = utc_offset
        self._lows = [low for low, _high in windows]
        self._cars: Counter[int] = Counter()
        self._people: Counter[int] = Counter()
        for second, people in arrivals:
            self._cars[self._hour(second)] += 1
            self._people[self._hour(second)] += people
        self._bookable: dict[int, int] = {}

    def _hour(self, second: int) -> int:
        """The hour of the wall clock that ``second`` lies in."""
        return (second + self.utc_offset) // HOUR

    def cars(self, second: int) -> int:
        """Cars that are expected within the hour of ``second`` already."""
        return self._cars[self._hour(second)]

    def people(self, second: int) -> int:
        """People who are expected with them."""
        return self._people[self._hour(second)]

    def takes_no_car(self, second: int, index: int) -> bool:
        """Whether the hour's limit of cars is reached on the day ``index``."""
        limit = self.limits[index].cars_per_hour
        return bool(limit) and self.cars(second) >= limit

    def takes_no_people(self, second: int, index: int, people: int) -> bool:
        """Whether ``people`` more would be too many for the hour. A first party of any size is let in."""
        limit = self.limits[index].people_per_hour
        expected = self.people(second)
        return bool(limit and people and expected) and expected + people > limit

    def overdraws(self, pieces: Iterable[tuple[int, int]]) -> bool:
        """Whether work in ``pieces`` of the axis would use what is kept on one of its days."""
        shares: Counter[int] = Counter()
        for start, end in pieces:
            index = bisect_right(self._lows, start) - 1
            while index < len(self.windows) and self.windows[index][0] < end:
                low, high = self.windows[index]
                shares[index] += max(min(end, high) - max(start, low), 0)
                index += 1
        return any(self._keeps(n) and share > self.bookable(n) for n, share in shares.items() if share)

    def _keeps(self, index: int) -> bool:
        return bool(self.limits[index].reserve_percent) and self.days[index] > self.today

    def bookable(self, index: int) -> int:
        """Units of the technicians' day that may still be booked ahead; negative once the reserve is used."""
        known = self._bookable.get(index)
        if known is None:
            low, high = self.windows[index]
            window = ((1 << (high - low)) - 1) << low
            there = free = 0
            for pk, present in self.present.items():
                there += (present & window).bit_count()
                free += (present & window & ~self.taken.get(pk, 0)).bit_count()
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
