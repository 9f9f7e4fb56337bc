"""The slot engine against a slow, obvious oracle, and what it says about closed times."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.axis import OpenDay
from apps.capacity.engine import Board, Closed, House, Needs, Slot, Thing
from apps.capacity.levelling import Limits

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 30)
MINUTE = 60
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def at(hour: int, minute: int = 0, day: int = 0) -> int:
    """Seconds since the epoch."""
    moment = datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=ZONE) + timedelta(days=day)
    return int(moment.timestamp())


def moment(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return datetime.fromtimestamp(at(hour, minute, day), ZONE)


def open_day(n: int, opens: int = 8, closes: int = 18) -> OpenDay:
    return OpenDay(DAY + timedelta(days=n), at(opens, day=n), at(closes, day=n))


def house(busy=(), days=3, bays=1, technicians=1, advisors=1, asked=1, **fields) -> House:
    """Ids: bays from 1, technicians from 11, advisors from 21."""
    return House(
        zone=ZONE,
        asked=(DAY, DAY + timedelta(days=asked - 1)),
        days=fields.pop("open_days", [open_day(n) for n in range(days)]),
        bays=[Thing(1 + n, "bay", f"Bay {n + 1}") for n in range(bays)],
        technicians=[Thing(11 + n, "technician", f"Tech {n + 1}") for n in range(technicians)],
        advisors=[Thing(21 + n, "advisor", f"Adv {n + 1}", 91 + n) for n in range(advisors)],
        busy=busy,
        workforce=frozenset(range(11, 11 + technicians)),
        desk=frozenset(range(21, 21 + advisors)),
        **fields,
    )


def limited(cars: int = 0, reserve: int = 0, days: int = 3) -> dict[date, Limits]:
    return {DAY + timedelta(days=n): Limits(cars, reserve) for n in range(days)}


def hour_needs(hours: float = 1, **fields) -> Needs:
    return Needs(duration=timedelta(hours=hours), bay_kind="general", **fields)


def starts(board: Board) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in board.days()[0].slots]


def test_an_empty_house_offers_every_quarter_hour_that_leaves_time_to_receive():
    board = Board(house(), hour_needs(), LONG_AGO)
    assert starts(board)[:2] == ["08:00", "08:15"]
    assert starts(board)[-1] == "17:45"


def test_the_work_begins_after_the_reception_and_the_advisor_is_taken_only_for_it():
    slot = Board(house(), hour_needs(2), LONG_AGO).judge(moment(9))
    assert isinstance(slot, Slot)
    assert slot.segments == ((moment(9, 15), moment(11, 15)),)
    assert slot.ends_at == moment(11, 15)
    assert slot.reason == "Bay 1 and Tech 1 are free for the whole job; Adv 1 receives."


def test_a_job_longer_than_the_day_goes_on_in_the_next_open_day():
    closed_tomorrow = [open_day(0), open_day(2), open_day(3)]
    board = Board(house(open_days=closed_tomorrow), hour_needs(3), LONG_AGO)
    slot = board.judge(moment(16))
    assert slot.segments == ((moment(16, 15), moment(18)), (moment(8, day=2), moment(9, 15, day=2)))
    assert slot.continues
    assert "2026-12-02 09:15" in slot.reason


def test_a_bay_taken_on_the_next_morning_closes_the_evening_before():
    busy = [(1, at(8, 30, 1), at(9, 0, 1))]
    board = Board(house(busy), hour_needs(3), LONG_AGO)
    assert isinstance(board.judge(moment(14, 45)), Slot)
    assert isinstance(board.judge(moment(16)), Closed)


def test_a_closed_time_says_which_of_the_three_is_missing():
    busy = [(1, at(10), at(12)), (11, at(10), at(11)), (21, at(9), at(9, 15))]
    day = Board(house(busy), hour_needs(1, skill="electrical"), LONG_AGO).days()[0]
    told = {f"{c.from_at:%H:%M}-{c.till_at:%H:%M}": c.reasons for c in day.closed}
    assert list(told) == ["09:00-10:45", "10:45-11:45"]
    bay, technician = "No bay of the kind", "No technician for “Electrical”"
    assert [r.startswith(start) for r, start in zip(told["09:00-10:45"], (bay, technician), strict=True)]
    assert len(told["10:45-11:45"]) == 1
    assert told["10:45-11:45"][0].startswith(bay)


def test_who_receives_is_named_where_only_that_is_missing():
    day = Board(house([(21, at(9), at(9, 15))]), hour_needs(), LONG_AGO).days()[0]
    assert [(f"{c.from_at:%H:%M}", c.reasons) for c in day.closed] == [
        ("09:00", ("No advisor is free to receive.",))
    ]


def test_consecutive_starts_closed_for_the_same_reason_are_one_line():
    day = Board(house([(1, at(8), at(9, day=1))]), hour_needs(), LONG_AGO).days()[0]
    assert day.slots == []
    assert [(f"{c.from_at:%H:%M}", f"{c.till_at:%H:%M}") for c in day.closed] == [("08:00", "18:00")]


def test_a_house_without_anybody_qualified_says_so():
    closed = Board(house(technicians=0), hour_needs(1, skill="ev"), LONG_AGO).judge(moment(9))
    assert closed.reasons == ("No technician of this store is qualified for “High voltage (EV permit)”.",)


def test_the_wished_advisor_is_named_when_taken():
    needs = hour_needs(advisor=91)
    closed = Board(house([(21, at(9), at(9, 15))]), needs, LONG_AGO).judge(moment(9))
    assert closed.reasons == ("Adv 1 is not free to receive.",)


@pytest.mark.parametrize(("hour", "minute", "day"), [(7, 0, 0), (18, 0, 0), (9, 7, 0), (23, 0, 0)], ids=str)
def test_what_is_no_arrival_time_is_refused(hour, minute, day):
    closed = Board(house(), hour_needs(), LONG_AGO).judge(moment(hour, minute, day))
    assert closed.reasons == ("This is no arrival time: choose a quarter hour while the store is open.",)


def test_a_shut_day_gives_the_reason_the_manager_wrote():
    tuesday = DAY + timedelta(days=1)
    days = Board(
        house(asked=2, open_days=[open_day(0)], shut={tuesday: "Stocktaking"}), hour_needs(), LONG_AGO
    ).days()
    assert (days[1].slots, days[1].shut) == ([], "Stocktaking")


def test_what_is_past_is_past():
    board = Board(house(), hour_needs(), moment(12))
    assert starts(board)[0] == "12:15"
    assert board.judge(moment(12)).reasons == ("This time is past.",)


def test_work_goes_to_whoever_has_least_that_day():
    busy = [(11, at(8), at(10)), (12, at(15), at(15, 30))]
    slot = Board(house(busy, technicians=2), hour_needs(), LONG_AGO).judge(moment(11))
    assert slot.technician_id == 12


def test_an_hour_takes_no_more_cars_than_the_desk_can_receive():
    busy = [(21, at(9), at(9, 15)), (22, at(9, 15), at(9, 30))]
    day = Board(house(busy, advisors=3, limits=limited(cars=2)), hour_needs(), LONG_AGO).days()[0]
    assert [(f"{c.from_at:%H:%M}", f"{c.till_at:%H:%M}") for c in day.closed] == [("09:00", "10:00")]
    assert day.closed[0].reasons == (
        "From 09:00 to 10:00 already 2 cars are expected, the most that are received well.",
    )


def test_a_slot_tells_how_many_come_in_its_hour_and_the_emptiest_hours_are_pointed_out():
    busy = [(21, at(h, 30), at(h, 45)) for h in (8, 9, 9, 10, 12, 13, 14, 15, 16, 17)]
    board = Board(house(busy, advisors=2), hour_needs(), LONG_AGO)
    assert board.judge(moment(8)).reason.endswith("1 other car is expected in this hour.")
    assert sorted(board.days()[0].level) == [moment(8), moment(10), moment(11)]
    on_another_day = [(21, at(9, day=1), at(9, 15, day=1))]
    assert not Board(house(on_another_day), hour_needs(), LONG_AGO).days()[0].level, "all hours are alike"


def test_the_reserve_is_not_booked_ahead_and_opens_on_the_day_itself():
    busy = [(11, at(8), at(15))]
    kept = house(busy, technicians=1, bays=1, limits=limited(reserve=20))
    day = Board(kept, hour_needs(1), LONG_AGO).days()[0]
    assert starts(Board(kept, hour_needs(1), LONG_AGO))[0] == "14:45"
    assert Board(kept, hour_needs(1.5), LONG_AGO).judge(moment(15)).reasons == (
        "The rest of the day, 20 % of the technicians' time, is kept for walk-ins and added work.",
    )
    assert isinstance(Board(kept, hour_needs(1.5), moment(7)).judge(moment(15)), Slot)
    assert day.slots


def test_an_absence_makes_the_day_smaller_and_uses_no_reserve():
    away = [(12, at(8), at(18))]
    half = house(technicians=2, bays=2, away=away, limits=limited(reserve=50))
    assert isinstance(Board(half, hour_needs(4), LONG_AGO).judge(moment(9)), Slot)
    half.busy = [(11, at(8), at(9))]
    assert isinstance(Board(half, hour_needs(4), LONG_AGO).judge(moment(9)), Slot)
    assert isinstance(Board(half, hour_needs(4.25), LONG_AGO).judge(moment(9)), Closed)


def test_an_untouched_day_takes_a_job_that_is_longer_than_what_may_be_booked():
    small = house(limits=limited(reserve=50))
    assert isinstance(Board(small, hour_needs(14), LONG_AGO).judge(moment(8)), Slot)
    small.busy = [(11, at(8, day=1), at(8, 15, day=1))]
    assert isinstance(Board(small, hour_needs(14), LONG_AGO).judge(moment(8)), Closed)


def test_a_permit_that_runs_out_closes_the_days_after_it_and_says_whose():
    h = house(asked=2)
    h.technicians = [replace(h.technicians[0], valid_until=DAY)]
    board = Board(h, hour_needs(2, skill="ev"), LONG_AGO)
    assert isinstance(board.judge(moment(15)), Slot)
    assert isinstance(board.judge(moment(17)), Closed), "the work would go on when the permit has run out"
    assert board.judge(moment(9, day=1)).reasons[-1] == "The permits have run out: Tech 1 (2026-11-30)."


def test_somebody_with_a_valid_permit_takes_over():
    h = house(technicians=2)
    h.technicians[0] = replace(h.technicians[0], valid_until=DAY - timedelta(days=9))
    assert Board(h, hour_needs(2, skill="ev"), LONG_AGO).judge(moment(9)).technician_id == 12


# -- the oracle: minute by minute, resource by resource, as one would do it by hand ----------------


def working_minutes(h: House) -> list[int]:
    """Every open five-minute piece, in order."""
    return [t for d in h.days for t in range(d.opens, d.closes, 5 * MINUTE)]


def free(h: House, thing: Thing, pieces: list[int], spans=None) -> bool:
    return not any(
        rid == thing.id and start < piece + 5 * MINUTE and end > piece
        for rid, start, end in ([*h.busy, *h.away] if spans is None else spans)
        for piece in pieces
    )


def lets_in(h: House, start: int) -> bool:
    """Whether the hour of ``start`` has room for one more car."""
    begins = start - start % (60 * MINUTE)
    limit = h.limits[datetime.fromtimestamp(start, ZONE).date()].cars_per_hour
    expected = [s for rid, s, _e in h.busy if rid in h.desk and begins <= s < begins + 60 * MINUTE]
    return not limit or len(expected) < limit


def keeps_the_reserve(h: House, working: list[int], now: datetime) -> bool:
    """Whether enough of the technicians' time is left on every day that the work touches."""
    for d in h.days:
        pieces = list(range(d.opens, d.closes, 5 * MINUTE))
        mine = [piece for piece in pieces if piece in working]
        if not mine or d.day <= now.date():
            continue
        there = [(t, p) for t in h.technicians for p in pieces if free(h, t, [p], h.away)]
        left = [(t, p) for t, p in there if free(h, t, [p])]
        if left != there and (len(left) - len(mine)) * 100 < len(there) * h.limits[d.day].reserve_percent:
            return False
    return True


def oracle(h: House, needs: Needs, now: datetime) -> set[int]:
    """The starts that fit, by brute force."""
    pieces = working_minutes(h)
    reception = int(needs.reception.total_seconds()) // (5 * MINUTE)
    work = int(needs.duration.total_seconds()) // (5 * MINUTE)
    fit = set()
    for d in h.days:
        for start in range(d.opens, d.closes, 15 * MINUTE):
            if d.day > h.asked[1] or start <= now.timestamp() or start + reception * 5 * MINUTE > d.closes:
                continue
            first = pieces.index(start)
            receiving, working = pieces[first : first + reception], pieces[first + reception :][:work]
            if (
                len(working) == work
                and any(free(h, t, working) for t in h.bays)
                and any(free(h, t, working) for t in h.technicians)
                and any(free(h, t, receiving) for t in h.advisors)
                and lets_in(h, start)
                and keeps_the_reserve(h, working, now)
            ):
                fit.add(start)
    return fit


bookings = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 11, 12, 21]),
        st.integers(0, 2),
        st.integers(7 * 60, 17 * 60),
        st.integers(1, 240),
    ).map(lambda b: (b[0], at(0, day=b[1]) + b[2] * MINUTE, at(0, day=b[1]) + (b[2] + b[3]) * MINUTE)),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(
    busy=bookings,
    away=bookings,
    quarters=st.integers(1, 30),
    hour=st.integers(7, 19),
    skip=st.booleans(),
    cars=st.integers(0, 2),
    reserve=st.sampled_from([0, 20, 45, 90]),
)
def test_the_engine_agrees_with_the_oracle(busy, away, quarters, hour, skip, cars, reserve):
    days = (
        [open_day(0, 8, 12), open_day(2, 9, 17)] if skip else [open_day(0), open_day(1, 10, 15), open_day(2)]
    )
    limits = limited(cars, reserve)
    h = house(busy, bays=2, technicians=2, asked=3, open_days=days, away=away[:4], limits=limits)
    needs = Needs(duration=timedelta(minutes=15 * quarters), bay_kind="general")
    now = moment(hour)
    board = Board(h, needs, now)
    offered = [slot for day in board.days() for slot in day.slots]
    assert {int(s.starts_at.timestamp()) for s in offered} == oracle(h, needs, now)
    for slot in offered:
        assert board.judge(slot.starts_at) == slot
        worked = [
            t
            for start, end in slot.segments
            for t in range(int(start.timestamp()), int(end.timestamp()), 5 * MINUTE)
        ]
        assert len(worked) * 5 * MINUTE == needs.duration.total_seconds()
        assert free(h, slot.bay, worked)
        assert free(h, slot.technician, worked)


@settings(max_examples=60, deadline=None)
@given(busy=bookings, quarters=st.integers(1, 30))
def test_offered_and_closed_starts_together_are_the_whole_day(busy, quarters):
    h = house(busy, bays=2, technicians=2)
    day = Board(h, Needs(timedelta(minutes=15 * quarters), "general"), LONG_AGO).days()[0]
    closed = [
        t
        for c in day.closed
        for t in range(int(c.from_at.timestamp()), int(c.till_at.timestamp()), 15 * MINUTE)
    ]
    offered = [int(s.starts_at.timestamp()) for s in day.slots]
    assert sorted(closed + offered) == list(range(at(8), at(18), 15 * MINUTE))
    assert all(c.reasons for c in day.closed)
