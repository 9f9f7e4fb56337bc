"""The slot engine as one would do it by hand: piece by piece, resource by resource. Slow and obvious."""

from collections.abc import Iterator
from datetime import date, datetime

from apps.capacity.engine import House
from apps.capacity.needs import Needs, Step, Thing
from tests.capacity.houses import MINUTE, ZONE

PIECE = 5 * MINUTE
WAIT = 24
"""Open pieces that a car may wait for its technician."""


class Oracle:
    """A house judged for one job."""

    def __init__(self, house: House, needs: Needs, now: datetime) -> None:
        self.house, self.needs, self.now = house, needs, now
        self.pieces = [t for d in house.days for t in range(d.opens, d.closes, PIECE)]

    def starts(self) -> set[int]:
        """Every arrival that fits, in seconds."""
        return {
            start
            for day in self.house.days
            if day.day <= min(self.house.asked[1], self.house.horizon)
            for start in range(day.opens, day.closes, 15 * MINUTE)
            if self.fits(start, day.closes)
        }

    def fits(self, start: int, closes: int) -> bool:
        reception = int(self.needs.reception.total_seconds()) // PIECE
        first = self.pieces.index(start)
        receiving = self.pieces[first : first + reception]
        if start + reception * PIECE > closes or not self.may_arrive(start):
            return False
        wanted = [a for a in self.house.advisors if self.needs.advisor in (None, a.person_id)]
        if not any(self.works(a, receiving) for a in wanted):
            return False
        return any(
            self.leaves_the_reserve(work) and self.is_escorted(first, self.pieces.index(work[-1]) + 1)
            for work in self.ways(first + reception, self.needs.steps)
        )

    def is_escorted(self, arrival: int, ready: int) -> bool:
        """Whether a courtesy car, or drivers for both ways, are free."""
        if self.needs.courtesy:
            there = self.pieces[arrival:ready]
            if not any(self.free(car, there) for car in self.house.courtesy_cars):
                return False
        if self.needs.fetching is None:
            return True
        way = int(self.needs.fetching.total_seconds()) // PIECE
        out, back = self.pieces[max(arrival - way, 0) : arrival], self.pieces[ready : ready + way]
        while len(back) == way and self.day_of(back[0]) != self.day_of(back[-1]):
            ready += 1
            back = self.pieces[ready : ready + way]
        if len(out) < way or self.day_of(out[0]) != self.day_of(self.pieces[arrival]) or len(back) < way:
            return False
        return all(any(self.free(d, trip) for d in self.house.drivers) for trip in (out, back))

    @staticmethod
    def day_of(piece: int) -> date:
        return datetime.fromtimestamp(piece, ZONE).date()

    def may_arrive(self, start: int) -> bool:
        house = self.house
        if start <= (self.now + house.notice).timestamp():
            return False
        kinds = {step.bay_kind for step in self.needs.steps}
        for bar in house.no_bookings:
            if bar.bay_kind in ({""} | kinds) and bar.start <= start < bar.end:
                return False
        if any(arrives >= datetime.fromtimestamp(start, ZONE).date() for _name, arrives in house.awaited):
            return False
        limits = house.limits[datetime.fromtimestamp(start, ZONE).date()]
        hour = start - start % (60 * MINUTE)
        expected = [people for s, people in house.arrivals if hour <= s < hour + 60 * MINUTE]
        if limits.cars_per_hour and len(expected) >= limits.cars_per_hour:
            return False
        crowd = sum(expected) + self.needs.people
        small = not limits.people_per_hour or crowd <= limits.people_per_hour
        return small or not sum(expected) or not self.needs.people

    def ways(self, first: int, steps: tuple[Step, ...]) -> Iterator[list[int]]:
        """Every working time (pieces of all technicians) in which the steps can be done."""
        if not steps:
            yield []
            return
        step, rest = steps[0], steps[1:]
        for technician in self.house.technicians:
            if not technician.able(step.skills):
                continue
            mine = [n for n in range(first, len(self.pieces)) if self.on_shift(technician, self.pieces[n])]
            mine = mine[: max(int(step.duration.total_seconds()) // PIECE, 1)]
            if len(mine) * PIECE < step.duration.total_seconds() or mine[0] - first > WAIT:
                continue
            work = [self.pieces[n] for n in mine]
            stay = self.pieces[mine[0] : mine[-1] + 1]
            if (
                self.free(technician, work)
                and self.permitted(technician, step, work)
                and self.room(step, stay)
            ):
                for more in self.ways(mine[-1] + 1, rest):
                    yield work + more

    def on_shift(self, person: Thing, piece: int) -> bool:
        spans = self.house.shifts.get(person.id)
        return spans is None or any(start <= piece and piece + PIECE <= end for start, end in spans)

    def works(self, person: Thing, pieces: list[int]) -> bool:
        return self.free(person, pieces) and all(self.on_shift(person, piece) for piece in pieces)

    def free(self, thing: Thing, pieces: list[int], spans=None) -> bool:
        return not any(
            pk == thing.id and start < piece + PIECE and end > piece
            for pk, start, end in ([*self.house.busy, *self.house.away] if spans is None else spans)
            for piece in pieces
        )

    def permitted(self, technician: Thing, step: Step, pieces: list[int]) -> bool:
        until = technician.until(step.skills)
        return until is None or all(datetime.fromtimestamp(p, ZONE).date() <= until for p in pieces)

    def room(self, step: Step, stay: list[int]) -> bool:
        bays = [b for b in self.house.bays if b.bay_kind == step.bay_kind and b.equipment >= step.equipment]
        some_bay = any(self.free(b, stay) and self.lane_works(b, bays, stay) for b in bays)
        return some_bay and all(
            any(self.free(t, stay) for t in self.house.tools if tool in t.equipment) for tool in step.tools
        )

    def lane_works(self, bay: Thing, bays: list[Thing], stay: list[int]) -> bool:
        if bay.bay_kind != "express":
            return True
        lanes = [self.house.limits[datetime.fromtimestamp(p, ZONE).date()].express_lanes for p in stay]
        return all(not n or bays.index(bay) < n for n in lanes)

    def leaves_the_reserve(self, work: list[int]) -> bool:
        """Whether enough of the technicians' time is left on every day that the work touches."""
        for day in self.house.days:
            pieces = list(range(day.opens, day.closes, PIECE))
            mine = [piece for piece in work if piece in pieces]
            if not mine or day.day <= self.now.date():
                continue
            there = [
                (t, p)
                for t in self.house.technicians
                for p in pieces
                if self.on_shift(t, p) and self.free(t, [p], self.house.away)
            ]
            left = [(t, p) for t, p in there if self.free(t, [p])]
            kept = len(there) * self.house.limits[day.day].reserve_percent
            if left != there and (len(left) - len(mine)) * 100 < kept:
                return False
        return True
