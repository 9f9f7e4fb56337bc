"""The slot engine: which moments fit, with which bay, technician and advisor, and why others do not.

Pure: it judges a ``House`` that ``capacity.selectors.load`` filled, and never asks the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise

from apps.capacity.axis import UNIT, Axis, OpenDay, runs, units
from apps.capacity.levelling import Levels, Limits, flattest
from apps.capacity.reasons import Why

GRID = 900
"""Seconds between the starts that are offered."""
RECEPTION = timedelta(minutes=15)


@dataclass(frozen=True)
class Needs:
    """What a job takes. ``advisor`` is a user's id, or None for whoever is free.

    The advisor is taken for ``reception`` from the arrival on; bay and technician for ``duration`` of
    working time after that. The technician must have ``skill`` and all ``more_skills``.
    """

    duration: timedelta
    bay_kind: str
    skill: str = "general"
    advisor: int | None = None
    reception: timedelta = RECEPTION
    more_skills: frozenset[str] = frozenset()

    @property
    def skills(self) -> frozenset[str]:
        """All that the technician must be able to do."""
        return self.more_skills | {self.skill}


@dataclass(frozen=True)
class Thing:
    """A resource as the engine sees it; ``valid_until`` is the last day of the permit this job needs."""

    id: int
    kind: str
    name: str
    person_id: int | None = None
    valid_until: date | None = None


@dataclass
class House:
    """What a search is judged on: open days in order, fitting resources, and what takes their time.

    ``busy`` (reservations) and ``away`` (absences) hold ``(resource id, from, till)`` in seconds since the
    epoch. ``shut`` names the days without open hours and why. ``days`` reaches further than the days asked
    for, so that a long job finds its end. ``limits`` keep the days level: over everybody who repairs
    (``workforce``) and receives (``desk``), whether or not he fits this job.
    """

    zone: tzinfo
    asked: tuple[date, date]
    days: list[OpenDay]
    shut: dict[date, str] = field(default_factory=dict)
    bays: list[Thing] = field(default_factory=list)
    technicians: list[Thing] = field(default_factory=list)
    advisors: list[Thing] = field(default_factory=list)
    busy: Sequence[tuple[int, int, int]] = ()
    away: Sequence[tuple[int, int, int]] = ()
    limits: dict[date, Limits] = field(default_factory=dict)
    workforce: frozenset[int] = frozenset()
    desk: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Slot:
    """A start that fits. ``segments`` are the pieces of working time that bay and technician give.

    ``cars`` are expected within the same hour already.
    """

    starts_at: datetime
    ends_at: datetime
    segments: tuple[tuple[datetime, datetime], ...]
    bay: Thing
    technician: Thing
    advisor: Thing
    reception: timedelta
    cars: int = 0

    @property
    def bay_id(self) -> int:
        return self.bay.id

    @property
    def technician_id(self) -> int:
        return self.technician.id

    @property
    def advisor_id(self) -> int:
        """The advisor's resource; ``advisor.person_id`` is the user."""
        return self.advisor.id

    @property
    def reason(self) -> str:
        """Why it is offered, as a sentence."""
        return Why.offered(self)

    @property
    def continues(self) -> bool:
        """Whether the work goes on after the night."""
        return self.starts_at.date() != self.ends_at.date()


@dataclass(frozen=True)
class Closed:
    """Starts from ``from_at`` to ``till_at`` that are not offered, and why (sentences)."""

    from_at: datetime
    till_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DayView:
    """One asked day: what is offered and what is closed. ``shut`` is why the whole day is, or empty.

    ``level`` are the starts that keep the day flattest; none while every hour is alike.
    """

    day: date
    slots: list[Slot]
    closed: list[Closed]
    shut: str = ""
    level: frozenset[datetime] = frozenset()


class Board:
    """A house judged for one job. Build once, then ask."""

    def __init__(self, house: House, needs: Needs, now: datetime) -> None:
        self.house, self.needs, self.now = house, needs, now
        self.axis = Axis(house.days, house.zone)
        self.work, self.reception = max(units(needs.duration), 1), units(needs.reception)
        taken, away = self._masks(house.busy), self._masks(house.away)
        barred = self._masks([(t.id, self._midnight(t), house.days[-1].closes) for t in self._expiring()])
        known = taken.keys() | away.keys() | barred.keys()
        self.busy = {pk: taken.get(pk, 0) | away.get(pk, 0) | barred.get(pk, 0) for pk in known}
        self.bays = self._starts(house.bays, self.work, shift=self.reception)
        self.technicians = self._starts(house.technicians, self.work, shift=self.reception)
        self.advisors = self._starts(house.advisors, self.reception)
        local = self.axis.moment(int(now.timestamp()))
        self.levels = Levels(
            days=[day.day for day in house.days],
            windows=list(pairwise(self.axis.offsets)),
            limits=house.limits,
            technicians=house.workforce,
            taken=taken,
            away=away,
            arrivals=[start for pk, start, _end in house.busy if pk in house.desk],
            utc_offset=int(local.utcoffset().total_seconds()),  # type: ignore[union-attr]  # aware
            today=local.date(),
        )

    def _expiring(self) -> list[Thing]:
        """Technicians whose permit does not last as long as the axis."""
        last = self.house.days[-1].day if self.house.days else None
        return [t for t in self.house.technicians if last and t.valid_until and t.valid_until < last]

    def _midnight(self, thing: Thing) -> int:
        """When the day after the permit's last one begins."""
        assert thing.valid_until is not None
        day = thing.valid_until + timedelta(days=1)
        return int(datetime(day.year, day.month, day.day, tzinfo=self.axis.zone).timestamp())

    def _masks(self, spans: Sequence[tuple[int, int, int]]) -> dict[int, int]:
        masks: dict[int, int] = defaultdict(int)
        floor, ceil = self.axis.floor, self.axis.ceil
        for resource_id, start, end in spans:
            low = floor(start)
            masks[resource_id] |= ((1 << max(ceil(end) - low, 0)) - 1) << low
        return masks

    def _starts(self, things: list[Thing], length: int, shift: int = 0) -> dict[int, int]:
        """For each resource the arrivals at which it is free as long as needed."""
        if not length:
            return {t.id: self.axis.full for t in things}
        full = self.axis.full
        return {t.id: runs(full & ~self.busy.get(t.id, 0), length) >> shift for t in things}

    @cached_property
    def open_starts(self) -> int:
        """Arrivals at which somebody of each kind is free."""
        fits = self.axis.full
        for starts in (self.bays, self.technicians, self.advisors):
            some = 0
            for mask in starts.values():
                some |= mask
            fits &= some
        return fits

    def grid(self, index: int) -> Iterator[int]:
        """Positions of a day's quarter hours that leave time for the reception before closing."""
        low, high = self.axis.offsets[index], self.axis.offsets[index + 1]
        opens = self.axis.opens[index]
        # Quarter hours of the wall clock: the zone may be shifted by less than an hour.
        shift = int(self.axis.moment(opens).utcoffset().total_seconds())  # type: ignore[union-attr]  # aware
        first = low + (-(opens + shift) % GRID) // UNIT
        return iter(range(first, high - max(self.reception, 1) + 1, GRID // UNIT))

    def judge(self, starts_at: datetime) -> Slot | Closed:
        """The slot at ``starts_at``, or why there is none."""
        second = int(starts_at.timestamp())
        local = self.axis.moment(second)
        for index, day in enumerate(self.house.days):
            if day.day == local.date():
                for position in self.grid(index):
                    if self.axis.begins(position) == second:
                        return self.slot(position, index) or self._why(position, index)
        reason = self.house.shut.get(local.date()) or Why.outside_hours()
        return Closed(local, local, (reason,))

    def days(self) -> list[DayView]:
        """Every asked day with its slots and its closed hours."""
        first, last = self.house.asked
        by_day = {d.day: index for index, d in enumerate(self.house.days)}
        views = []
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            if day in by_day:
                views.append(self._day(day, by_day[day]))
            else:
                views.append(DayView(day, [], [], str(self.house.shut.get(day) or Why.shut())))
        return views

    def _day(self, day: date, index: int) -> DayView:
        offered: list[Slot] = []
        closed: list[Closed] = []
        joined_to = -1
        for position in self.grid(index):
            slot = self.slot(position, index)
            if slot:
                offered.append(slot)
                continue
            why = self._why(position, index)
            if closed and joined_to == position and closed[-1].reasons == why.reasons:
                why = Closed(closed.pop().from_at, why.till_at, why.reasons)
            closed.append(why)
            joined_to = position + GRID // UNIT
        level = flattest((slot.cars, slot.starts_at) for slot in offered)
        return DayView(day, offered, closed, level=level)

    def slot(self, position: int, index: int) -> Slot | None:
        """The slot at a position of the grid, with the resources that are chosen for it."""
        begins = self.axis.begins(position)
        if not self.open_starts >> position & 1 or begins <= self.now.timestamp():
            return None
        if self.levels.is_full(begins, index) or self._overdraws(position, index):
            return None
        segments = self.axis.segments(position + self.reception, self.work)
        return Slot(
            starts_at=self.axis.moment(begins),
            ends_at=segments[-1][1],
            segments=segments,
            bay=self._free(self.house.bays, self.bays, position),
            technician=self._free(self._by_load(index, "technicians"), self.technicians, position),
            advisor=self._free(self._by_load(index, "advisors"), self.advisors, position),
            reception=self.needs.reception,
            cars=self.levels.cars(begins),
        )

    def _overdraws(self, position: int, index: int) -> bool:
        return self.levels.overdraws(position + self.reception, self.work, index)

    @staticmethod
    def _free(things: list[Thing], starts: dict[int, int], position: int) -> Thing:
        return next(t for t in things if starts[t.id] >> position & 1)

    @cached_property
    def _loads(self) -> dict[tuple[int, str], list[Thing]]:
        return {}

    def _by_load(self, index: int, group: str) -> list[Thing]:
        """People of a group, the least booked of that day first: work is spread, not piled."""
        known = self._loads.get((index, group))
        if known is None:
            low, high = self.axis.offsets[index], self.axis.offsets[index + 1]
            window = (1 << (high - low)) - 1
            things: list[Thing] = getattr(self.house, group)
            known = sorted(things, key=lambda t: (self.busy.get(t.id, 0) >> low & window).bit_count())
            self._loads[index, group] = known
        return known

    def _why(self, position: int, index: int) -> Closed:
        start = self.axis.begins(position)
        from_at, till_at = self.axis.moment(start), self.axis.moment(start + GRID)
        if start <= self.now.timestamp():
            return Closed(from_at, till_at, (Why.past(),))
        missing = [
            sentence(self.needs, things)
            for things, starts, sentence in (
                (self.house.bays, self.bays, Why.no_bay),
                (self.house.technicians, self.technicians, Why.no_technician),
            )
            if not any(mask >> position & 1 for mask in starts.values())
        ]
        if expired := self._all_expired(from_at.date()):
            missing.append(Why.permit_expired(self.needs, expired))
        # What is easier to change is told only where the work itself would fit.
        if not missing and not any(mask >> position & 1 for mask in self.advisors.values()):
            missing = [Why.no_advisor(self.needs, self.house.advisors)]
        limits = self.levels.limits[index]
        if not missing and self.levels.is_full(start, index):
            missing = [Why.hour_full(limits.cars_per_hour, from_at)]
        return Closed(from_at, till_at, tuple(missing) or (Why.reserve(limits.reserve_percent),))

    def _all_expired(self, day: date) -> list[Thing]:
        """The technicians, when none of them holds a valid permit on ``day``."""
        expired = [t for t in self.house.technicians if t.valid_until and t.valid_until < day]
        return expired if len(expired) == len(self.house.technicians) else []
