"""Working days by the Chinese statutory calendar: make-up weekends count, public holidays do not.

The calendar comes from the library ``holidays``. A year whose arrangement is not yet published is
computed Monday to Friday and flagged (``is_published``). Single days can be corrected by an override
source, which a room with tables registers (``set_override_source``); this module has none.

Each year is computed once and kept in the process until the overrides' version changes (a source without
one is asked again after a minute, since another process may have changed it). Every question is then a
bisection: no query, a few microseconds.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

import holidays

OverrideSource = Callable[[date, date], dict[date, bool]]
"""From and to (both included) → the corrected days: True means people work."""

_ONE_DAY = timedelta(days=1)
_MEMORY_SECONDS = 60


def _minute() -> int:
    return int(time.monotonic() // _MEMORY_SECONDS)


class _Sources(NamedTuple):
    overrides: OverrideSource
    published_years: Callable[[], Collection[int]]
    version: Callable[[], Hashable]


_NO_SOURCES = _Sources(lambda _from, _to: {}, lambda: (), lambda: None)
_sources = _NO_SOURCES
_years: dict[int, list[date]] = {}
_off: dict[int, set[date]] = {}  # by a correction, of the same years
_version: Hashable = None


def set_override_source(
    source: OverrideSource | None,
    *,
    published_years: Callable[[], Collection[int]] = _NO_SOURCES.published_years,
    version: Callable[[], Hashable] = _minute,
) -> None:
    """Register where corrections come from; None removes it.

    ``published_years`` names years that people entered by hand before the library knew them.
    ``version`` is asked at every question, so it must be cheap; when its answer changes, all years are
    computed anew. A source without a version is asked again each minute; ``forget`` shows a change at once
    in this process.
    """
    global _sources
    _sources = _Sources(source, published_years, version) if source else _NO_SOURCES
    forget()


def forget() -> None:
    """Drop what is remembered in this process: the overrides have changed."""
    _years.clear()


def is_published(year: int) -> bool:
    """Tell whether the year's arrangement is known; False means that Monday to Friday is assumed."""
    return _in_library(year) or year in _sources.published_years()


def is_workday(day: date) -> bool:
    """Tell whether people work on ``day`` (a date in the store's own zone)."""
    days = _workdays(_plain(day).year)
    position = bisect_left(days, day)
    return position < len(days) and days[position] == day


def is_holiday(day: date) -> bool:
    """Tell whether ``day`` is off for more than being a weekend: a public holiday, or off by a correction."""
    if is_workday(day):
        return False
    calendar = _calendar(day.year)
    is_public = calendar is not None and day in calendar
    return day.weekday() < 5 or is_public or _plain(day) in _off.get(day.year, ())


def add_workdays(day: date, n: int) -> date:
    """Return the ``n``-th working day after ``day``; day 1 is the next working day.

    ``day`` itself may be any day and never counts. A negative ``n`` goes back; 0 returns ``day``.
    """
    if not n:
        return _plain(day)
    year, days = _plain(day).year, _workdays(day.year)
    position = bisect_right(days, day) + n - 1 if n > 0 else bisect_left(days, day) + n
    while position >= len(days):
        position -= len(days)
        year += 1
        days = _workdays(year)
    while position < 0:
        year -= 1
        days = _workdays(year)
        position += len(days)
    return days[position]


def window(after: date, first: int, last: int) -> tuple[date, date]:
    """Return the first and the last day of "working days ``first``–``last`` after …", both included."""
    if not 1 <= first <= last:
        raise ValueError("a window goes from day 1 or later to the same day or later")
    return add_workdays(after, first), add_workdays(after, last)


def workdays_between(start: date, end: date) -> int:
    """Count the working days after ``start`` up to and including ``end``; negative if ``end`` is earlier.

    So ``workdays_between(d, add_workdays(d, n)) == n``.
    """
    if end < start:
        return -workdays_between(end, start)
    if start.year == end.year:
        days = _workdays(_plain(start).year)
        return bisect_right(days, _plain(end)) - bisect_right(days, start)
    first, last = _workdays(_plain(start).year), _workdays(_plain(end).year)
    between = sum(len(_workdays(year)) for year in range(start.year + 1, end.year))
    return len(first) - bisect_right(first, start) + between + bisect_right(last, end)


def _plain(day: date) -> date:
    if isinstance(day, datetime):
        raise TypeError("working days are asked with a date in the store's zone, not with a moment")
    return day


def _workdays(year: int) -> list[date]:
    """Return the year's working days in order."""
    global _version
    if (version := _sources.version()) != _version:
        forget()
        _version = version
    if (days := _years.get(year)) is None:
        days = _years[year] = _computed(year)
    return days


def _computed(year: int) -> list[date]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    corrections = _sources.overrides(first, last)
    calendar = _calendar(year)
    every_day = (first + n * _ONE_DAY for n in range((last - first).days + 1))
    _off[year] = {day for day, works in corrections.items() if not works}
    return [day for day in every_day if corrections.get(day, _by_calendar(day, calendar))]


def _by_calendar(day: date, calendar: holidays.HolidayBase | None) -> bool:
    return calendar.is_working_day(day) if calendar is not None else day.weekday() < 5


@cache
def _calendar(year: int) -> holidays.HolidayBase | None:
    if not _in_library(year):
        return None
    # An arrangement may move a day into the December before it (30 and 31 December 2006).
    years = [year, year + 1] if _in_library(year + 1) else [year]
    return holidays.country_holidays("CN", years=years, expand=False)


@cache
def _in_library(year: int) -> bool:
    """Every arrangement since 2002 makes some weekend a working day; the library has none for later years."""
    made_up = holidays.country_holidays("CN", years=year, expand=False).weekend_workdays
    return any(day.year == year for day in made_up)
