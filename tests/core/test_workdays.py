"""Working days: tables copied from the State Council's notices, and arithmetic over any years."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import workdays

DAY = timedelta(days=1)

# From the yearly notices of the General Office: (first day off, last day off), then make-up working days.
NOTICES = {
    2024: (
        [("01-01", "01-01"), ("02-10", "02-17"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-10", "06-10"),
         ("09-15", "09-17"), ("10-01", "10-07")],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"),
         ("10-01", "10-08")],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
         ("09-25", "09-27"), ("10-01", "10-07")],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}  # fmt: skip

any_days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
counts = st.integers(1, 400)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture(autouse=True)
def _the_published_calendar_only(monkeypatch):
    """Take away the corrections that the desk registers, and put them back."""
    monkeypatch.setattr(workdays, "_sources", workdays._NO_SOURCES)
    workdays.forget()
    yield
    workdays.forget()


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year_is_as_the_notice_says(year):
    days_off, made_up = NOTICES[year]
    off = set()
    for first, last in days_off:
        current = day(f"{year}-{first}")
        while current <= day(f"{year}-{last}"):
            off.add(current)
            current += DAY
    working = {day(f"{year}-{text}") for text in made_up}
    current = date(year, 1, 1)
    while current.year == year:
        expected = current in working or (current.weekday() < 5 and current not in off)
        assert workdays.is_workday(current) is expected, current
        current += DAY
    assert workdays.is_published(year)


def test_a_year_not_yet_published_is_monday_to_friday_and_says_so():
    year = next(year for year in range(2026, 2100) if not workdays.is_published(year))
    national_day = date(year, 10, 1)
    for current in (national_day + n * DAY for n in range(7)):
        assert workdays.is_workday(current) is (current.weekday() < 5)


@pytest.mark.parametrize(
    ("after", "first", "last", "opens", "closes"),
    [
        # Over the National Day week of 2024 with its make-up weekends of 29 September and 12 October.
        ("2024-09-28", 1, 3, "2024-09-29", "2024-10-08"),
        ("2024-10-01", 3, 5, "2024-10-10", "2024-10-12"),
        ("2024-10-11", 1, 3, "2024-10-12", "2024-10-15"),
        # Spring Festival 2025: the Sunday before and the Saturday after are worked.
        ("2025-01-25", 1, 3, "2025-01-26", "2025-02-05"),
        ("2025-01-27", 3, 5, "2025-02-07", "2025-02-10"),
        ("2025-02-07", 5, 8, "2025-02-13", "2025-02-18"),
        # Spring Festival 2026 and across the turn of the year.
        ("2026-02-13", 1, 3, "2026-02-14", "2026-02-25"),
        ("2026-02-26", 1, 3, "2026-02-27", "2026-03-02"),
        ("2025-12-30", 1, 3, "2025-12-31", "2026-01-05"),
        # An ordinary week: the day itself never counts, whatever it is.
        ("2025-07-07", 1, 3, "2025-07-08", "2025-07-10"),
        ("2025-07-12", 1, 3, "2025-07-14", "2025-07-16"),
    ],
)
def test_windows_over_make_up_weekends(after, first, last, opens, closes):
    assert workdays.window(day(after), first, last) == (day(opens), day(closes))


@given(any_days, counts)
def test_the_nth_working_day_is_a_working_day_with_n_up_to_it(start, n):
    end = workdays.add_workdays(start, n)
    assert workdays.is_workday(end)
    assert workdays.workdays_between(start, end) == n
    assert workdays.workdays_between(end, start) == -n


@given(any_days, st.integers(1, 60))
def test_counting_by_bisection_agrees_with_walking(start, n):
    current, left = start, n
    while left:
        current += DAY
        left -= workdays.is_workday(current)
    assert workdays.add_workdays(start, n) == current


@given(any_days, st.integers(1, 60))
def test_going_back_agrees_with_walking(start, n):
    current, left = start, n
    while left:
        current -= DAY
        left -= workdays.is_workday(current)
    assert workdays.add_workdays(start, -n) == current


@given(any_days, counts, counts)
def test_steps_add_up(start, n, m):
    assert workdays.add_workdays(workdays.add_workdays(start, n), m) == workdays.add_workdays(start, n + m)
    assert workdays.add_workdays(start, 0) == start


@given(any_days, any_days, any_days)
def test_counts_add_up(a, b, c):
    first, second, third = sorted([a, b, c])
    both = workdays.workdays_between(first, second) + workdays.workdays_between(second, third)
    assert workdays.workdays_between(first, third) == both


def test_a_window_begins_on_day_one_at_the_earliest():
    for first, last in ((0, 3), (3, 2)):
        with pytest.raises(ValueError, match="day 1"):
            workdays.window(date(2025, 7, 7), first, last)


def test_a_moment_is_refused_because_its_date_depends_on_the_zone():
    with pytest.raises(TypeError):
        workdays.is_workday(datetime(2025, 7, 7, 23, tzinfo=UTC))
    with pytest.raises(TypeError):
        workdays.add_workdays(datetime(2025, 7, 7, 23, tzinfo=UTC), 1)


def test_an_override_changes_a_day_and_is_read_once_a_year():
    asked = []

    def overrides(first, last):
        asked.append((first, last))
        return {date(2025, 7, 8): False, date(2025, 7, 12): True}

    workdays.set_override_source(overrides)
    assert workdays.add_workdays(date(2025, 7, 7), 1) == date(2025, 7, 9)
    assert workdays.is_workday(date(2025, 7, 12))
    assert asked == [(date(2025, 1, 1), date(2025, 12, 31))]


def test_a_new_version_of_the_overrides_is_seen_at_the_next_question():
    closed, version = {}, [1]
    workdays.set_override_source(lambda first, last: dict(closed), version=lambda: version[0])
    assert workdays.is_workday(date(2025, 7, 8))
    closed[date(2025, 7, 8)] = False
    assert workdays.is_workday(date(2025, 7, 8)), "the version has not changed yet"
    version[0] = 2
    assert not workdays.is_workday(date(2025, 7, 8))


def test_a_change_is_seen_at_once_where_it_was_made():
    closed = {}
    workdays.set_override_source(lambda first, last: dict(closed), version=lambda: None)
    assert workdays.is_workday(date(2025, 7, 8))
    closed[date(2025, 7, 8)] = False
    workdays.forget()
    assert not workdays.is_workday(date(2025, 7, 8))


def test_a_year_entered_by_hand_counts_as_published():
    assert not workdays.is_published(2090)
    workdays.set_override_source(lambda first, last: {}, published_years=lambda: {2090})
    assert workdays.is_published(2090)


def test_a_source_without_a_version_is_asked_again_after_a_minute(monkeypatch):
    seconds, closed = [1000.0], {}
    monkeypatch.setattr(workdays.time, "monotonic", lambda: seconds[0])
    workdays.set_override_source(lambda first, last: dict(closed))
    assert workdays.is_workday(date(2025, 7, 8))
    closed[date(2025, 7, 8)] = False
    assert workdays.is_workday(date(2025, 7, 8)), "still remembered"
    seconds[0] += 60
    assert not workdays.is_workday(date(2025, 7, 8))


def test_a_weekend_that_somebody_shuts_is_more_than_a_weekend():
    saturday = date(2026, 3, 7)
    assert not workdays.is_holiday(saturday)
    workdays.set_override_source(lambda first, last: {saturday: False})
    assert workdays.is_holiday(saturday)
    assert not workdays.is_holiday(date(2026, 3, 8))
