"""The month before the demo day, and what it teaches about the reserve."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection, transaction

from apps.appointments.models import Appointment
from apps.capacity import usage
from apps.capacity.learning import BackTest, Plan, Used, back_test
from apps.capacity.models import DayUse
from apps.catalog.texts.seed import OPERATIONS
from apps.core import clock, workdays
from apps.demo import house, month, wishes
from apps.workorders.models import Line, WorkOrder
from apps.workorders.selectors import total_differences, version_differences
from apps.workshop import day_use
from apps.workshop.models import Clocking

SEEDS = range(1, 31)
HOURS = {code: Decimal(hours) for code, _name, _kind, _bay, _skill, hours, _safety in OPERATIONS}
TECHNICIANS = 8
DAYS = month.days_before(date(2026, 11, 26))
KINDS = [day.weekday() < 5 for day in DAYS]


def facts(stays: list[month.Stay], days: list[date]) -> list[Used]:
    """What the clockings of the stays will add up to."""
    minutes = [[0, 0] for _day in days]
    for stay in stays:
        for work in stay.work:
            same_day = stay.wish.lead_days == 0 or work.is_added
            minutes[stay.wish.day][same_day] += work.ends - work.begins
    present = TECHNICIANS * (month.CLOSES - month.OPENS - month.MEAL)
    return [
        Used(day, day.weekday() < 5, present, ahead, same)
        for day, (ahead, same) in zip(days, minutes, strict=True)
    ]


def judged(seed: int, **changed) -> BackTest:
    stays = month.plan(seed, KINDS, HOURS, TECHNICIANS, **changed)
    test = back_test(facts(stays, DAYS), {"default": Plan(20)})
    assert test is not None
    return test


def test_the_same_seed_gives_the_same_month():
    assert month.plan(7, KINDS, HOURS, TECHNICIANS) == month.plan(7, KINDS, HOURS, TECHNICIANS)
    assert month.plan(7, KINDS, HOURS, TECHNICIANS) != month.plan(8, KINDS, HOURS, TECHNICIANS)


def test_nobody_works_on_two_cars_at_once_nor_before_the_car_is_there():
    lanes: dict[tuple[int, int], list[month.Work]] = {}
    for stay in month.plan(7, KINDS, HOURS, TECHNICIANS, elsewhere={5}):
        assert stay.work[0].begins >= stay.wish.minute + month.RECEIVING
        lanes.setdefault((stay.wish.day, stay.technician), []).extend(stay.work)
    for (day, technician), work in lanes.items():
        assert all(one.ends <= other.begins for one, other in pairwise(work))
        assert day != 5 or technician > 2 or work[0].begins >= month.NOON


def test_those_who_book_want_to_come_when_the_house_opens_or_after_lunch():
    hours = [w.minute // 60 for w in wishes.stream(7, [True] * 40) if w.lead_days]
    assert sum(hour in (8, 9, 13) for hour in hours) > len(hours) * 0.6


def hours_a_day(test: BackTest) -> dict[str, float]:
    return {name: round(outcome.cost / 60 / test.judged, 1) for name, outcome in test.outcomes.items()}


def test_on_days_it_did_not_know_the_learned_reserve_loses_less_than_a_fifth():
    """These and the next are the figures that ``docs/bench.md`` gives."""
    costs = {seed: hours_a_day(judged(seed)) for seed in SEEDS}
    assert costs[7] == {"learned": 4.9, "default": 6.9}
    worse = {seed: found for seed, found in costs.items() if found["learned"] > found["default"]}
    assert worse == {26: {"learned": 4.8, "default": 4.1}}


def test_where_a_fifth_is_right_already_learning_gains_nothing_and_loses_little():
    tests = [judged(seed, walk_ins={True: 6, False: 6}) for seed in SEEDS]
    costs = [(t.outcomes["learned"].cost, t.outcomes["default"].cost, t.judged * 60) for t in tests]
    mean = sum((learned - default) / hours for learned, default, hours in costs) / len(costs)
    assert (sum(learned > default for learned, default, _hours in costs), round(mean, 1)) == (16, 0.2)


@pytest.mark.django_db(transaction=True)
def test_the_month_is_as_the_verbs_would_have_left_it_and_the_page_learns_from_it():
    built = house.build(7)
    today = clock.today()
    month.lay(built, 7, today)
    house.roster(built.store)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    orders = WorkOrder.objects.filter(status="delivered")
    assert orders.count() > 1200
    assert total_differences() == []
    assert version_differences() == []
    assert 0 < Appointment.objects.count() < orders.count()
    assert Line.objects.filter(is_additional=True, authorised_in__number=2).exists()
    assert not Clocking.objects.filter(ended_at=None).exists()

    assert day_use.record_all() == month.DAYS
    days = month.days_before(today)
    expected = month.plan(7, [workdays.is_workday(day) for day in days], HOURS, TECHNICIANS)
    known = usage.days_known(built.store)
    assert [(d.day, d.ahead, d.same_day) for d in known] == [
        (d.day, d.ahead, d.same_day) for d in facts(expected, days)
    ]
    assert set(DayUse.objects.values_list("present_minutes", flat=True)) == {TECHNICIANS * 540}
    lesson = usage.Lesson.of(built.store)
    assert lesson.learned is not None
    assert lesson.test is not None
    assert lesson.test == back_test(known, {"none": Plan(0), "default": Plan(20), "current": Plan(20)})
