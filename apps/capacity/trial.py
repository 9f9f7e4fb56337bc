"""One step of a job, judged on a house: where it can begin, how, and what it lacks elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from apps.capacity.axis import runs, units
from apps.capacity.needs import Change, Step, Thing
from apps.capacity.reasons import Why
from apps.capacity.roster import Roster

if TYPE_CHECKING:
    from apps.capacity.engine import Board


@dataclass(frozen=True)
class Way:
    """A step done by somebody of one roster: the car stays ``start`` … ``end``, he works in ``pieces``."""

    start: int
    end: int
    roster: Roster
    pieces: list[tuple[int, int]]


@dataclass(frozen=True)
class Part:
    """A way with those who are chosen for it."""

    way: Way
    bay: Thing
    technician: Thing
    tools: tuple[Thing, ...]


Ways = tuple[Way, ...]


class Plan(NamedTuple):
    """How all steps go, and which other bookings change places for it."""

    parts: list[Part]
    changes: tuple[Change, ...] = ()


class Trial:
    """A step on a board. ``begin`` is asked once, before everything else."""

    def __init__(self, step: Step, board: Board) -> None:
        self.step, self.board = step, board
        self.length = max(units(step.duration), 1)
        self.bays = [b for b in board.house.bays if self._suits(b)]
        self.technicians = [t for t in board.house.technicians if t.able(step.skills)]
        self.tools = {
            tool: [t for t in board.house.tools if tool in t.equipment] for tool in sorted(step.tools)
        }
        self._barred = board.closed_lanes(self.bays) | {
            t.id: mask for t in self.technicians if (mask := board.expired(t, step.skills))
        }
        self._crews: dict[Roster, list[Thing]] = defaultdict(list)
        for technician in self.technicians:
            self._crews[board.roster(technician)].append(technician)
        self._long: dict[tuple[str, int], int] = {}
        self._stays: dict[tuple[int, int], int] = {}
        self._begins: dict[Roster, int] = {}

    def _suits(self, bay: Thing) -> bool:
        return bay.bay_kind == self.step.bay_kind and bay.equipment >= self.step.equipment

    @cached_property
    def _free(self) -> dict[int, int]:
        """Starts at which each technician can do the whole work."""
        return {
            t.id: roster.runs(roster.mask & ~self._taken(t), self.length)
            for roster, crew in self._crews.items()
            for t in crew
        }

    def allows(self, thing: Thing, mask: int) -> bool:
        """Whether neither a lane is closed nor a permit has run out in ``mask``."""
        return not self._barred.get(thing.id, 0) & mask

    def crew(self, way: Way) -> list[Thing]:
        """Who can do the step that ``way``, the least booked of that day first."""
        crew = self._crews[way.roster]
        if len(self._crews) > 1 or len(crew) > 1:
            index = bisect_right(self.board.axis.offsets, way.start) - 1
            crew = self.board.by_load(index, (id(self), id(way.roster)), crew)
        return crew

    def _taken(self, thing: Thing) -> int:
        return self.board.busy.get(thing.id, 0) | self._barred.get(thing.id, 0)

    def _stay(self, thing: Thing, elapsed: int) -> int:
        """Starts at which a bay or a tool is free for ``elapsed`` units."""
        known = self._stays.get((thing.id, elapsed))
        if known is None:
            known = runs(self.board.axis.full & ~self._taken(thing), elapsed)
            self._stays[thing.id, elapsed] = known
        return known

    def _some(self, key: str, things: list[Thing], elapsed: int) -> int:
        """Starts at which one of ``things`` is free for ``elapsed`` units."""
        known = self._long.get((key, elapsed))
        if known is None:
            known = 0
            for thing in things:
                known |= self._stay(thing, elapsed)
            self._long[key, elapsed] = known
        return known

    def _room(self, elapsed: int) -> int:
        """Starts at which a bay and every tool are free for ``elapsed`` units."""
        room = self._some("", self.bays, elapsed)
        for tool, things in self.tools.items():
            room &= self._some(tool, things, elapsed)
        return room

    def begin(self, after: int) -> int:
        """Where the step can begin or wait to begin, if what comes next can begin in ``after``."""
        everywhere = 0
        for roster, crew in self._crews.items():
            some, starts = self._anybody(roster, crew), 0
            for low, high, elapsed in roster.spans(self.length):
                if window := some & ((1 << high - low) - 1) << low:
                    starts |= window & self._room(elapsed) & after >> elapsed
            self._begins[roster] = starts
            everywhere |= roster.waiting(starts)
        return everywhere

    def _anybody(self, roster: Roster, crew: list[Thing]) -> int:
        """Starts at which one of ``crew`` can do the whole work."""
        some = 0
        for technician in crew:
            some |= self._free[technician.id]
        return some

    def finds(self, position: int) -> bool:
        """Whether the step, and all after it, can begin from ``position`` on."""
        return next(self.ways(position), None) is not None

    def ways(self, position: int, *, alone: bool = False) -> Iterator[Way]:
        """How the step can go from ``position`` on, the soonest end first. ``alone``: whatever comes next."""
        found = []
        for roster in self._crews:
            start = roster.starting(position)
            if start is None:
                continue
            if self._begins[roster] >> start & 1 or (alone and self._fits(roster, start)):
                pieces = roster.pieces(start, self.length)
                found.append(Way(start, pieces[-1][1], roster, pieces))
        found.sort(key=lambda way: way.end)
        return iter(found)

    def _fits(self, roster: Roster, start: int) -> bool:
        if not any(self._free[t.id] >> start & 1 for t in self._crews[roster]):
            return False
        end = roster.pieces(start, self.length)[-1][1]
        return bool(self._room(end - start) >> start & 1)

    def part(self, way: Way, before: Part | None) -> Part:
        """Who and what is taken: who did the step before if he can, else whoever has least that day."""
        elapsed = way.end - way.start
        able = (t for t in self.crew(way) if self._free[t.id] >> way.start & 1)
        technician = next(able)
        if before and any(t.id == before.technician.id for t in (technician, *able)):
            technician = before.technician
        return Part(
            way,
            bay=self._first(self.bays, way.start, elapsed),
            technician=technician,
            tools=tuple(self._first(things, way.start, elapsed) for things in self.tools.values()),
        )

    def _first(self, things: list[Thing], start: int, elapsed: int) -> Thing:
        return next(t for t in things if self._stay(t, elapsed) >> start & 1)

    def missing(self, position: int) -> list[str]:
        """Why the step cannot begin at ``position``: what is lacking by itself, or together."""
        day = self.board.axis.day_at(position)
        starts = [(roster, roster.starting(position)) for roster in self._crews]
        able = [
            (roster, start)
            for roster, start in starts
            if start is not None and any(self._free[t.id] >> start & 1 for t in self._crews[roster])
        ]
        # The bay is asked for as long as somebody who could do it would need it; else for the bare work.
        stays = [(s, self._elapsed(r, s)) for r, s in able] or [(position, self.length)]
        reasons = []
        if not any(self._some("", self.bays, elapsed) >> start & 1 for start, elapsed in stays):
            reasons.append(Why.no_bay(self.step, self.bays))
        if not able:
            reasons.append(self._nobody(day))
        for tool, things in self.tools.items():
            if not any(self._some(tool, things, elapsed) >> start & 1 for start, elapsed in stays):
                reasons.append(Why.no_tool(tool, things, self.step))
        return reasons or [Why.not_together(self.step)]

    def _elapsed(self, roster: Roster, start: int) -> int:
        return roster.pieces(start, self.length)[-1][1] - start

    def _nobody(self, day: date) -> str:
        """Permits that have run out are named when nobody's holds."""
        ends = [(t.name, t.until(self.step.skills)) for t in self.technicians]
        if ends and all(end is not None and end < day for _name, end in ends):
            return Why.permit_expired([(name, end) for name, end in ends if end])
        return Why.no_technician(self.step, self.technicians)
