"""Tables that people paste or choose (text, CSV or XLSX), as rows of text cells; and CSV to take away."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LARGEST_FILE = 10 * 1024 * 1024
BROKEN = (zipfile.BadZipFile, SyntaxError, KeyError, IndexError, TypeError, ValueError, OSError)
"""What reading a file raises that is none of these tables; broken XML is a SyntaxError."""
SIGNS = ("\t", ";", "\N{FULLWIDTH COMMA}")
"""What separates cells beside the comma; a pasted spreadsheet brings tabs."""


def of_text(text: str) -> Iterator[list[str]]:
    """The rows of ``text``; cells are stripped, ``="0123"`` is 0123. Blank lines are empty rows."""
    sign = next((sign for sign in SIGNS if sign in text.partition("\n")[0]), None)
    for line in text.splitlines():
        for other in () if sign else SIGNS:
            line = line.replace(other, ",")
        try:
            row = next(csv.reader([line], delimiter=sign or ","), [])
        except csv.Error:  # a cell longer than any table has: read as it stands
            row = line.split(sign or ",")
        yield [cell.strip(" \u3000\t\"'=") for cell in row]


def of_file(name: str, file: BinaryIO) -> list[list[str]]:
    """An XLSX's first sheet, or a text in UTF-8 or GB18030. Raises ValidationError ``unreadable``."""
    try:
        if not name.lower().endswith(".xlsx"):
            return list(of_text(_decoded(file.read())))
        sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
        return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except BROKEN as error:
        raise ValidationError(
            _("“%(name)s” cannot be read. Save it as .xlsx or .csv and choose it again.") % {"name": name},
            code="unreadable",
        ) from error


def as_text(rows: list[list[str]]) -> str:
    """What ``of_text`` reads as ``rows`` again."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()


def csv_line(cells: list[str]) -> str:
    """One line of a CSV file for Excel, which may take no cell for a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{c}" if c.startswith(FORMULA_STARTS) else c for c in cells])
    return out.getvalue()


def refuse_large(file: Any) -> None:
    """Raises ValidationError ``too_large`` for an uploaded file over 10 MB."""
    if file and file.size > LARGEST_FILE:
        raise ValidationError(_("The file is larger than 10 MB. Split it."), code="too_large")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if not (value.hour or value.minute) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")
