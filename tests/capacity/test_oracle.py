"""The slot engine against the oracle on random houses, and on random days that are lived through."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.engine import Board, House, NoBooking
from apps.capacity.levelling import Limits
from apps.capacity.needs import Able, Closed, Needs, Slot, Step, Thing
from tests.capacity.houses import DAY, LONG_AGO, MINUTE, ZONE, at, hour_needs, house, moment, open_day
from tests.capacity.oracle import PIECE, Oracle

IDS = [1, 2, 3, 11, 12, 13, 21, 22, 31, 41, 51]


def spans(ids, most: int):
    return st.lists(
        st.tuples(
            st.sampled_from(ids), st.integers(0, 2), st.integers(7 * 60, 17 * 60), st.integers(1, 240)
        ).map(lambda b: (b[0], at(0, day=b[1]) + b[2] * MINUTE, at(0, day=b[1]) + (b[2] + b[3]) * MINUTE)),
        max_size=most,
    )


def shift(n: int) -> list[tuple[int, int]]:
    """Four kinds of weeks: with a lunch break, mornings with a short one, late, every other day off."""
    days = range(3)
    return [
        [s for d in days for s in ((at(8, day=d), at(12, day=d)), (at(13, day=d), at(18, day=d)))],
        [s for d in days for s in ((at(7, day=d), at(9, 30, d)), (at(9, 45, d), at(12, day=d)))],
        [(at(11, day=d), at(20, day=d)) for d in days],
        [(at(8, day=d), at(17, day=d)) for d in (0, 2)],
    ][n]


STEPS = [
    Step(timedelta(), "general"),
    Step(timedelta(), "general", (("electrical", 2),), tools=frozenset({"Rig"})),
    Step(timedelta(), "express", equipment=frozenset({"Pit"})),
    Step(timedelta(), "general", (("ev", 1), ("general", 1))),
    Step(timedelta(), "express"),
]


@st.composite
def jobs(draw) -> Needs:
    steps = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=3))
    quarters = draw(st.lists(st.integers(1, 24 // len(steps)), min_size=len(steps), max_size=len(steps)))
    return Needs(
        tuple(replace(s, duration=timedelta(minutes=15 * q)) for s, q in zip(steps, quarters, strict=True)),
        advisor=draw(st.sampled_from([None, None, 91])),
        people=draw(st.integers(0, 2)),
        courtesy=draw(st.integers(0, 3)) == 0,
        fetching=draw(st.sampled_from([None, None, None, timedelta(minutes=45)])),
    )


@st.composite
def houses(draw, most: int = 12) -> House:
    """Two days or three, three bays, three technicians of different skills and shifts, a tool."""
    days = draw(
        st.sampled_from(
            [
                [open_day(0, 8, 12), open_day(2, 9, 17)],
                [open_day(0), open_day(1, 10, 15), open_day(2)],
            ]
        )
    )
    h = house(draw(spans(IDS, most)), bays=2, technicians=3, advisors=2, asked=3, open_days=days)
    h.away = draw(spans(IDS, 3))
    h.bays.append(Thing(3, "bay", "Bay 3", bay_kind="express", equipment=frozenset({"Pit"})))
    h.bays[0] = replace(h.bays[0], bay_kind=draw(st.sampled_from(["general", "express"])))
    h.courtesy_cars = [Thing(41, "courtesy", "Loan")]
    h.drivers = [Thing(51, "driver", "Driver")]
    h.tools = [Thing(31, "tool", "Rig", equipment=frozenset({"Rig"}))]
    until = DAY + timedelta(days=draw(st.integers(-1, 3)))
    h.technicians[0] = replace(h.technicians[0], abilities=(("general", Able(1)), ("electrical", Able(3))))
    h.technicians[1] = replace(h.technicians[1], abilities=(("general", Able(2)), ("ev", Able(2, until))))
    who = draw(st.dictionaries(st.sampled_from([11, 12, 13, 21]), st.integers(0, 3), max_size=3))
    h.shifts = {pk: shift(n) for pk, n in who.items()}
    h.limits = {
        day.day: Limits(
            cars_per_hour=draw(st.integers(0, 2)),
            people_per_hour=draw(st.integers(0, 4)),
            reserve_percent=draw(st.sampled_from([0, 20, 45, 90])),
            express_lanes=draw(st.integers(0, 1)),
        )
        for day in days
    }
    if draw(st.booleans()):
        h.no_bookings = [NoBooking(at(9), at(11), "Cleaning", draw(st.sampled_from(["", "express"])))]
    h.horizon = DAY + timedelta(days=draw(st.sampled_from([1, 9])))
    if draw(st.integers(0, 3)) == 0:
        h.awaited = [("Brake pads", DAY + timedelta(days=draw(st.integers(-1, 1))))]
    h.notice = timedelta(minutes=draw(st.sampled_from([0, 90])))
    return h


def seconds(slots) -> set[int]:
    return {int(s.starts_at.timestamp()) for s in slots}


def agree(h: House, needs: Needs, now) -> list[Slot]:
    """The engine's slots, once they are the oracle's too and each keeps what it says."""
    board, oracle = Board(h, needs, now), Oracle(h, needs, now)
    offered = list(board.slots())
    assert seconds(offered) == oracle.starts()
    for slot in offered:
        assert board.judge(slot.starts_at) == slot
        worked = 0
        for step, stay in zip(needs.steps, slot.stays, strict=True):
            work = [t for span in stay.work for t in range(*map(int, (x.timestamp() for x in span)), PIECE)]
            there = [t for span in stay.stay for t in range(*map(int, (x.timestamp() for x in span)), PIECE)]
            assert len(work) * PIECE == step.duration.total_seconds()
            assert set(work) <= set(there)
            assert stay.technician.able(step.skills)
            assert oracle.works(stay.technician, work)
            assert all(oracle.free(thing, there) for thing in (stay.bay, *stay.tools))
            worked += len(work)
    return offered


@settings(max_examples=250, deadline=None)
@given(h=houses(), needs=jobs(), hour=st.integers(7, 19))
def test_the_engine_agrees_with_the_oracle(h, needs, hour):
    agree(h, needs, moment(hour))


@settings(max_examples=100, deadline=None)
@given(h=houses(), needs=jobs())
def test_offered_and_closed_starts_together_are_the_whole_day_and_each_says_why(h, needs):
    h.horizon = DAY + timedelta(days=9)
    for view, day in zip([v for v in Board(h, needs, LONG_AGO).days() if not v.shut], h.days, strict=True):
        closed = [
            t
            for c in view.closed
            for t in range(int(c.from_at.timestamp()), int(c.till_at.timestamp()), 15 * MINUTE)
        ]
        assert sorted([*closed, *seconds(view.slots)]) == list(range(day.opens, day.closes, 15 * MINUTE))
        assert all(all(c.reasons) and c.reasons for c in view.closed)


# -- days that are lived through: bookings, moves, cancels, overruns --------------------------------


class Life:
    """A house in which things happen; ``booked`` are the jobs by number."""

    def __init__(self, h: House) -> None:
        self.house, self.booked, self.overruns = h, {}, []
        self.given = list(h.busy)

    def enter(self) -> None:
        taken = [span for spans_, _arrival in self.booked.values() for span in spans_]
        self.house.busy = [*self.given, *taken, *self.overruns]
        self.house.arrivals = [arrival for _spans, arrival in self.booked.values()]

    def take(self, number: int, needs: Needs, slot: Slot) -> None:
        rows = [(pk, int(a.timestamp()), int(b.timestamp())) for pk, (a, b), _why in slot.spans()]
        self.booked[number] = (rows, (int(slot.starts_at.timestamp()), needs.people))
        self.enter()

    def leave(self, number: int) -> tuple | None:
        left = self.booked.pop(number, None)
        self.enter()
        return left

    def overrun(self, number: int, minutes: int) -> None:
        """The bay stays occupied longer than planned: the fact, beside the plans of others."""
        rows, _arrival = self.booked[number]
        pk, _start, end = rows[0]
        self.overruns.append((pk, end, end + minutes * MINUTE))
        self.enter()

    def never_over_capacity(self) -> None:
        """No two plans on one resource, no hour over its limit."""
        taken = sorted(span for rows, _arrival in self.booked.values() for span in rows)
        for before, after in pairwise(taken):
            assert before[0] != after[0] or before[2] <= after[1]
        hours: dict[int, int] = {}
        for _rows, (start, _people) in self.booked.values():
            hours[start // 3600] = hours.get(start // 3600, 0) + 1
        for hour, cars in hours.items():
            limit = self.house.limits[day_of(hour * 3600)].cars_per_hour
            assert not limit or cars <= limit


def day_of(second: int) -> date:
    return datetime.fromtimestamp(second, ZONE).date()


acts = st.lists(
    st.tuples(st.sampled_from(["book", "book", "move", "cancel", "overrun"]), jobs(), st.integers(0, 10_000)),
    min_size=3,
    max_size=9,
)


def live(h: House, story) -> None:
    life = Life(h)
    for number, (act, needs, dice) in enumerate(story):
        some = sorted(life.booked)[dice % len(life.booked)] if life.booked else None
        if act == "book":
            if offered := agree(h, needs, LONG_AGO + timedelta(days=300)):
                life.take(number, needs, offered[dice % len(offered)])
        elif some is None:
            continue
        elif act == "cancel":
            life.leave(some)
        elif act == "overrun":
            life.overrun(some, 15 + dice % 90)
        else:
            left = life.leave(some)
            offered = agree(h, needs, LONG_AGO + timedelta(days=300))
            if offered:
                life.take(some, needs, offered[dice % len(offered)])
            else:
                life.booked[some] = left
                life.enter()
        life.never_over_capacity()


@settings(max_examples=60, deadline=None)
@given(h=houses(most=3), story=acts)
def test_days_of_bookings_moves_cancels_and_overruns_are_never_over_capacity_and_miss_no_slot(h, story):
    live(h, story)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None)
@given(h=houses(most=3), story=acts)
def test_thousands_of_such_days(h, story):
    live(h, story)


def test_a_closed_start_is_a_closed_one_for_both():
    h = house(limits={DAY: Limits()}, days=1)
    assert isinstance(Board(h, hour_needs(11), LONG_AGO).judge(moment(9)), Closed)
    assert not Oracle(h, hour_needs(11), LONG_AGO).starts()
