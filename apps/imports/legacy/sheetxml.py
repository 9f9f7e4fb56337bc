"""The rows of one worksheet out of its XML, by expat, in pieces as they arrive."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers import expat

from apps.imports.legacy.cells import CellError, Raw

LONGEST_CELL = 40_000
"""Excel allows 32,767 characters; what lies behind is dropped."""
WIDEST_ROW = 1024

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile(r"([A-Za-z]{1,3})")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as the sheet counts it (1-based) and its cells from column A on."""

    row: int
    cells: list[Raw]


class SheetParser:
    """Turns pieces of a worksheet's XML into rows. Position tags may be missing or wrong; order counts."""

    def __init__(
        self,
        shared_text: Callable[[int], str | CellError],
        date_styles: frozenset[int],
        *,
        epoch_1904: bool,
    ) -> None:
        self._shared_text = shared_text
        self._date_styles = date_styles
        self._epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
        self._ready: list[SheetRow] = []
        self._row = 0
        self._cells: list[Raw] = []
        self._columns: dict[str, int] = {}
        self._cell: dict[str, str] = {}
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._has_value = False
        self._into: list[str] | None = None
        self._phonetic = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = refuse_doctype

    def feed(self, chunk: bytes, *, final: bool = False) -> list[SheetRow]:
        """Return the rows that ``chunk`` completes. Raises ExpatError for broken XML."""
        self._parser.Parse(chunk, final)
        ready, self._ready = self._ready, []
        return ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._cell = attributes
            self._value, self._formula = [], None
            self._has_value = False
        elif tag == "v":
            self._into = self._value
            self._has_value = True
        elif tag == "t":
            self._into = None if self._phonetic else self._value
            self._has_value = True
        elif tag == "f":
            self._into = self._formula = []
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._cells = []
        elif tag == "rPh":
            self._phonetic += 1

    def _data(self, text: str) -> None:
        if self._into is not None and len(self._into) < LONGEST_CELL:
            self._into.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag in ("v", "t", "f"):
            self._into = None
        elif tag == "c":
            self._place()
        elif tag == "row":
            if self._cells:
                self._ready.append(SheetRow(self._row, self._cells))
        elif tag == "rPh":
            self._phonetic -= 1

    def _place(self) -> None:
        """Put the finished cell into its column; cells without value leave the row as short as it is."""
        reference = self._cell.get("r", "")
        column = self._column(reference) if reference else len(self._cells)
        if column >= WIDEST_ROW:
            return
        missing = column - len(self._cells)
        if missing > 0:
            self._cells.extend([None] * missing)
        value = self._read()
        if missing < 0:
            self._cells[column] = value
        else:
            self._cells.append(value)

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if (known := self._columns.get(letters)) is not None:
            return known
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - 64
        self._columns[letters] = column - 1
        return column - 1 if _COLUMN.fullmatch(letters) else len(self._cells)

    def _read(self) -> Raw:
        text = "".join(self._value)[:LONGEST_CELL]
        kind = self._cell.get("t", "n")
        # openpyxl writes an empty result where it knows none; Excel's empty text is of kind "str".
        if self._formula is not None and not text and not (self._has_value and kind == "str"):
            return CellError("formula_without_value", "=" + "".join(self._formula)[:LONGEST_CELL])
        if not self._has_value:
            return None
        if kind == "s":
            return self._shared_text(int(text)) if text.strip().isdecimal() else None
        if kind in ("inlineStr", "str"):
            return unescape(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return CellError("cell_is_error", text)
        if kind == "d":
            return text
        return self._number(text.strip())

    def _number(self, text: str) -> Raw:
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            return text
        if number != number or number in (float("inf"), float("-inf")):
            return CellError("cell_is_error", text)
        style = self._cell.get("s", "")
        if style.isdecimal() and int(style) in self._date_styles:
            return self._moment(number)
        return int(number) if number.is_integer() else number

    def _moment(self, number: float) -> Raw:
        try:
            if 0 < number < 1:
                return (datetime.min + _days(number)).time()
            # Excel counts a 29 February 1900 that never was.
            return self._epoch + _days(number + 1 if number < 60 and self._epoch.year == 1899 else number)
        except (OverflowError, ValueError):
            return int(number) if number.is_integer() else number


def _days(number: float) -> timedelta:
    """Return Excel's days to the millisecond: its fractions carry dust."""
    return timedelta(milliseconds=round(number * 86_400_000))


def unescape(text: str) -> str:
    """Return ``text`` with Excel's ``_x000D_`` escapes resolved."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def refuse_doctype(*_args: object) -> None:
    """Handler for expat: no workbook has a DOCTYPE; one that has could explode."""
    raise expat.ExpatError("a workbook has no DOCTYPE")
