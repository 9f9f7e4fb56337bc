"""Telephone numbers, VINs and plates of a row: read, mended where the meaning is certain, or rejected."""

import re

from django.core.exceptions import ValidationError

from apps.core import phones, plates, vin
from apps.core.vin import VinProblem
from apps.core.widths import half_width
from apps.imports.legacy.cells import LOST, Raw, as_code, is_filler
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.synonyms import NO_PLATE, PHONE_REMARK, PHONE_SEPARATORS
from apps.imports.legacy.verdicts import Draft

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_BARE_MOBILE = re.compile(r"1\d{10}", re.ASCII)
_SEPARATORS = re.compile(PHONE_SEPARATORS)
_REMARK = re.compile(PHONE_REMARK)
_FEWEST_DIGITS = 7

_PHONE_CODES = {
    "missing": "phone_missing",
    "too_short": "phone_too_short",
    "too_long": "phone_too_long",
    "digits_lost": "phone_digits_lost",
}


def read_phone(draft: Draft, name: str = "phone") -> str:
    """Return the telephone number of the row as E.164; empty, with a reason to reject, if there is none.

    A missing number is taken from a surplus column of the same meaning. Of several numbers in one cell the
    first valid one counts; the cell's text is kept.
    """
    cells: list[Raw] = [draft.raw(name), *draft.record.others.get(name, ())]
    failures = []
    for index, raw in enumerate(cells):
        found, problem, repair = _one_phone(raw)
        if found:
            if index:
                draft.repair("phone_from_other_column")
            if repair:
                draft.repair(repair)
            if repair == "phone_several":
                draft.keep(name, str(raw))
            return found
        failures.append(problem)
    draft.reject(next((code for code in failures if code != "phone_missing"), "phone_missing"))
    return ""


def _one_phone(raw: Raw) -> tuple[str, str, str]:
    """Return number, problem, repair; number or problem is empty."""
    try:
        text, _dirty = as_code(raw)
    except Unreadable as error:
        return "", _PHONE_CODES.get(error.code, error.code), ""
    if not text or is_filler(text):
        return "", "phone_missing", ""
    try:
        number = phones.normalise(text)
    except ValidationError as error:
        if several := _first_of_several(text):
            return several, "", "phone_several"
        return "", _PHONE_CODES.get(error.code or "", "phone_impossible"), ""
    return number, "", _phone_repair(text, number, isinstance(raw, str) and text != raw.strip())


def _phone_repair(text: str, number: str, unwrapped: bool) -> str:
    if _FULL_WIDTH.search(text):
        return "phone_full_width"
    if unwrapped:
        return "phone_formatted"
    if text == number or (text.isdecimal() and number == f"+86{text.removeprefix('0')}"):
        return ""
    return "phone_formatted"


def _first_of_several(text: str) -> str:
    bare = _REMARK.sub("", half_width(text))
    for piece in [bare, *_SEPARATORS.split(bare)]:
        if sum(character.isdecimal() for character in piece) < _FEWEST_DIGITS:
            continue
        try:
            return phones.normalise(piece)
        except ValidationError:
            continue
    return ""


def read_vin(draft: Draft, *, missing: str = "vin_missing") -> str:
    """Return the normalised VIN of the row; empty, with a reason to reject, if it is wrong.

    With an empty ``missing`` an empty cell is no reason.
    """
    text = draft.code("vin", longest=60, missing=missing)
    if not text:
        return ""
    normal = vin.normalise(text)
    match vin.problem(normal):
        case VinProblem.LENGTH:
            draft.reject("vin_too_short" if len(normal) < vin.LENGTH else "vin_too_long")
        case VinProblem.ALPHABET:
            draft.reject("vin_with_i_o_q" if set(normal) & set("IOQ") else "vin_alphabet")
        case VinProblem.CHECK_DIGIT:
            draft.reject("vin_check_digit")
        case _:
            if normal != draft.raw("vin"):
                draft.repair("vin_normalised")
            return normal
    return ""


def read_plate(draft: Draft) -> str:
    """Return the normalised plate of the row, empty for an empty cell or a new car without plate.

    A plate that is none is a reason to reject.
    """
    text = draft.code("plate", longest=30)
    if not text:
        return ""
    if text.lower() in NO_PLATE:
        draft.note("filler_emptied", "plate")
        return ""
    normal = plates.normalise(text)
    if plates.kind(normal) is None:
        draft.reject("plate_with_i_o" if set(normal[1:]) & set("IO") else "plate_not_a_plate")
        return ""
    if normal != text or LOST in text:
        if _FULL_WIDTH.search(text):
            draft.repair("plate_full_width")
        elif normal != text.upper():
            draft.repair("plate_dotted")
        else:
            draft.repair("plate_lower_case")
    return normal
