"""What the slot engine offers, whom it chooses, and what it says about closed times."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from apps.capacity.engine import Board, NoBooking
from apps.capacity.levelling import Limits
from apps.capacity.needs import Able, Closed, Needs, Slot, Step, Thing
from tests.capacity.houses import (
    ABILITIES,
    DAY,
    LONG_AGO,
    at,
    hour_needs,
    house,
    limited,
    moment,
    open_day,
)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def until(thing: Thing, day: date) -> Thing:
    """The same technician with an EV permit that ends on ``day``."""
    return replace(thing, abilities=(*ABILITIES[:2], ("ev", Able(2, day))))


def starts(board: Board) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in board.days()[0].slots]


def test_an_empty_house_offers_every_quarter_hour_that_leaves_time_to_receive():
    board = Board(house(), hour_needs(), LONG_AGO)
    assert starts(board)[:2] == ["08:00", "08:15"]
    assert starts(board)[-1] == "17:45"


def test_the_work_begins_after_the_reception_and_the_advisor_is_taken_only_for_it():
    slot = Board(house(), hour_needs(2), LONG_AGO).judge(moment(9))
    assert isinstance(slot, Slot)
    assert slot.stays[0].stay == ((moment(9, 15), moment(11, 15)),)
    assert slot.ends_at == moment(11, 15)
    assert slot.reason == "Bay 1 and Tech 1 are free for the whole job; Adv 1 receives."


def test_a_job_longer_than_the_day_goes_on_in_the_next_open_day():
    closed_tomorrow = [open_day(0), open_day(2), open_day(3)]
    board = Board(house(open_days=closed_tomorrow), hour_needs(3), LONG_AGO)
    slot = board.judge(moment(16))
    assert slot.stays[0].stay == ((moment(16, 15), moment(18)), (moment(8, day=2), moment(9, 15, day=2)))
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
    assert slot.technician.id == 12


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
    h.technicians = [until(h.technicians[0], DAY)]
    board = Board(h, hour_needs(2, skill="ev"), LONG_AGO)
    assert isinstance(board.judge(moment(15)), Slot)
    assert isinstance(board.judge(moment(17)), Closed), "the work would go on when the permit has run out"
    assert board.judge(moment(9, day=1)).reasons[-1] == "The permits have run out: Tech 1 (2026-11-30)."


def test_somebody_with_a_valid_permit_takes_over():
    h = house(technicians=2)
    h.technicians[0] = until(h.technicians[0], DAY - timedelta(days=9))
    assert Board(h, hour_needs(2, skill="ev"), LONG_AGO).judge(moment(9)).technician.id == 12


# -- shifts and breaks ------------------------------------------------------------------------------

LUNCH = {
    11: [(at(8), at(12)), (at(13), at(18)), (at(8, day=1), at(12, day=1)), (at(13, day=1), at(18, day=1))]
}


def test_a_job_goes_on_after_the_break_and_keeps_its_bay_meanwhile():
    slot = Board(house(shifts=LUNCH, days=2), hour_needs(2), LONG_AGO).judge(moment(10, 45))
    assert slot.stays[0].work == ((moment(11), moment(12)), (moment(13), moment(14)))
    assert slot.stays[0].stay == ((moment(11), moment(14)),)
    assert slot.ends_at == moment(14)
    taken = [(1, at(12, 15), at(12, 45))]
    assert isinstance(
        Board(house(taken, shifts=LUNCH, days=2), hour_needs(2), LONG_AGO).judge(moment(10, 45)), Closed
    )


def test_a_car_waits_for_its_technician_but_not_for_half_a_day():
    slot = Board(house(shifts=LUNCH, days=2), hour_needs(), LONG_AGO).judge(moment(12, 15))
    assert slot.stays[0].stay == ((moment(13), moment(14)),)
    late = {11: [(at(13), at(18))]}
    board = Board(house(shifts=late), hour_needs(), LONG_AGO)
    assert starts(board)[0] == "10:45"


def test_who_works_through_is_taken_before_who_has_a_break():
    slot = Board(house(shifts=LUNCH, technicians=2, days=2), hour_needs(2), LONG_AGO).judge(moment(10, 45))
    assert (slot.technician.id, slot.ends_at) == (12, moment(13))


def test_an_advisor_receives_on_his_shift_only():
    day = Board(house(shifts={21: [(at(9), at(12))]}), hour_needs(), LONG_AGO).days()[0]
    assert (f"{day.slots[0].starts_at:%H:%M}", f"{day.slots[-1].starts_at:%H:%M}") == ("09:00", "11:45")


def test_the_reserve_counts_only_who_is_on_shift():
    mornings = {12: [(at(8), at(12))]}
    kept = house([(11, at(8), at(18))], technicians=2, bays=2, shifts=mornings, limits=limited(reserve=20))
    board = Board(kept, hour_needs(1), LONG_AGO)
    assert isinstance(board.judge(moment(9)), Slot)
    kept.busy = [*kept.busy, (12, at(8), at(8, 15))]
    assert Board(kept, hour_needs(1), LONG_AGO).judge(moment(9)).reasons[0].startswith("The rest of the day")


# -- levels, tools, equipment, several bays ---------------------------------------------------------


def step(hours: float = 1, kind: str = "general", skill: str = "general", level: int = 1, **more) -> Step:
    return Step(timedelta(hours=hours), kind, ((skill, level),), **more)


def test_a_level_that_nobody_reaches_is_named():
    needs = Needs((step(skill="electrical", level=3),))
    h = house(technicians=2)
    assert Board(h, needs, LONG_AGO).judge(moment(9)).reasons == (
        "No technician of this store is qualified for “Electrical (Expert)”.",
    )
    h.technicians[1] = replace(h.technicians[1], abilities=(("electrical", Able(3)),))
    assert Board(h, needs, LONG_AGO).judge(moment(9)).technician.id == 12


def test_a_bay_must_have_the_equipment_and_a_tool_serves_one_car():
    needs = Needs((step(2, equipment=frozenset({"Pit"}), tools=frozenset({"Lift table"})),))
    h = house(bays=2, technicians=2)
    assert Board(h, needs, LONG_AGO).judge(moment(9)).reasons == (
        "This store has no bay of the kind “General with Pit” in use.",
        "This store has no “Lift table”.",
    )
    h.bays[1] = replace(h.bays[1], equipment=frozenset({"Pit", "Crane"}))
    h.tools = [Thing(31, "tool", "Lift table A", equipment=frozenset({"Lift table"}))]
    slot = Board(h, needs, LONG_AGO).judge(moment(9))
    assert (slot.bay.id, [t.id for t in slot.stays[0].tools]) == (2, [31])
    assert slot.reason.endswith("Kept for it: Lift table A.")
    assert {pk for pk, _span, _why in slot.spans()} == {2, 11, 31, 21}
    h.busy = [(31, at(10), at(10, 30))]
    assert Board(h, needs, LONG_AGO).judge(moment(9)).reasons == (
        "“Lift table” is not free for the whole job (2 h).",
    )


def painted(**fields):
    h = house(bays=1, technicians=1, **fields)
    h.bays.append(Thing(2, "bay", "Paint", bay_kind="paint"))
    h.technicians.append(Thing(12, "technician", "Painter", abilities=(("paint", Able(2)),)))
    return h


PAINTING = Needs((step(2), step(3, "paint", "paint")))


def test_a_list_of_items_over_several_bays_takes_them_one_after_the_other():
    slot = Board(painted(), PAINTING, LONG_AGO).judge(moment(9))
    assert [(s.bay.id, s.technician.id, *s.stay[0]) for s in slot.stays] == [
        (1, 11, moment(9, 15), moment(11, 15)),
        (2, 12, moment(11, 15), moment(14, 15)),
    ]
    assert slot.reason.endswith("Adv 1 receives. Then Paint with Painter.")


def test_the_closed_time_names_what_the_later_bay_lacks():
    closed = Board(painted(busy=[(2, at(12), at(13))]), PAINTING, LONG_AGO).judge(moment(9))
    assert closed.reasons == ("No bay of the kind “Paint” is free for the whole job (3 h).",)
    assert isinstance(
        Board(painted(busy=[(2, at(9), at(11, 15))]), PAINTING, LONG_AGO).judge(moment(9)), Slot
    )


def test_who_did_the_step_before_goes_on_if_he_can():
    h = painted()
    h.technicians = [
        replace(h.technicians[1], id=13),
        replace(h.technicians[0], abilities=(*ABILITIES, ("paint", Able(2)))),
    ]
    slot = Board(h, PAINTING, LONG_AGO).judge(moment(9))
    assert [s.technician.id for s in slot.stays] == [11, 11]
    assert "with Tech 1 as before" in slot.reason


# -- limits -----------------------------------------------------------------------------------------


def test_an_hour_takes_no_more_people_than_the_lounge_but_any_first_party():
    h = house(advisors=3, limits={DAY: Limits(people_per_hour=4)})
    h.arrivals = [(at(9), 3)]
    family = replace(hour_needs(), people=2)
    assert Board(h, family, LONG_AGO).judge(moment(9, 15)).reasons == (
        "From 09:00 to 10:00 3 people are expected; with these it would be more than 4.",
    )
    assert isinstance(Board(h, hour_needs(), LONG_AGO).judge(moment(9, 15)), Slot)
    assert isinstance(Board(h, replace(family, people=0), LONG_AGO).judge(moment(9, 15)), Slot), (
        "it is fetched"
    )
    assert isinstance(Board(h, replace(family, people=7), LONG_AGO).judge(moment(10)), Slot)


def test_a_day_may_open_fewer_express_lanes():
    h = house(bays=2, technicians=2, advisors=2, asked=2, limits={DAY: Limits(express_lanes=1)})
    h.bays = [replace(bay, bay_kind="express") for bay in h.bays]
    h.busy = [(1, at(9), at(12)), (1, at(9, day=1), at(12, day=1))]
    board = Board(h, Needs((step(kind="express"),)), LONG_AGO)
    assert isinstance(board.judge(moment(9)), Closed)
    assert board.judge(moment(9, day=1)).bay.id == 2


def test_a_blackout_closes_one_kind_of_bay_and_says_why():
    bar = NoBooking(at(9), at(12), "The paint booth is being cleaned.", "paint")
    h = painted(no_bookings=[bar])
    assert Board(h, PAINTING, LONG_AGO).judge(moment(9)).reasons == (bar.reason,)
    assert isinstance(Board(h, PAINTING, LONG_AGO).judge(moment(12)), Slot)
    assert isinstance(Board(h, hour_needs(), LONG_AGO).judge(moment(9)), Slot)


def test_bookings_end_at_the_notice_and_begin_at_the_horizon():
    h = house(asked=2, notice=timedelta(hours=2), horizon=DAY)
    board = Board(h, hour_needs(), moment(9))
    assert board.judge(moment(9)).reasons == ("This time is past.",)
    assert board.judge(moment(11)).reasons == ("Bookings are taken until 2 h before the arrival.",)
    assert isinstance(board.judge(moment(11, 15)), Slot)
    tomorrow = board.days()[1]
    assert (tomorrow.slots, tomorrow.shut) == (
        [],
        "Bookings are taken until 2026-11-30; later days open one by one.",
    )
    assert board.judge(moment(9, day=1)).reasons == (tomorrow.shut,)
    assert list(board.slots()) == board.days()[0].slots


def test_a_day_far_ahead_gives_out_its_share_only():
    far = {DAY: Limits(reserve_percent=50, released_on=DAY - timedelta(days=14))}
    board = Board(house([(11, at(8), at(12))], limits=far), hour_needs(1.25), LONG_AGO)
    assert board.judge(moment(14)).reasons == (
        "Of a day so far ahead no more is given out yet; the next share on 2026-11-16.",
    )


def test_work_that_needs_a_missing_part_begins_the_day_after_it_comes():
    h = house(asked=2, awaited=[("Brake pads", DAY)])
    board = Board(h, hour_needs(), LONG_AGO)
    assert board.judge(moment(9)).reasons == (
        "Not in stock: Brake pads. Ordered today it is there on 2026-11-30.",
    )
    assert isinstance(board.judge(moment(9, day=1)), Slot)
