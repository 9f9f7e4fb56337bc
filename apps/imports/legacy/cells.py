"""One cell at a time: text without invisible dirt, and the shapes that spreadsheets give to codes.

Readers hand over ``str | int | float | bool | datetime | date | time | CellError | None``.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.synonyms import FILLERS


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a value. ``code``: cell_is_error (#N/A …) or formula_without_value."""

    code: str
    shown: str


Raw = str | int | float | bool | datetime | date | time | CellError | None

LOST = "\ufffd"
EXCEL_DIGITS = 10**15
"""Excel keeps 15 digits of a number; longer codes saved as numbers have lost their end."""

_LINE_BREAKS = re.compile(r"[ \t]*(?:\r\n|\r|\n|\x0b|\x0c|\u2028|\u2029|\x85)\s*")
_AS_FORMULA = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,2}")
_INTEGRAL = re.compile(r"(\d{5,})\.0+")
_KEPT_CONTROLS = "\n\t"


def is_clean(text: str) -> bool:
    """Whether ``text`` has neither invisible characters nor blanks at its ends (the fast path)."""
    return text.isprintable() and not (text[:1] == " " or text[-1:] == " ")


def tidy(text: str, *, lines: bool = False) -> tuple[str, bool]:
    """Return ``text`` without invisible characters and outer blanks, and whether it held invisible ones.

    Blanks of all widths at the ends go without mention. Line breaks become one blank, with ``lines``
    one ``\\n``. Widths of letters are left alone: a name may be full-width.
    """
    if is_clean(text):
        return text, False
    text = _LINE_BREAKS.sub("\n" if lines else " ", text)
    kept = "".join(character for character in text if _visible(character))
    return kept.replace("\xa0", " ").replace("\t", " ").strip(), len(kept) != len(text)


def _visible(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def as_text(raw: Raw) -> str:
    """Return what a person reads in the cell, untidied; empty for None. Raises Unreadable for an error cell.

    Whole floats lose ``.0``. Raises ``digits_lost`` for numbers beyond Excel's 15 digits.
    """
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, CellError):
        raise Unreadable(raw.code)
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        if abs(raw) >= EXCEL_DIGITS:
            raise Unreadable("digits_lost")
        return str(int(raw)) if raw == int(raw) else repr(raw)
    if isinstance(raw, datetime) and raw.time() == time.min:
        raw = raw.date()
    return raw.isoformat(*([" "] if isinstance(raw, datetime) else []))


def as_code(raw: Raw) -> tuple[str, bool]:
    """Return a code (number, VIN, plate, phone) as text, and whether it held invisible characters.

    Takes off what spreadsheets put on: a leading apostrophe, ``="…"``, and ``.0`` behind a whole number.
    Nothing is guessed: lost leading zeros stay lost. Raises Unreadable for an error cell, ``digits_lost``
    for a number in scientific notation with fewer digits than it needs, ``code_became_date`` where Excel
    took ``3-1`` for a day.
    """
    if isinstance(raw, date | time):
        raise Unreadable("code_became_date")
    text, dirty = tidy(as_text(raw))
    if match := _AS_FORMULA.fullmatch(text):
        text = match[1].strip()
    text = text.lstrip("'`\u2018\u2019").strip() if text[:1] in "'`\u2018\u2019" else text
    if _SCIENTIFIC.fullmatch(text):
        return whole_of_scientific(text), dirty
    if match := _INTEGRAL.fullmatch(text):
        text = match[1]
    return text, dirty


def whole_of_scientific(text: str) -> str:
    """Return ``13812345678`` for ``1.3812345678E+10``; raises ``digits_lost`` for ``1.38E+10``.

    A number that truly ends in zeros looks the same as one that was cut, so it is refused too.
    """
    mantissa, exponent = re.split("[eE]", text)
    if len(mantissa.replace(".", "")) != int(exponent) + 1:
        raise Unreadable("digits_lost")
    try:
        return str(int(Decimal(text)))
    except (InvalidOperation, ValueError) as error:
        raise Unreadable("digits_lost") from error


def is_filler(text: str, words: frozenset[str] = FILLERS) -> bool:
    """Whether ``text`` only says that there is nothing, as 无, ``-`` or ``NULL`` do."""
    return text.lower() in words
