"""Lists and ranges of VINs as people paste them or makers send them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core import sheets
from apps.core import vin as vins
from apps.customers.models.campaign import serial

MOST = 200_000
BETWEEN = re.compile(r"[\s,;~\-\u2013\u2014\uff5e\uff0c\u81f3]+")
"""What stands between the first and the last of a range: blanks, dashes, or the Chinese word for *to*."""


@dataclass
class VinList:
    """What could be read, and ``(row, text, why)`` of what could not."""

    found: list[str] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def of_text(text: str) -> VinList:
    """One row a line; the VIN may stand in any column."""
    return of_rows(sheets.of_text(text))


def of_rows(rows: Iterable[list[str]]) -> VinList:
    """The same of rows that were read already."""
    return _read(enumerate(rows, start=1))


def ranges(text: str) -> list[tuple[str, str]]:
    """``first – last``, one range a line, a single VIN standing for itself.

    Raises ValidationError with a sentence for each line that is none.
    """
    read, errors = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            read.append(_range(line))
        except ValidationError as error:
            errors.append(_("Line %(n)d: %(why)s") % {"n": number, "why": " ".join(error.messages)})
    if errors:
        raise ValidationError(errors)
    return read


def _range(line: str) -> tuple[str, str]:
    ends = [vins.normalise(piece) for piece in BETWEEN.split(line) if piece]
    if not 1 <= len(ends) <= 2:
        raise ValidationError(_("Write the first and the last VIN of the range."))
    for vin in ends:
        vins.validate(vin, allow_check_digit=True)
    first, last = ends[0], ends[-1]
    if serial(first) > serial(last):
        raise ValidationError(_("The last VIN stands before the first one."))
    return first, last


def _read(rows: Iterable[tuple[int, list[str]]]) -> VinList:
    read = VinList()
    known: set[str] = set()
    for number, cells in rows:
        if len(known) >= MOST:
            read.refused.append((number, "", _("A list holds at most %(n)s VINs.") % {"n": f"{MOST:,}"}))
            break
        vin = _vin_of(number, cells, read)
        if vin and vin not in known:
            known.add(vin)
            read.found.append(vin)
    return read


def _vin_of(number: int, cells: list[str], read: VinList) -> str:
    """The VIN of a row; of a row without one, the cell that is nearest to it is refused, a heading is not."""
    candidates = [vins.normalise(cell) for cell in cells]
    good = [vin for vin in candidates if vins.problem(vin) in (None, vins.VinProblem.CHECK_DIGIT)]
    if good:
        return good[0]
    looks = [c for c in candidates if len(c) >= 8 and any(x.isdigit() for x in c) and c.isascii()]
    if looks:
        longest = max(looks, key=len)
        try:
            vins.validate(longest)
        except ValidationError as error:
            read.refused.append((number, longest[:40], " ".join(error.messages)))
    return ""
