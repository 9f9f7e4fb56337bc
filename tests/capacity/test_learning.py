"""What the reserve is learned to be, against an oracle that tries every percentage."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.capacity.learning import (
    MIN_DAYS,
    MIN_OF_KIND,
    MIN_OF_WEEKDAY,
    MOST,
    TURNED_AWAY_COST,
    Plan,
    Used,
    back_test,
    best,
    cast_week,
    judge,
    learn,
    read_week,
    show_week,
)

MONDAY = date(2026, 3, 2)


def used(n: int, percent: float, *, is_workday: bool | None = None, present: int = 1000) -> Used:
    """The ``n``-th day from a Monday on, ``percent`` of its time used by who came unannounced."""
    day = MONDAY + timedelta(days=n)
    works = day.weekday() < 5 if is_workday is None else is_workday
    return Used(day, works, present, present // 2, round(present * percent / 100))


def week_after_week(weeks: int, *percents: float) -> list[Used]:
    return [used(n, percents[n % 7]) for n in range(7 * weeks)]


@st.composite
def histories(draw):
    size = draw(st.integers(1, 30))
    rows = draw(
        st.lists(
            st.tuples(st.integers(1, 5000), st.integers(0, 6000), st.booleans()), min_size=size, max_size=size
        )
    )
    return [
        Used(MONDAY + timedelta(days=n), works, present, 0, same)
        for n, (present, same, works) in enumerate(rows)
    ]


def slow_cost(days: list[Used], percent: int) -> int:
    """In hundredths of minutes, by the words of the rule: each day on its own."""
    cost = 0
    for d in days:
        kept, came = d.present * percent, d.same_day * 100
        cost += TURNED_AWAY_COST * (came - kept) if came > kept else kept - came
    return cost


@given(histories())
def test_no_percentage_would_have_cost_less(days):
    costs = [slow_cost(days, percent) for percent in range(MOST + 1)]
    assert best(days) == costs.index(min(costs)), "the least cost, and the lowest percentage that has it"


@given(histories(), st.integers(0, MOST))
def test_a_plan_is_judged_by_the_words_of_the_rule(days, percent):
    assert judge(Plan(percent), days).cost * 100 == pytest.approx(slow_cost(days, percent))


@given(histories())
def test_weekdays_of_their_own_never_cost_more_than_one_figure_where_each_has_days_enough(days):
    ordinary = [Used(d.day, d.day.weekday() < 5, d.present, d.ahead, d.same_day) for d in days]
    many = [
        Used(d.day + timedelta(weeks=w * 5), *vars_of(d)) for w in range(MIN_OF_WEEKDAY) for d in ordinary
    ]
    plan = learn(many)
    if plan is not None:
        assert judge(plan, many).cost <= judge(Plan(plan.percent), many).cost + 1e-6


def vars_of(d: Used) -> tuple[bool, int, int, int]:
    return d.is_workday, d.present, d.ahead, d.same_day


def test_an_even_house_learns_one_figure():
    assert learn(week_after_week(4, *[31] * 7)) == Plan(31)


def test_too_few_days_teach_nothing():
    days = week_after_week(4, *[31] * 7)
    assert learn(days[: MIN_DAYS - 1]) is None
    assert learn(days[:MIN_DAYS]) == Plan(31)


def test_a_weekday_with_days_enough_has_its_own_figure():
    plan = learn(week_after_week(MIN_OF_WEEKDAY, 10, 20, 20, 20, 40, 50, 50))
    assert plan is not None
    assert plan.by_weekday == (10, 20, 20, 20, 40, 50, 50)


def test_with_fewer_days_of_a_weekday_its_kind_stands_in():
    plan = learn(week_after_week(MIN_OF_WEEKDAY - 1, 10, 20, 20, 20, 40, 50, 50))
    assert plan is not None
    assert plan.by_weekday == (20, 20, 20, 20, 20, 50, 50), "working days alike, days off alike"


def test_with_too_few_days_off_all_days_stand_in():
    days = [d for d in week_after_week(5, 10, 20, 20, 20, 40, 50, 50) if d.day.weekday() != 6][:-1]
    assert sum(not d.is_workday for d in days) < MIN_OF_KIND
    plan = learn(days)
    assert plan is not None
    assert plan.week[5] == plan.percent


def test_a_make_up_working_saturday_counts_as_a_working_day_and_not_as_a_saturday():
    saturdays = {n for n in range(7 * 9) if n % 7 == 5}
    made_up = min(saturdays)
    days = [used(n, 90 if n == made_up else 50 if n % 7 > 4 else 20, is_workday=n % 7 < 5 or n == made_up)
            for n in range(7 * 9)]  # fmt: skip
    plan = learn(days)
    assert plan is not None
    assert plan.week[5] == 50
    assert plan.on(days[made_up].day, is_workday=True) == plan.percent


def test_a_holiday_keeps_to_the_figure_for_all_days():
    plan = Plan(25, (10, 20, 20, 20, 40, 50, 50))
    assert plan.on(MONDAY, is_workday=True) == 10
    assert plan.on(MONDAY, is_workday=False) == 25


def test_the_back_test_learns_on_the_first_part_and_judges_on_the_rest():
    before, after = [used(n, 30) for n in range(20)], [used(n, 10) for n in range(20, 30)]
    test = back_test([*before, *after], {"default": Plan(20), "none": Plan(0)})
    assert test is not None
    assert (test.learned, test.learned_on, test.judged) == (Plan(30), 20, 10)
    assert test.outcomes["learned"].idle == 10 * 200, "what it could not know costs"
    assert test.outcomes["default"].idle == 10 * 100
    assert test.outcomes["none"].turned_away == 10 * 100
    assert test.outcomes["none"].cost == TURNED_AWAY_COST * 1000


def test_a_short_history_is_not_back_tested():
    assert back_test([used(n, 30) for n in range(MIN_DAYS + 5)], {}) is None


@pytest.mark.parametrize("line", ["20 20 20", "a b c d e f g", "20 20 20 20 20 20 91", "-1 0 0 0 0 0 0", ""])
def test_a_week_that_makes_no_sense_is_refused(line):
    with pytest.raises(ValueError, match=r"percentages|invalid literal"):
        read_week(line)


@pytest.mark.parametrize("week", [(), (20, 20, 20, 20, 20, 30, 30)])
def test_a_week_is_read_as_it_is_shown(week):
    assert cast_week(read_week(show_week(week))) == week
