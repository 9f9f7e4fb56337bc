"""Provisional bookings make room: they keep their times and change places, and nobody misses such a start."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity import services, slots
from apps.capacity.engine import Board, House
from apps.capacity.levelling import Limits
from apps.capacity.models import Absence, Reservation, Resource
from apps.capacity.needs import Able, Booked, Closed, Needs, Slot, Step, Thing
from apps.capacity.reasons import Why
from apps.capacity.selectors import provisional
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from tests.capacity.factories import advisor, bay, hours, technician, tomorrow
from tests.capacity.houses import DAY, LONG_AGO, MINUTE, at, hour_needs, house, moment
from tests.capacity.oracle import Oracle

BAY, TECH = ("general",), ("general:1",)


def booked(holder: int, resource: int, start: float, end: float, day: int = 0, **more) -> Booked:
    """Hours of a day."""
    span = (at(0, day=day) + int(start * 3600), at(0, day=day) + int(end * 3600))
    requires = more.pop("requires", BAY if resource < 10 else TECH)
    return Booked(holder, resource, requires, (span,))


def with_bookings(rows: list[Booked], **fields) -> House:
    """Two of each; ``rows`` may change places."""
    fields = {"bays": 2, "technicians": 2, "advisors": 2} | fields
    h = house(limits={DAY + timedelta(days=n): Limits() for n in range(3)}, **fields)
    h.busy = [*h.busy, *((row.resource, *span) for row in rows for span in row.spans)]
    h.provisional = lambda _now: rows
    return h


def judge(h: House, hour: int, needs: Needs | None = None) -> Slot | Closed:
    return Board(h, needs or hour_needs(2), LONG_AGO).judge(moment(hour))


def moves(slot) -> list[tuple[int, int, int]]:
    return sorted((c.booked.holder, c.booked.resource, c.thing.id) for c in slot.changes)


# Bay 1 is taken from 9 to 10:15 and bay 2 from 10:15 on: two hours from 9:15 on find neither.
FIRST, THEN = booked(7, 1, 9, 10.25), booked(8, 2, 10.25, 12)


def test_two_bookings_that_block_two_bays_fit_into_one():
    slot = judge(with_bookings([FIRST, THEN]), 9)
    assert slot.starts_at == moment(9)
    assert moves(slot) in ([(7, 1, 2)], [(8, 2, 1)])
    with translation.override("en"):
        assert "1 other booking" in slot.reason


def test_nobody_moves_where_there_is_room_as_things_stand():
    assert judge(with_bookings([FIRST]), 9).changes == ()


def test_what_is_fixed_stays():
    h = with_bookings([FIRST, THEN])
    h.provisional = lambda _now: []
    assert isinstance(judge(h, 9), Closed)


def test_technicians_change_as_bays_do_but_only_for_whom_the_other_can_do_it():
    rows = [booked(7, 11, 9, 10.25), booked(8, 12, 10.25, 12)]
    assert moves(judge(with_bookings(rows), 9)) in ([(7, 11, 12)], [(8, 12, 11)])
    hard = [replace(row, requires=("general:3",)) for row in rows]
    assert isinstance(judge(with_bookings(hard), 9), Closed)


def test_one_moves_where_another_has_left():
    """Bay 1 has the pit. Who needs no pit goes from it, to where there is room only when another has left."""
    rows = [booked(7, 1, 9, 10), booked(8, 2, 10, 11)]
    h = with_bookings(rows, bays=2)
    h.bays[0] = replace(h.bays[0], equipment=frozenset({"Pit"}))
    pit = Needs((Step(timedelta(hours=1), "general", equipment=frozenset({"Pit"})),), reception=timedelta())
    assert moves(judge(h, 9, pit)) == [(7, 1, 2)]
    h = with_bookings([*rows, booked(9, 2, 9, 9.5)], bays=3)
    h.bays[0] = replace(h.bays[0], equipment=frozenset({"Pit"}))
    h.busy = [*h.busy, (3, at(9, 30), at(18))]
    assert moves(judge(h, 9, pit)) == [(7, 1, 2), (9, 2, 3)]


def test_where_room_could_be_made_a_closed_time_names_what_else_is_lacking():
    closed = judge(with_bookings([FIRST, THEN]), 9, hour_needs(2, courtesy=True))
    assert closed.reasons == (Why.no_courtesy_car([]),)


def test_an_absence_under_a_booking_does_not_become_free_when_the_booking_leaves():
    h = with_bookings([FIRST, THEN])
    h.away = [(1, at(9), at(10)), (2, at(10, 30), at(12))]
    assert isinstance(judge(h, 9), Closed)


def test_only_bookings_within_the_days_of_the_job_move():
    """What lasts longer than the job itself would touch days that its writer has not locked."""
    late = replace(THEN, spans=(*THEN.spans, (at(8, day=1), at(9, day=1))))
    early = replace(FIRST, spans=(*FIRST.spans, (at(8, day=1), at(9, day=1))))
    assert isinstance(judge(with_bookings([early, late]), 9), Closed)


def test_a_unit_taken_in_part_is_nobody_elses():
    odd = replace(FIRST, spans=((at(9), at(10, 12)),))
    assert moves(judge(with_bookings([odd, THEN]), 9)) == [(8, 2, 1)]


# -- against every arrangement there is ------------------------------------------------------------


@st.composite
def days(draw) -> House:
    """One day; at most four bookings that could stand elsewhere, beside what cannot."""
    rows: list[Booked] = []
    free = {pk: [] for pk in (1, 2, 3, 11, 12, 13)}
    for holder in range(draw(st.integers(2, 4))):
        pk, start = draw(st.sampled_from(sorted(free))), draw(st.integers(32, 60))
        end = start + draw(st.integers(2, 12))
        if all(end <= low or high <= start for low, high in free[pk]):
            free[pk].append((start, end))
            skill = draw(st.sampled_from(["general:1", "general:2", "electrical:1"]))
            rows.append(booked(holder, pk, start / 4, end / 4, requires=(skill,) if pk > 10 else BAY))
    h = with_bookings(rows, bays=3, technicians=3, days=1)
    h.technicians[0] = replace(h.technicians[0], abilities=(("general", Able(2)), ("electrical", Able(1))))
    h.technicians[1] = replace(h.technicians[1], abilities=(("general", Able(1)),))
    for _n in range(draw(st.integers(2, 6))):
        pk, start = draw(st.sampled_from(sorted(free))), draw(st.integers(32, 60))
        end = start + draw(st.integers(2, 30))
        if all(end <= low or high <= start for low, high in free[pk]):
            free[pk].append((start, end))
            h.busy = [*h.busy, (pk, at(0) + start * 15 * MINUTE, at(0) + end * 15 * MINUTE)]
    if draw(st.booleans()):
        h.shifts = {12: [(at(8), at(12)), (at(13), at(18))]}
    return h


def may_have(h: House, thing: Thing, row: Booked) -> bool:
    if thing.kind == "bay":
        return True
    pieces = [p for start, end in row.spans for p in range(start, end, 5 * MINUTE)]
    ((skill, level),) = (r.split(":") for r in row.requires)
    oracle = Oracle(h, hour_needs(), LONG_AGO)
    return thing.able(((skill, int(level)),)) and all(oracle.on_shift(thing, p) for p in pieces)


def arrangements(h: House, rows: list[Booked]):
    """Every house in which ``rows`` have places, these or others."""
    spans = {(row.resource, *span) for row in rows for span in row.spans}
    stays = [b for b in h.busy if b not in spans]
    pools = [
        [
            t
            for t in (h.bays if row.resource < 10 else h.technicians)
            if t.id == row.resource or may_have(h, t, row)
        ]
        for row in rows
    ]
    for places in product(*pools):
        placed = [(t.id, *span) for t, row in zip(places, rows, strict=True) for span in row.spans]
        if is_possible([*stays, *placed]):
            yield replace(h, busy=[*stays, *placed])


def is_possible(spans) -> bool:
    ordered = sorted(spans)
    return all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(ordered))


def check(h: House, needs: Needs) -> None:
    rows = list(h.provisional(LONG_AGO))
    possible = [Oracle(a, needs, LONG_AGO) for a in arrangements(h, rows)]
    board = Board(h, needs, LONG_AGO)
    offered = {int(s.starts_at.timestamp()): s for s in board.slots()}
    assert offered.keys() == {start for oracle in possible for start in oracle.starts()}
    for slot in offered.values():
        assert board.judge(slot.starts_at) == slot
        new = {c.booked: c.thing.id for c in slot.changes}
        spans = {(row.resource, *span) for row in rows for span in row.spans}
        kept = [b for b in h.busy if b not in spans]
        placed = [(new.get(row, row.resource), *span) for row in rows for span in row.spans]
        own = [(pk, int(a.timestamp()), int(b.timestamp())) for pk, (a, b), _why in slot.spans()]
        assert is_possible([*kept, *placed, *own])
        assert all(may_have(h, c.thing, c.booked) for c in slot.changes)


jobs = st.lists(
    st.builds(
        Step, st.sampled_from([timedelta(hours=n) for n in (1, 2, 4)]), st.just("general"),
        st.sampled_from([(("general", 1),), (("electrical", 1),)]),
    ),
    min_size=1, max_size=2,
).map(lambda steps: Needs(tuple(steps)))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(h=days(), needs=jobs)
def test_every_arrangement_is_found_and_none_is_impossible(h, needs):
    check(h, needs)


@pytest.mark.soak
@settings(max_examples=1000, deadline=None)
@given(h=days(), needs=jobs)
def test_so_it_is_on_many_days(h, needs):
    check(h, needs)


# -- saved -----------------------------------------------------------------------------------------


def coming(hour: int, days: int = 2):
    """On the first day on which nothing is fixed yet."""
    return tomorrow(hour, days=days)


@pytest.fixture
def full(cast):
    """Two bays, each taken for a part of the morning, and people enough."""
    hours(cast.store)
    bays = [bay(cast.store, "Bay 1"), bay(cast.store, "Bay 2")]
    for person in (cast.technician, cast.team_lead):
        technician(cast.store, person)
    advisor(cast.store, cast.advisor)
    return bays


TWO_HOURS = Needs.of(timedelta(hours=2), "general", reception=timedelta())
ONE_HOUR = Needs.of(timedelta(hours=1), "general", reception=timedelta())
"""Without a reception: one advisor would be the bottleneck."""


def put(store, bays, only: int, hour: int, days: int = 2, needs: Needs = ONE_HOUR):
    """A booking in the bay number ``only``."""
    span = (coming(hour, days), coming(hour, days) + needs.duration)
    shut = [Absence.objects.create(resource=b, during=span, reason="-") for b in bays if b != bays[only]]
    holder, _slot = services.reserve(store, needs=needs, starts_at=span[0], label=f"{hour}")
    for absence in shut:
        absence.delete()
    return holder


def fragmented(store, bays, days: int = 2) -> list:
    """9 to 10 in one bay, 10 to 11 in the other."""
    return [put(store, bays, 0, 9, days), put(store, bays, 1, 10, days)]


def bays_of(holder) -> set[str]:
    rows = Reservation.objects.filter(holder=holder, resource__kind="bay")
    return set(rows.values_list("resource__name", flat=True))


def test_room_is_made_in_the_same_transaction_and_told_in_the_history(cast, full):
    first, then = fragmented(cast.store, full)
    assert bays_of(first) != bays_of(then)
    offered = slots.find(
        cast.store, needs=TWO_HOURS, date_from=coming(9).date(), days=1, now=clock.now(), limit=99
    )
    assert coming(9) in [s.starts_at for s in offered if s.changes]
    holder, slot = services.reserve(cast.store, needs=TWO_HOURS, starts_at=coming(9), label="new")
    assert bays_of(first) == bays_of(then) != bays_of(holder)
    moved = {c.booked.holder for c in slot.changes}
    told = Event.objects.filter(kind="capacity.rearranged")
    assert {int(e.subject.partition(":")[2]) for e in told} == moved
    assert {(e.personal["was"], e.personal["now"]) for e in told} & {("Bay 1", "Bay 2"), ("Bay 2", "Bay 1")}


def test_two_bookings_swap_their_bays(cast, full):
    """The pit is wanted at 9. Who stands on it until 10:30 can go only where the other leaves for the pit."""
    Resource.objects.filter(pk=full[0].pk).update(equipment=["Pit"])
    long = Needs.of(timedelta(minutes=90), "general", reception=timedelta())
    first, then = put(cast.store, full, 0, 9, needs=long), put(cast.store, full, 1, 10)
    pit = Needs((Step(timedelta(hours=1), "general", equipment=frozenset({"Pit"})),), reception=timedelta())
    holder, _slot = services.reserve(cast.store, needs=pit, starts_at=coming(9), label="new")
    assert [bays_of(h) for h in (holder, first, then)] == [{"Bay 1"}, {"Bay 2"}, {"Bay 1"}]


@pytest.mark.parametrize(("days", "is_fixed"), [(2, True), (1, False)], ids=["fixed by hand", "N-1"])
def test_what_is_fixed_or_comes_tomorrow_is_not_moved(cast, full, days, is_fixed):
    for holder in fragmented(cast.store, full, days):
        holder.reservations.update(is_fixed=is_fixed)
    with pytest.raises(DomainError) as refused:
        services.reserve(cast.store, needs=TWO_HOURS, starts_at=coming(9, days), label="new")
    assert refused.value.code == "slot_taken"


def test_a_booking_that_begins_sooner_stays_on_its_later_days_too(cast, full):
    rows = [bay.pk for bay in full]
    holder = put(cast.store, full, 0, 9)
    later = {"during": (coming(9, 3), coming(10, 3)), "requires": list(BAY)}
    Reservation.objects.create(holder=holder, resource=full[0], **later)
    assert len(provisional(rows, None, clock.now())) == 1
    assert provisional(rows, None, clock.now() + timedelta(days=1)) == []
    assert provisional(rows, holder, clock.now()) == []


def test_a_move_finds_room_by_the_same_rule(cast, full):
    fragmented(cast.store, full)
    holder, _slot = services.reserve(cast.store, needs=TWO_HOURS, starts_at=coming(14), label="moves")
    slot = services.move(holder, needs=TWO_HOURS, starts_at=coming(9))
    assert slot.changes
    assert Reservation.objects.filter(resource__kind=Resource.Kind.BAY).count() == 3
