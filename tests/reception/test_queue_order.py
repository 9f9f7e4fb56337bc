"""The serving order: examples that say the rule, and properties that hold for every queue."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reception.queue import Waiting, serving_order

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
GRACE = timedelta(minutes=30)


def at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


def order(*waiting, now=60, first=True):
    found = serving_order(waiting, now=at(now), grace=GRACE, appointments_first=first)
    return [w.key for w in found]


def test_an_appointment_is_served_at_its_time_before_walk_ins_who_came_earlier():
    assert order(Waiting(1, at(0)), Waiting(2, at(58), at(60))) == [2, 1]


def test_before_its_time_an_appointment_lets_walk_ins_pass():
    assert order(Waiting(1, at(10), at(90)), Waiting(2, at(50))) == [2, 1]


def test_who_comes_later_than_the_grace_waits_as_a_walk_in():
    assert order(Waiting(1, at(31), at(0)), Waiting(2, at(20))) == [2, 1]
    assert order(Waiting(1, at(30), at(0)), Waiting(2, at(20))) == [1, 2]


def test_appointments_go_by_their_time_not_by_arrival():
    assert order(Waiting(1, at(20), at(40)), Waiting(2, at(30), at(35))) == [2, 1]


def test_a_store_may_decide_to_serve_everybody_by_arrival():
    waiting = Waiting(1, at(30), at(31)), Waiting(2, at(10)), Waiting(3, at(20), at(90))
    assert order(*waiting, first=False) == [2, 3, 1]


@st.composite
def queues(draw):
    minutes = st.integers(0, 240)
    rows = draw(st.lists(st.tuples(minutes, st.none() | minutes), max_size=12))
    waiting = [Waiting(i, at(a), None if b is None else at(b)) for i, (a, b) in enumerate(rows)]
    return waiting, at(draw(st.integers(240, 300)) - draw(st.sampled_from([0, 120, 240])))


def is_walk_in(one: Waiting) -> bool:
    return one.booked_at is None or one.arrived_at > one.booked_at + GRACE


@settings(deadline=None)
@given(queues(), st.randoms())
def test_the_order_depends_on_the_people_and_not_on_how_they_are_listed(drawn, random):
    waiting, now = drawn
    shuffled = random.sample(waiting, len(waiting))
    assert serving_order(waiting, now=now, grace=GRACE) == serving_order(shuffled, now=now, grace=GRACE)


@settings(deadline=None)
@given(queues())
def test_nobody_is_lost_or_doubled(drawn):
    waiting, now = drawn
    assert sorted(w.key for w in serving_order(waiting, now=now, grace=GRACE)) == [w.key for w in waiting]


@settings(deadline=None)
@given(queues())
def test_walk_ins_never_overtake_each_other(drawn):
    waiting, now = drawn
    arrivals = [w.arrived_at for w in serving_order(waiting, now=now, grace=GRACE) if is_walk_in(w)]
    assert arrivals == sorted(arrivals)


@settings(deadline=None)
@given(queues())
def test_a_kept_appointment_whose_time_has_come_is_before_every_walk_in(drawn):
    waiting, now = drawn
    served = serving_order(waiting, now=now, grace=GRACE)
    due = [i for i, w in enumerate(served) if not is_walk_in(w) and w.booked_at <= now]
    assert due == list(range(len(due)))
    assert [served[i].booked_at for i in due] == sorted(served[i].booked_at for i in due)


@settings(deadline=None)
@given(queues())
def test_time_only_moves_an_appointment_forward(drawn):
    waiting, now = drawn
    early = serving_order(waiting, now=now, grace=GRACE)
    late = serving_order(waiting, now=now + timedelta(hours=5), grace=GRACE)
    for one in waiting:
        if is_walk_in(one):
            ahead = {w.key for w in early[: early.index(one)] if is_walk_in(w)}
            assert ahead == {w.key for w in late[: late.index(one)] if is_walk_in(w)}
        else:
            ahead_of_walk_ins = [w for w in late[late.index(one) :] if is_walk_in(w)]
            assert len(ahead_of_walk_ins) == sum(map(is_walk_in, waiting))
