"""Somebody's working time on the axis.

A job goes on over a break, and over the hours that its technician is not on shift, as it goes on over the
night: those units simply do not count for him. Everything here is arithmetic on a few blocks of units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from apps.capacity.axis import Axis, runs

Blocks = tuple[tuple[int, int], ...]

PATIENCE = 24
"""Units of open time (two hours) that a car may stand and wait until its technician comes on."""


class Roster:
    """Blocks ``(from, till)`` of units in which somebody works, in order."""

    def __init__(self, blocks: Iterable[tuple[int, int]]) -> None:
        self.blocks: Blocks = tuple(blocks)
        self._begins = [low for low, _high in self.blocks]
        self._windows = [(low, (1 << high - low) - 1) for low, high in self.blocks]
        self._offsets = [0]
        for low, high in self.blocks:
            self._offsets.append(self._offsets[-1] + high - low)
        self.mask = self._spread(-1)

    @classmethod
    def on(cls, axis: Axis, spans: Iterable[tuple[int, int]] | None) -> Roster:
        """Of working spans in seconds, in order; None: whenever the house is open."""
        if spans is None:
            return cls([(0, axis.offsets[-1])] if axis.full else [])
        blocks: list[tuple[int, int]] = []
        for start, end in spans:
            low, high = axis.ceil(start), axis.floor(end)
            if blocks and blocks[-1][1] == low:
                low = blocks.pop()[0]
            if low < high:
                blocks.append((low, high))
        return cls(blocks)

    def _spread(self, counted: int) -> int:
        """From a mask of his own units, counted without gaps, to one of the axis."""
        mask = 0
        for (low, window), offset in zip(self._windows, self._offsets, strict=False):
            mask |= (counted >> offset & window) << low
        return mask

    def _count(self, mask: int) -> int:
        """From a mask of the axis to one of his own units."""
        counted = 0
        for (low, window), offset in zip(self._windows, self._offsets, strict=False):
            counted |= (mask >> low & window) << offset
        return counted

    def runs(self, free: int, length: int) -> int:
        """Units of the axis at which he begins ``length`` units of work and is free for all of them."""
        return self._spread(runs(self._count(free), length))

    def spans(self, length: int) -> Iterator[tuple[int, int, int]]:
        """``(from, till, elapsed)``: work begun from … till occupies the car for ``elapsed`` units."""
        last = len(self.blocks) - 1
        for n, (low, high) in enumerate(self.blocks):
            offset = self._offsets[n]
            till = offset + high - low
            end = bisect_right(self._offsets, offset + length - 1) - 1
            begin = offset
            while begin < till and end <= last:
                next_begin = min(till, self._offsets[end + 1] - length + 1)
                gaps = (self.blocks[end][0] - self._offsets[end]) - (low - offset)
                yield begin - offset + low, next_begin - offset + low, length + gaps
                begin, end = next_begin, end + 1

    def starting(self, position: int) -> int | None:
        """When work that waits from ``position`` on begins; None when that is too long."""
        index = bisect_right(self._begins, position) - 1
        if index >= 0 and position < self.blocks[index][1]:
            return position
        if index + 1 < len(self.blocks) and self._begins[index + 1] - position <= PATIENCE:
            return self._begins[index + 1]
        return None

    def waiting(self, starts: int) -> int:
        """``starts`` and the units before a block from which a car can wait for it."""
        mask, before = starts, 0
        for low, high in self.blocks:
            if low > before and starts >> low & 1:
                first = max(before, low - PATIENCE)
                mask |= (1 << low - first) - 1 << first
            before = high
        return mask

    def pieces(self, start: int, length: int) -> list[tuple[int, int]]:
        """The pieces of the axis that ``length`` units of work from ``start`` on take, as far as it goes."""
        index = bisect_right(self._begins, start) - 1
        found = []
        while length > 0 and index < len(self.blocks):
            low, high = self.blocks[index]
            low = max(low, start)
            till = min(high, low + length)
            found.append((low, till))
            length -= till - low
            index += 1
        return found
