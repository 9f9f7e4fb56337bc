"""Room by rearranging: bookings that are not fixed keep their times and change places with each other.

Searched only where the job finds no place as things stand. Whoever moves does so within the days of the job
itself, which its writer has locked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from apps.capacity.axis import UNIT, runs
from apps.capacity.needs import Booked, Change, Thing
from apps.capacity.roster import Roster
from apps.capacity.trial import Part, Plan, Trial, Way, Ways

if TYPE_CHECKING:
    from apps.capacity.engine import Board

TRIES = 500
"""Places that are tried for one start before it counts as taken."""


class Loose(Trial):
    """A step where it could begin at best: at every moment somebody, and some bay, is free."""

    def _anybody(self, roster: Roster, crew: list[Thing]) -> int:
        return roster.runs(self._people, self.length)

    @cached_property
    def _people(self) -> int:
        """When some technician works and is free."""
        some = 0
        for technician in self.board.house.technicians:
            some |= self.board.roster(technician).mask & ~self.board.busy.get(technician.id, 0)
        return some

    def _some(self, key: str, things: list[Thing], elapsed: int) -> int:
        known = self._long.get((key, elapsed))
        if known is None:
            known = self._long[key, elapsed] = runs(self._room_of(key), elapsed) if things else 0
        return known

    def _room_of(self, key: str) -> int:
        """When some bay of the kind, or some tool, is free."""
        full, busy, house = self.board.axis.full, self.board.busy, self.board.house
        bays = [bay for bay in house.bays if bay.bay_kind == self.step.bay_kind]
        some = 0
        for thing in house.tools if key else bays:
            some |= full & ~busy.get(thing.id, 0)
        return some


@dataclass(frozen=True, eq=False)
class Want:
    """Somebody's time (units), what would do for it, the best first, and whose it is if not the job's own."""

    mask: int
    fits: Sequence[Thing]
    booked: Booked | None = None


Homes = dict[int, list[Want]]
"""Who stands where and may go, by resource."""


def settle(wants: list[Want], fixed: dict[int, int], homes: Homes) -> dict[Want, Thing] | None:
    """A place for each of ``wants``, and for whoever has to make way; None when none is found.

    ``fixed`` is the time that stays taken, by resource. Whoever has been given a place keeps it, so that each
    is moved once at most; within ``TRIES`` every arrangement is found.
    """
    tries = TRIES

    def place(queue: list[Want]) -> dict[Want, Thing] | None:
        nonlocal tries
        if not queue:
            return {}
        want, rest = queue[0], queue[1:]
        for thing, out in _places(want, fixed, homes):
            if tries == 0:
                return None
            tries -= 1
            before, at_home = fixed.get(thing.id, 0), homes.get(thing.id, [])
            fixed[thing.id], homes[thing.id] = before | want.mask, [w for w in at_home if w not in out]
            found = place([*rest, *out])
            fixed[thing.id], homes[thing.id] = before, at_home
            if found is not None:
                return found | {want: thing}
        return None

    return place(wants)


def _places(want: Want, fixed: dict[int, int], homes: Homes) -> list[tuple[Thing, list[Want]]]:
    """Where it can go and who has to make way there, the fewest first."""
    places = [
        (thing, [other for other in homes.get(thing.id, ()) if other.mask & want.mask])
        for thing in want.fits
        if not fixed.get(thing.id, 0) & want.mask
    ]
    return sorted(places, key=lambda place: len(place[1]))


class Reshuffle:
    """The bookings of a board that may change places."""

    def __init__(self, board: Board, provisional: Callable[[datetime], Sequence[Booked]]) -> None:
        self.board = board
        self._provisional = provisional
        self.trials = [Loose(step, board) for step in board.needs.steps]
        self.begins = board.begins_of(self.trials)
        self._around = cache(self._look_around)
        self._able = cache(self._find_able)

    def plans(self, position: int) -> Iterator[Plan]:
        """Ways of the job from ``position`` on for which others can make room."""
        if self.begins >> position & 1 and self._booked:
            for ways in self.board.ways(self.trials, position):
                if plan := self._plan(ways, position):
                    yield plan

    @cached_property
    def _booked(self) -> dict[tuple[int, int], list[Booked]]:
        """What may move, by the first and the last of its days."""
        things = {thing.id for thing in self.board.house.things}
        by_days: dict[tuple[int, int], list[Booked]] = defaultdict(list)
        for booked in self._provisional(self.board.now):
            # A unit that is taken in part may be shared with somebody who stays.
            whole = not any(start % UNIT or end % UNIT for start, end in booked.spans)
            if whole and booked.requires and booked.resource in things:
                opens = self.board.axis.opens
                first = bisect_right(opens, booked.spans[0][0]) - 1
                by_days[first, bisect_right(opens, booked.spans[-1][0]) - 1].append(booked)
        return by_days

    def _day(self, position: int) -> int:
        return bisect_right(self.board.axis.offsets, position) - 1

    def _want(self, booked: Booked) -> Want:
        mask = 0
        for start, end in booked.spans:
            mask |= self.board.mask(start, end)
        fits = [t for t, barred in self._able(booked.resource, booked.requires) if not barred & mask]
        return Want(mask, fits, booked)

    def _find_able(self, resource: int, required: tuple[str, ...]) -> list[tuple[Thing, int]]:
        """What would do as well as ``resource`` for what it is there for, and when it would not."""
        board, house, wanted = self.board, self.board.house, set(required)
        kind = next(thing.kind for thing in house.things if thing.id == resource)
        if kind == "tool":
            return [(t, 0) for t in house.tools if t.equipment >= wanted]
        if kind == "bay":
            bays = [b for b in house.bays if {b.bay_kind, *b.equipment} >= wanted]
            closed = board.closed_lanes(bays)
            return [(b, closed.get(b.id, 0)) for b in bays]
        levels = (ability.rpartition(":") for ability in required)
        skills = tuple((skill, int(level)) for skill, _colon, level in levels)
        able = [t for t in house.technicians if t.able(skills)]
        return [(t, ~board.roster(t).mask | board.expired(t, skills)) for t in able]

    def _look_around(self, first: int, last: int) -> tuple[dict[int, int], Homes]:
        """What stays and what may go for a job from the day ``first`` to the day ``last``."""
        homes: Homes = defaultdict(list)
        fixed = dict(self.board.busy)
        for (begins, ends), rows in self._booked.items():
            for booked in rows if first <= begins and ends <= last else ():
                pk, want = booked.resource, self._want(booked)
                homes[pk].append(want)
                fixed[pk] = fixed[pk] & ~want.mask | self.board.away.get(pk, 0)
        return fixed, homes

    def _plan(self, ways: Ways, position: int) -> Plan | None:
        """The job done in these ``ways``, if everybody in its way finds another place."""
        fixed, homes = self._around(self._day(position - self.board.reception), self._day(ways[-1].end - 1))
        found: dict[Want, Thing] = {}
        parts = []
        asked = [self._asked(*pair) for pair in zip(self.trials, ways, strict=True)]
        for group in zip(*([[bay], [man], tools] for bay, man, tools in asked), strict=True):
            settled = settle([want for wants in group for want in wants], fixed, homes)
            if settled is None:
                return None
            found |= settled
        for way, (bay, man, tools) in zip(ways, asked, strict=True):
            parts.append(Part(way, found[bay], found[man], tuple(found[tool] for tool in tools)))
        moved = ((want.booked, thing) for want, thing in found.items() if want.booked)
        return Plan(parts, tuple(Change(b, thing) for b, thing in moved if thing.id != b.resource))

    def _asked(self, trial: Trial, way: Way) -> tuple[Want, Want, list[Want]]:
        """The bay, the technician and the tools of one step."""
        stay = (1 << way.end - way.start) - 1 << way.start
        work = 0
        for low, high in way.pieces:
            work |= (1 << high - low) - 1 << low
        bays = [b for b in trial.bays if trial.allows(b, stay)]
        crew = [t for t in trial.crew(way) if trial.allows(t, work)]
        return Want(stay, bays), Want(work, crew), [Want(stay, things) for things in trial.tools.values()]
