"""Amounts, readings and hours out of cells."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from apps.core import money
from apps.core.widths import half_width
from apps.imports.legacy import synonyms
from apps.imports.legacy.cells import CellError, Raw, tidy
from apps.imports.legacy.errors import Unreadable

HIGHEST_MILEAGE_KM = 3_000_000
"""No road vehicle has been driven further; more is a slip of the key."""
MILEAGE_FILLERS = frozenset({0, 1, 11, 999_999, 9_999_999})
"""What clerks typed where the old system demanded a reading."""
HIGHEST_HOURS = Decimal(1000)

_PLAIN_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
_CURRENCY = re.compile(rf"{synonyms.CURRENCY}|[,\s]", re.IGNORECASE)
_MILEAGE = re.compile(
    rf"(-?\d[\d,. ]*?)\s*([{synonyms.TEN_THOUSAND}])?\s*{synonyms.MILEAGE_UNITS}?", re.IGNORECASE
)
_GROUPED = re.compile(r"\d{1,3}([, ]\d{3})+(\.\d+)?|\d+(\.\d+)?")
_HOURS = re.compile(rf"(\d+(?:\.\d+)?)\s*{synonyms.HOUR_UNITS}?", re.IGNORECASE)


def read_amount(raw: Raw) -> tuple[Decimal | None, str]:
    """Return yuan to the fen (None for an empty cell) and the repair that it took, if any.

    The repair is ``amount_formatted``, ``amount_rounded`` or empty. Raises Unreadable.
    """
    if raw is None:
        return None, ""
    if isinstance(raw, bool | datetime | date | time):
        raise Unreadable("amount_unreadable")
    if isinstance(raw, CellError):
        raise Unreadable(raw.code)
    if isinstance(raw, int | float):
        return _rounded(str(raw) if isinstance(raw, int) else f"{raw:.6f}", "")
    text = tidy(raw)[0].strip("'")
    if not text or text.lower() in synonyms.FILLERS:
        return None, ""
    repair = "" if _PLAIN_AMOUNT.fullmatch(text) and text.isascii() else "amount_formatted"
    try:
        return money.parse_amount(text), repair
    except ValidationError as error:
        if error.code != "too_precise":
            raise Unreadable("amount_unreadable") from error
        return _rounded(_CURRENCY.sub("", half_width(text)), repair)


def _rounded(text: str, repair: str) -> tuple[Decimal, str]:
    try:
        exact = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("amount_unreadable") from error
    if abs(exact) >= money.LIMIT:
        raise Unreadable("amount_unreadable")
    value = money.fen(exact)
    return value, repair if value == exact else "amount_rounded"


def read_mileage(raw: Raw) -> tuple[int | None, str]:
    """Return whole kilometres (None if unknown) and a note, if any.

    Notes: ``mileage_unknown``, ``mileage_rounded``. Raises Unreadable with ``mileage_unreadable``,
    ``mileage_implausible`` or the code of an error cell.
    """
    if isinstance(raw, CellError):
        raise Unreadable(raw.code)
    if raw is None:
        return None, ""
    if isinstance(raw, bool | datetime | date | time):
        raise Unreadable("mileage_unreadable")
    value = Decimal(str(raw)) if isinstance(raw, int | float) else _kilometres(raw)
    if value is None:
        return None, ""
    if value in MILEAGE_FILLERS:
        return None, "mileage_unknown"
    if not 0 <= value <= HIGHEST_MILEAGE_KM:
        raise Unreadable("mileage_implausible")
    return int(value), "" if value == int(value) else "mileage_rounded"


def _kilometres(raw: str) -> Decimal | None:
    text = half_width(tidy(raw)[0]).strip("'").strip()
    if not text or text.lower() in synonyms.FILLERS:
        return None
    match = _MILEAGE.fullmatch(text)
    if match is None or not _GROUPED.fullmatch(match[1].lstrip("-").strip()):
        raise Unreadable("mileage_unreadable")
    number = Decimal(re.sub("[, ]", "", match[1]))
    return number * 10_000 if match[2] else number


def read_hours(raw: Raw) -> Decimal | None:
    """Return labour hours, two decimals, None for an empty cell. Raises Unreadable (``hours_unreadable``)."""
    if raw is None:
        return None
    if isinstance(raw, CellError):
        raise Unreadable(raw.code)
    if isinstance(raw, bool | datetime | date | time):
        raise Unreadable("hours_unreadable")
    text = half_width(tidy(str(raw))[0]).strip("'")
    if not text or text.lower() in synonyms.FILLERS:
        return None
    match = _HOURS.fullmatch(text)
    if match is None or Decimal(match[1]) >= HIGHEST_HOURS:
        raise Unreadable("hours_unreadable")
    return Decimal(match[1]).quantize(Decimal("0.01"))
