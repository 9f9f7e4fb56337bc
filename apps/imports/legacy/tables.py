"""One table of an export, streamed as records with named fields."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from apps.core.widths import half_width
from apps.imports.legacy import csvfile
from apps.imports.legacy.cells import LOST, CellError, Raw, tidy
from apps.imports.legacy.headers import Header, is_header_again
from apps.imports.legacy.synonyms import CUSTOMERS, FOOTER_PAGE, FOOTER_STARTS, TOTAL_WORDS
from apps.imports.legacy.xlsxfile import Sheet, Workbook

_FOOTER_PAGE = re.compile(FOOTER_PAGE)
_LONGEST_EXTRA = 1000


@dataclass(slots=True)
class Record:
    """A row of the table. ``row`` counts as Excel does, from 1, blank lines and titles included.

    ``values`` holds the raw cell of every known column, ``others`` those of surplus columns of a field,
    ``extra`` the texts of unknown columns by title. ``faults``: codes of what is wrong with the whole row.
    """

    row: int
    values: dict[str, Raw]
    others: dict[str, list[Raw]] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that is no row: ``total_line``, ``header_again`` or ``footer``."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found and understood; nothing of it is in memory but its titles."""

    path: Path
    header: Header
    sheet: Sheet | None = None
    encoding: str = ""
    separator: str = ""
    epoch_1904: bool = False
    name: str = ""
    """The file's name, with the sheet's behind it where several sheets of the workbook are read."""

    @property
    def kind(self) -> str:
        """``customers``, ``vehicles`` or ``history``."""
        return self.header.kind

    def records(self) -> Iterator[Record | Skipped]:
        """Yield the rows below the titles, blank ones left out. Memory does not grow with their number."""
        for row, cells, faults in self._lines():
            if row <= self.header.row or is_blank(cells):
                continue
            if reason := self._skip_reason(cells):
                yield Skipped(row, reason)
            else:
                yield self._record(row, cells, faults)

    def _lines(self) -> Iterator[tuple[int, Sequence[Raw], tuple[str, ...]]]:
        if self.sheet is None:
            for line in csvfile.read_lines(self.path, self.encoding, self.separator):
                faults: tuple[str, ...] = ("quote_never_closed",) if line.broken else ()
                if not is_blank(line.cells[self.header.width :]):
                    faults += ("more_cells_than_titles",)
                yield line.row, line.cells, faults
        else:
            with Workbook(self.path) as workbook:
                for row in workbook.rows(self.sheet):
                    yield row.row, row.cells, ()

    def _skip_reason(self, cells: Sequence[Raw]) -> str:
        filled = [(n, cell) for n, cell in enumerate(cells) if not _is_empty(cell)]
        column, first = filled[0]
        if isinstance(first, str):
            word = half_width(tidy(first)[0]).lower().replace(" ", "").rstrip(":.")
            if (word in _TOTAL_WORDS or word.partition(":")[0] in _TOTAL_WORDS) and self._may_be_total(
                column, cells
            ):
                return "total_line"
            if len(filled) <= 2 and self._is_footer(first):
                return "footer"
        return "header_again" if is_header_again(self.header, cells) else ""

    def _may_be_total(self, column: int, cells: Sequence[Raw]) -> bool:
        """A customer may bear a name that is such a word: then a telephone number stands beside it."""
        if self.kind != CUSTOMERS or column != self.header.columns["name"]:
            return True
        phone = self.header.columns["phone"]
        return phone >= len(cells) or _is_empty(cells[phone])

    def _is_footer(self, first: str) -> bool:
        text = half_width(tidy(first)[0]).lower()
        return text.startswith(FOOTER_STARTS) or bool(_FOOTER_PAGE.search(text))

    def _record(self, row: int, cells: Sequence[Raw], faults: tuple[str, ...]) -> Record:
        header, count = self.header, len(cells)
        values = {name: cells[n] if n < count else None for name, n in header.columns.items()}
        others = {
            name: [cells[n] for n in columns if n < count and not _is_empty(cells[n])]
            for name, columns in header.others.items()
        }
        extra = {}
        for column, title in header.extra.items():
            if column < count and not _is_empty(cells[column]):
                extra[title] = _plain(cells[column])[:_LONGEST_EXTRA]
        return Record(row, values, others, extra, faults)


_TOTAL_WORDS = frozenset(word.replace(" ", "") for word in TOTAL_WORDS)


def _is_empty(cell: Raw) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip("\u200b\ufeff \t\r\n\xa0\u3000"))


def is_blank(cells: Sequence[Raw]) -> bool:
    """Whether no cell shows anything."""
    return all(_is_empty(cell) for cell in cells)


def _plain(cell: Raw) -> str:
    if isinstance(cell, CellError):
        return cell.shown
    return tidy(str(cell), lines=True)[0].replace(LOST, "?")
