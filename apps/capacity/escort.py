"""What the customer has while his car is here: a courtesy car, or a driver who fetches and brings it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

from apps.capacity.axis import units
from apps.capacity.needs import Span, Thing
from apps.capacity.reasons import Why
from apps.capacity.trial import Plan

if TYPE_CHECKING:
    from apps.capacity.engine import Board

Extras = tuple[tuple[Thing, tuple[Span, ...]], ...]


class Escort:
    """Courtesy cars and drivers on a board; without a wish for either it always agrees."""

    def __init__(self, board: Board) -> None:
        self.board, self.needs, house = board, board.needs, board.house
        self.way = units(self.needs.fetching) if self.needs.fetching else 0
        full = board.axis.full
        self._free = {t.id: full & ~board.busy.get(t.id, 0) for t in (*house.courtesy_cars, *house.drivers)}

    def first(self, position: int, plans: Iterable[Plan]) -> tuple[Plan, Extras] | None:
        """The first plan for which what the customer wishes is free, and what is taken."""
        for plan in plans:
            extras = self._extras(position, plan.parts[-1].way.end)
            if extras is not None:
                return plan, extras
        return None

    def _extras(self, arrival: int, ready: int) -> Extras | None:
        taken: dict[int, tuple[Thing, list[tuple[int, int]]]] = {}
        for things, start, end in self._wanted(arrival, ready):
            if start < 0:
                return None
            window = (1 << end - start) - 1
            thing = next((t for t in things if self._free[t.id] >> start & window == window), None)
            if thing is None:
                return None
            taken.setdefault(thing.id, (thing, []))[1].append((start, end))
        segments = self.board.axis.segments
        return tuple(
            (thing, tuple(span for start, end in pieces for span in segments(start, end - start)))
            for thing, pieces in taken.values()
        )

    def _wanted(self, arrival: int, ready: int) -> Iterable[tuple[list[Thing], int, int]]:
        """``(one of these, from, till)`` in units of open time. A way is not broken by the night."""
        house = self.board.house
        if self.needs.courtesy:
            yield house.courtesy_cars, arrival, ready
        if self.way:
            yield house.drivers, self._out(arrival), arrival
            back = self._back(ready)
            yield house.drivers, back, back + self.way

    def _out(self, arrival: int) -> int:
        """When the driver sets out to be back at ``arrival`` on the same day; -1 when it is too early."""
        offsets = self.board.axis.offsets
        opens = offsets[bisect_right(offsets, arrival) - 1]
        return arrival - self.way if arrival - self.way >= opens else -1

    def _back(self, ready: int) -> int:
        """When the car is brought: at once, or next morning when the day is too short for the way."""
        offsets = self.board.axis.offsets
        closes = offsets[bisect_right(offsets, ready - 1)]
        return ready if ready + self.way <= closes else closes

    def why(self) -> str:
        """What is lacking where the work itself would fit."""
        if self.way:
            return Why.no_driver(self.board.house.drivers)
        return Why.no_courtesy_car(self.board.house.courtesy_cars)
