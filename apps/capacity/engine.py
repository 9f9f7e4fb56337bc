"""The slot engine: which moments fit, with which bay, technician, tools and advisor, and why others do not.

Pure: it judges a ``House`` that ``capacity.selectors.load`` filled, and never asks the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise

from apps.capacity.axis import UNIT, Axis, OpenDay, runs, units
from apps.capacity.escort import Escort
from apps.capacity.levelling import Levels, Limits, flattest
from apps.capacity.needs import Booked, Closed, DayView, Needs, Slot, Stay, Step, Thing
from apps.capacity.reasons import Why
from apps.capacity.reshuffle import Reshuffle
from apps.capacity.roster import Roster
from apps.capacity.trial import Part, Plan, Trial, Way, Ways
from apps.catalog.models import BayKind

__all__ = ["GRID", "Board", "Closed", "DayView", "House", "Needs", "NoBooking", "Slot", "Thing"]

GRID = 900
"""Seconds between the starts that are offered."""

Spans = Sequence[tuple[int, int, int]]
"""``(resource id, from, till)`` in seconds since the epoch."""


@dataclass(frozen=True)
class NoBooking:
    """Arrivals from ``start`` to ``end`` (seconds) that nobody may book: of one kind of bay, or of all."""

    start: int
    end: int
    reason: str
    bay_kind: str = ""


@dataclass
class House:
    """What a search is judged on: open days in order, resources, and what takes their time.

    ``busy`` (reservations) and ``away`` (absences) take time; ``shifts`` are the working spans of those who
    do not work whenever the house is open. ``arrivals`` are ``(second, people)`` of the cars expected.
    ``shut`` names the days without open hours and why. ``days`` reaches further than the days asked for, so
    that a long job finds its end. Of the ``limits`` those of each day hold; bookings are taken until
    ``horizon`` and ``notice`` before the arrival. ``awaited`` are parts that arrive on a day; the car comes
    after it. ``provisional`` tells which of the ``busy`` may change places, as of a moment.
    """

    zone: tzinfo
    asked: tuple[date, date]
    days: list[OpenDay]
    shut: dict[date, str] = field(default_factory=dict)
    bays: list[Thing] = field(default_factory=list)
    technicians: list[Thing] = field(default_factory=list)
    advisors: list[Thing] = field(default_factory=list)
    tools: list[Thing] = field(default_factory=list)
    courtesy_cars: list[Thing] = field(default_factory=list)
    drivers: list[Thing] = field(default_factory=list)
    busy: Spans = ()
    away: Spans = ()
    shifts: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    arrivals: Sequence[tuple[int, int]] = ()
    limits: dict[date, Limits] = field(default_factory=dict)
    no_bookings: Sequence[NoBooking] = ()
    horizon: date = date.max
    notice: timedelta = timedelta()
    awaited: Sequence[tuple[str, date]] = ()
    provisional: Callable[[datetime], Sequence[Booked]] | None = None

    @property
    def things(self) -> list[Thing]:
        """Every resource."""
        work = [*self.bays, *self.technicians, *self.advisors, *self.tools]
        return [*work, *self.courtesy_cars, *self.drivers]


class Board:
    """A house judged for one job. Build once, then ask."""

    def __init__(self, house: House, needs: Needs, now: datetime) -> None:
        self.house, self.needs, self.now = house, needs, now
        self.axis = Axis(house.days, house.zone)
        self.reception = units(needs.reception)
        self.earliest = (now + house.notice).timestamp()
        taken, away = self._masks(house.busy), self._masks(house.away)
        self.busy = {pk: taken.get(pk, 0) | away.get(pk, 0) for pk in taken.keys() | away.keys()}
        local = self.axis.moment(int(now.timestamp()))
        self.levels = Levels(
            days=[day.day for day in house.days],
            windows=list(pairwise(self.axis.offsets)),
            limits=house.limits,
            present={t.id: self.roster(t).mask & ~away.get(t.id, 0) for t in house.technicians},
            taken=taken,
            arrivals=house.arrivals,
            utc_offset=int(local.utcoffset().total_seconds()),  # type: ignore[union-attr]  # aware
            today=local.date(),
        )
        self.away = away
        self.receiving = {a.id: self._receives(a) for a in house.advisors if self._wanted(a)}
        self.trials = [Trial(step, self) for step in needs.steps]
        self.escort = Escort(self)
        self.barred = [n for n in house.no_bookings if n.bay_kind in ("", *needs.bay_kinds)]
        self.begins = self._begins()

    @cached_property
    def _rosters(self) -> dict[tuple[tuple[int, int], ...] | None, Roster]:
        return {}

    def roster(self, thing: Thing) -> Roster:
        """When somebody works; people of the same hours share one."""
        spans = self.house.shifts.get(thing.id)
        hours = None if spans is None else tuple(spans)
        if hours not in self._rosters:
            self._rosters[hours] = Roster.on(self.axis, hours)
        return self._rosters[hours]

    def _masks(self, spans: Spans) -> dict[int, int]:
        masks: dict[int, int] = defaultdict(int)
        for resource_id, start, end in spans:
            masks[resource_id] |= self.mask(start, end)
        return masks

    def mask(self, start: int, end: int) -> int:
        """The units that ``start`` … ``end`` (seconds) touch."""
        low = self.axis.floor(start)
        return ((1 << max(self.axis.ceil(end) - low, 0)) - 1) << low

    def _wanted(self, advisor: Thing) -> bool:
        return self.needs.advisor in (None, advisor.person_id)

    def _receives(self, advisor: Thing) -> int:
        """The arrivals at which he is there and free."""
        free = self.roster(advisor).mask & ~self.busy.get(advisor.id, 0)
        return runs(free, self.reception) if self.reception else self.axis.full

    def _begins(self) -> int:
        """Arrivals that work and reception allow."""
        return self.begins_of(self.trials) >> self.reception & self._received

    @cached_property
    def _received(self) -> int:
        """Arrivals at which somebody receives."""
        some = 0
        for mask in self.receiving.values():
            some |= mask
        return some

    def begins_of(self, trials: Sequence[Trial]) -> int:
        """Where the first of the steps can begin or wait to begin; the last one is tried first."""
        after = self.axis.full << 1 | 1
        for trial in reversed(trials):
            after = trial.begin(after)
        return after

    @cached_property
    def _reshuffle(self) -> Reshuffle | None:
        """Other bookings that may change places, where the house has any."""
        return Reshuffle(self, self.house.provisional) if self.house.provisional else None

    def closed_lanes(self, bays: list[Thing]) -> dict[int, int]:
        """Of like ``bays``, the days on which fewer express lanes work than there are, by bay."""
        masks: dict[int, int] = defaultdict(int)
        if bays and bays[0].bay_kind == BayKind.EXPRESS:
            for limits, (low, high) in zip(self.levels.limits, self.levels.windows, strict=True):
                for bay in bays[limits.express_lanes :] if limits.express_lanes else ():
                    masks[bay.id] |= ((1 << high - low) - 1) << low
        return masks

    def expired(self, technician: Thing, skills: tuple[tuple[str, int], ...]) -> int:
        """The time after the last day on which he may use ``skills``."""
        until, days = technician.until(skills), self.house.days
        if not until or not days or until >= days[-1].day:
            return 0
        midnight = datetime.combine(until + timedelta(days=1), time(), self.axis.zone)
        return self.mask(int(midnight.timestamp()), days[-1].closes)

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
        if reason := self.too_far(local.date()):
            return Closed(local, local, (reason,))
        for index, day in enumerate(self.house.days):
            if day.day == local.date():
                for position in self.grid(index):
                    if self.axis.begins(position) == second:
                        return self.slot(position, index) or self._why(position, index)
        reason = self.house.shut.get(local.date()) or Why.outside_hours()
        return Closed(local, local, (reason,))

    def too_far(self, day: date) -> str:
        """Why ``day`` cannot be booked yet; empty when it can."""
        return Why.too_far(self.house.horizon) if day > self.house.horizon else ""

    def days(self) -> list[DayView]:
        """Every asked day with its slots and its closed hours."""
        first, last = self.house.asked
        by_day = {d.day: index for index, d in enumerate(self.house.days)}
        views = []
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            far = self.too_far(day)
            if day in by_day and not far:
                views.append(self._day(day, by_day[day]))
            else:
                views.append(DayView(day, [], [], far or str(self.house.shut.get(day) or Why.shut())))
        return views

    def slots(self) -> Iterator[Slot]:
        """Every start that fits on the asked days, earliest first."""
        last = min(self.house.asked[1], self.house.horizon)
        for index, day in enumerate(self.house.days):
            if day.day <= last:
                yield from filter(None, (self.slot(position, index) for position in self.grid(index)))

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
        """The slot at a position of the grid, with everything that is chosen for it."""
        begins = self.axis.begins(position)
        if not self._received >> position & 1 or begins <= self.earliest or self._bar(begins):
            return None
        if self._awaited(self.house.days[index].day):
            return None
        if self.levels.takes_no_car(begins, index):
            return None
        if self.levels.takes_no_people(begins, index, self.needs.people):
            return None
        found = self.escort.first(position, self._plans(position))
        if found is None:
            return None
        plan, extras = found
        stays = tuple(map(self._stay, self.needs.steps, plan.parts))
        return Slot(
            starts_at=self.axis.moment(begins),
            ends_at=stays[-1].stay[-1][1],
            stays=stays,
            advisor=self._advisor(position, index),
            reception=self.needs.reception,
            cars=self.levels.cars(begins),
            extras=extras,
            changes=plan.changes,
        )

    def _bar(self, begins: int) -> NoBooking | None:
        return next((bar for bar in self.barred if bar.start <= begins < bar.end), None)

    def _awaited(self, day: date) -> list[tuple[str, date]]:
        """The parts that are not there the evening before ``day``."""
        return [(name, arrives) for name, arrives in self.house.awaited if arrives >= day]

    def _plans(self, arrival: int) -> Iterator[Plan]:
        """How the job can go after the reception: as things stand, else after others have changed places."""
        position = arrival + self.reception
        if self.begins >> arrival & 1:
            yield from map(self._crewed, self.ways(self.trials, position))
        if self._reshuffle:
            yield from self._reshuffle.plans(position)

    def ways(self, trials: Sequence[Trial], position: int, before: tuple[Way, ...] = ()) -> Iterator[Ways]:
        """Ways through the steps from ``position`` on that leave the reserve alone; the soonest end first."""
        if len(before) == len(trials):
            if not self.levels.overdraws(piece for way in before for piece in way.pieces):
                yield before
            return
        for way in trials[len(before)].ways(position):
            yield from self.ways(trials, way.end, (*before, way))

    def _crewed(self, ways: Ways) -> Plan:
        parts: list[Part] = []
        for trial, way in zip(self.trials, ways, strict=True):
            parts.append(trial.part(way, parts[-1] if parts else None))
        return Plan(parts)

    def _stay(self, step: Step, part: Part) -> Stay:
        way = part.way
        stay = self.axis.segments(way.start, way.end - way.start)
        # Who works through has the car's own time.
        work = stay
        if way.pieces != [(way.start, way.end)]:
            work = tuple(s for low, high in way.pieces for s in self.axis.segments(low, high - low))
        return Stay(step, part.bay, part.technician, part.tools, stay, work)

    def _advisor(self, position: int, index: int) -> Thing:
        by_load = self.by_load(index, "advisors", self.house.advisors)
        return next(a for a in by_load if self.receiving.get(a.id, 0) >> position & 1)

    @cached_property
    def _loads(self) -> dict[tuple[int, object], list[Thing]]:
        return {}

    def by_load(self, index: int, group: object, people: list[Thing]) -> list[Thing]:
        """People of a ``group``, the least booked of that day first: work is spread, not piled."""
        known = self._loads.get((index, group))
        if known is None:
            low, high = self.axis.offsets[index], self.axis.offsets[index + 1]
            window = (1 << (high - low)) - 1
            known = sorted(people, key=lambda t: (self.busy.get(t.id, 0) >> low & window).bit_count())
            self._loads[index, group] = known
        return known

    def _why(self, position: int, index: int) -> Closed:
        start = self.axis.begins(position)
        from_at, till_at = self.axis.moment(start), self.axis.moment(start + GRID)
        return Closed(from_at, till_at, tuple(self._reasons(position, index, start)))

    def _reasons(self, position: int, index: int, start: int) -> list[str]:
        if start <= self.earliest:
            past = start <= self.now.timestamp()
            return [Why.past() if past else Why.too_soon(self.house.notice)]
        if bar := self._bar(start):
            return [bar.reason]
        if awaited := self._awaited(self.house.days[index].day):
            return [Why.parts(awaited)]
        fits = next(self._plans(position), None) is not None
        if not fits and (missing := self._missing(position + self.reception)):
            return missing
        # What is easier to change is told only where the work itself would fit.
        if not any(mask >> position & 1 for mask in self.receiving.values()):
            wanted = [a for a in self.house.advisors if self._wanted(a)]
            return [Why.no_advisor(self.needs, wanted)]
        limits = self.levels.limits[index]
        if self.levels.takes_no_car(start, index):
            return [Why.hour_full(limits.cars_per_hour, self.axis.moment(start))]
        if self.levels.takes_no_people(start, index, self.needs.people):
            expected = self.levels.people(start)
            return [Why.lounge_full(expected, limits.people_per_hour, self.axis.moment(start))]
        return [self.escort.why() if fits else Why.reserve(limits)]

    def _missing(self, position: int) -> list[str]:
        """What the first step that finds no place lacks; the steps before it end as early as they can."""
        if self.trials[0].finds(position):
            return []
        for trial in self.trials:
            way = next(trial.ways(position, alone=True), None)
            if way is None:
                return trial.missing(position)
            position = way.end
        return []
