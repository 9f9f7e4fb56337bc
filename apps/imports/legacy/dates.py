"""Dates as old systems write them: any form that has one meaning, none that has two.

Times are naive, in the store's zone, as the old system showed them.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.core.widths import half_width
from apps.imports.legacy import synonyms
from apps.imports.legacy.cells import CellError, Raw, tidy
from apps.imports.legacy.errors import Unreadable

EARLIEST_YEAR = 1950
LATEST_YEAR = 2100
_LONGEST = 60
_SERIALS = range(18264, 73416)
"""Excel's day numbers of 1950-01-01 … 2100-12-31; other bare numbers are no dates."""

_EPOCH_1900 = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_FILLERS = frozenset(
    {date(1, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1)}
)
"""What databases and spreadsheets write for "no date"."""

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_TOKENS_BEFORE = "|".join(map(re.escape, synonyms.MORNING + synonyms.AFTERNOON))
_CLOCK = re.compile(
    rf"(?P<before>{_TOKENS_BEFORE})?\s*(?P<hour>\d{{1,2}})\s*[:{synonyms.HOUR_SIGNS}]\s*"
    rf"(?:(?P<half>{synonyms.HALF_HOUR})|(?P<minute>\d{{1,2}})\s*(?:[:{synonyms.MINUTE_SIGN}]\s*)?"
    rf"(?:(?P<second>\d{{1,2}})(?:[.,]\d+)?\s*{synonyms.SECOND_SIGN}?)?)?\s*(?P<after>am|pm|a\.m\.|p\.m\.)?"
    r"\s*(?P<zone>z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.,\s](\d{1,2})[-/.,\s](\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.\s](\d{1,2})[-/.\s](\d{4})\.?")
_SIGNS = re.compile(
    rf"(\d{{2,4}})\s*{synonyms.YEAR_SIGN}\s*(\d{{1,2}})\s*{synonyms.MONTH_SIGN}\s*(\d{{1,2}})\s*[{synonyms.DAY_SIGNS}]?"
)
_TWO_DIGITS = re.compile(r"\d{1,2}[-/.\s]\d{1,2}[-/.\s]\d{1,2}|\d{6}")
_NO_DAY = re.compile(
    rf"\d{{4}}[-/.]\d{{1,2}}|\d{{4}}\s*{synonyms.YEAR_SIGN}(?:\s*\d{{1,2}}\s*{synonyms.MONTH_SIGN})?|\d{{4}}"
)
_NAMED_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-\s]([a-z]{3,9})\.?,?[-\s](\d{2,4})")
_NAMED_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{2,4})")
_WEEKDAY = re.compile(synonyms.WEEKDAY, re.IGNORECASE)
_DOTS = str.maketrans(dict.fromkeys(synonyms.MORE_SEPARATORS, "."))


def read_moment(raw: Raw, *, epoch_1904: bool = False, zone: str = "Asia/Shanghai") -> date | datetime | None:
    """Return the day, or day and time, that a cell means; None for an empty cell or a filler.

    Midnight counts as "no time of day". ``epoch_1904`` says how the workbook counts days (text cells and
    styled cells know it already, bare numbers do not). Raises Unreadable with a ``date_…`` or ``time_…``
    code; see ``reasons``.
    """
    if isinstance(raw, bool | time):
        raise Unreadable("date_unreadable")
    if isinstance(raw, CellError):
        raise Unreadable(raw.code)
    if isinstance(raw, int | float):
        found: date | datetime | None = _of_number(raw, epoch_1904)
    elif isinstance(raw, str):
        found = _of_text(raw, epoch_1904, zone)
    else:
        found = raw
    return _checked(found)


def day_of(moment: date | datetime) -> date:
    """Return the day of ``moment``."""
    return moment.date() if isinstance(moment, datetime) else moment


def _checked(found: date | datetime | None) -> date | datetime | None:
    if found is None or day_of(found) in _FILLERS:
        return None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Unreadable("date_implausible")
    if isinstance(found, datetime):
        found = (found + timedelta(milliseconds=500)).replace(microsecond=0)  # serials carry float dust
        return found.date() if found.time() == time.min else found
    return found


def _of_number(number: int | float, epoch_1904: bool) -> date | datetime | None:
    if number == 0:
        return None
    if int(number) in _SERIALS:
        return (_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + timedelta(days=number)
    if number == int(number):
        return _of_digits(str(int(number)))
    raise Unreadable("date_unreadable")


def _of_digits(text: str) -> date | datetime:
    """Read ``20230501`` and ``20230501143000``."""
    if len(text) == 8:
        return _day(text[:4], text[4:6], text[6:])
    if len(text) in (12, 14):
        clock = _time(int(text[8:10]), int(text[10:12]), int(text[12:] or 0))
        return datetime.combine(_day(text[:4], text[4:6], text[6:8]), clock)
    if len(text) == 6 and text[:2] not in ("19", "20"):
        raise Unreadable("date_two_digit_year")
    raise Unreadable("date_incomplete" if len(text) in (4, 6) else "date_unreadable")


def _of_text(raw: str, epoch_1904: bool, zone: str) -> date | datetime | None:
    text = half_width(tidy(raw)[0]).translate(_DOTS).strip("'\"` ").lower()
    if not text or text in synonyms.FILLERS:
        return None
    if len(text) > _LONGEST:
        raise Unreadable("date_unreadable")
    if re.fullmatch(r"\d+(\.\d+)?", text) and (len(text) != 6 or "." in text):
        number = float(text) if "." in text else int(text)
        if not (1000 <= number < 10000):
            return _of_number(number, epoch_1904)
    if text.isdecimal():
        return _of_digits(text)
    text = re.sub(r"\s+", " ", _WEEKDAY.sub(" ", text)).strip(" ,()")
    day_text, clock, offset = _split_clock(text)
    day = _of_day_text(day_text)
    if day is None or clock is None:
        return day
    moment = datetime.combine(day, clock)
    if offset:
        aware = datetime.fromisoformat(f"{moment.isoformat()}{'+00:00' if offset == 'z' else offset}")
        moment = aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment


def _split_clock(text: str) -> tuple[str, time | None, str]:
    """Return the part before the time of day, the time of day, and its zone as written."""
    for match in _CLOCK.finditer(text):
        if match.end() != len(text) or match.start() == 0:
            continue
        head = (
            text[: match.start()].rstrip(" t") if text[match.start() - 1] in " t" else text[: match.start()]
        )
        marker = (match["before"] or match["after"] or "").lower()
        hour = _hour(int(match["hour"]), marker)
        minute = 30 if match["half"] else int(match["minute"] or 0)
        return head, _time(hour, minute, int(match["second"] or 0)), (match["zone"] or "").lower()
    return text, None, ""


def _hour(hour: int, marker: str) -> int:
    if marker in synonyms.NOON:
        return hour + 12 if hour < 10 else hour  # noon begins at eleven
    if marker in synonyms.AFTERNOON and hour < 12:
        return hour + 12
    if marker in synonyms.MORNING and hour == 12:
        return 0
    return hour


def _of_day_text(text: str) -> date | None:
    text = text.strip(" ,.")
    if text in synonyms.FILLERS:
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(*match.groups())
    if match := _SIGNS.fullmatch(text):
        return _day(*match.groups())
    if match := _YEAR_LAST.fullmatch(text):
        return _day_and_month(*match.groups())
    if match := _NAMED_DAY_FIRST.fullmatch(text):
        return _named(match[2], match[1], match[3])
    if match := _NAMED_MONTH_FIRST.fullmatch(text):
        return _named(match[1], match[2], match[3])
    if text.isdecimal() and len(text) == 8:
        return _day(text[:4], text[4:6], text[6:])
    if _NO_DAY.fullmatch(text):
        raise Unreadable("date_incomplete")
    if _TWO_DIGITS.fullmatch(text):
        raise Unreadable("date_two_digit_year")
    raise Unreadable("date_unreadable")


def _day_and_month(first: str, second: str, year: str) -> date:
    """Read ``13/05/2023``: one of the two must be above 12, or both the same."""
    if int(first) > 12 or first == second:
        return _day(year, second, first)
    if int(second) > 12:
        return _day(year, first, second)
    raise Unreadable("date_ambiguous")


def _named(month: str, day: str, year: str) -> date:
    if month[:3] not in _MONTHS:
        raise Unreadable("date_unreadable")
    return _day(year, str(_MONTHS[month[:3]]), day)


def _day(year: str, month: str, day: str) -> date:
    if len(year) != 4:
        raise Unreadable("date_two_digit_year")
    if (int(year), int(month), int(day)) in ((0, 0, 0), (1900, 1, 0)):  # MySQL's and Excel's day zero
        return date(1, 1, 1)
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise Unreadable("date_impossible") from error


def _time(hour: int, minute: int, second: int) -> time:
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise Unreadable("time_impossible") from error
