"""Which line of a table holds the column titles, what kind of table it is, and which column holds what."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.imports.legacy.cells import Raw, tidy
from apps.imports.legacy.synonyms import FILE_NAMES, KINDS, MANDATORY, TELLING, TITLES

SEARCHED_LINES = 40
"""Titles stand in the first lines that are not blank, below a heading and a query line or two."""

_BRACKETS = re.compile(r"[(\[{【〔《<].*?[)\]}】〕》>]")
_NOISE = re.compile(r"[\s*:：_·.#/\\-]+")


def title_key(title: str) -> str:
    """Return the form in which titles are compared: half-width, lower case, no blanks, stars, brackets."""
    text = unicodedata.normalize("NFKC", tidy(title)[0]).lower()
    bare = _NOISE.sub("", _BRACKETS.sub("", text))
    return bare or _NOISE.sub("", text)


_KNOWN: dict[str, dict[str, tuple[str, int]]] = {
    kind: {
        title_key(title): (name, rank)
        for name, titles in reversed(fields.items())
        for rank, title in enumerate(titles)
    }
    for kind, fields in TITLES.items()
}


@dataclass(frozen=True, slots=True)
class Header:
    """The titles of one table. Columns count from 0.

    ``columns`` maps each known field to its column, ``others`` the surplus columns of a field that has
    several (a second telephone number), ``extra`` unknown columns to a title that is unique in the table.
    """

    kind: str
    row: int
    width: int
    columns: dict[str, int]
    others: dict[str, tuple[int, ...]] = field(default_factory=dict)
    extra: dict[int, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The mandatory fields without column; ``a|b`` where either would do."""
        return missing_fields(self.kind, self.columns)


def missing_fields(kind: str, columns: dict[str, int]) -> list[str]:
    """Return the mandatory fields of ``kind`` that ``columns`` lacks."""
    return [asked for asked in MANDATORY[kind] if not any(name in columns for name in asked.split("|"))]


def hinted_kind(name: str) -> str | None:
    """Return the kind of table that a file or sheet name speaks of, or None."""
    lowered = name.lower()
    return next((kind for kind, parts in FILE_NAMES.items() if any(p in lowered for p in parts)), None)


def find_header(lines: Sequence[tuple[int, Sequence[Raw]]], hint: str | None = None) -> Header | None:
    """Return the header among the first ``lines`` (number, cells), or None if no line looks like one.

    The line and kind with the most known titles win, complete ones first; ``hint`` (a kind) breaks ties.
    The result may lack mandatory columns: see ``Header.missing``.
    """
    best: tuple[tuple[bool, int, bool, int], Header] | None = None
    for row, cells in lines[:SEARCHED_LINES]:
        if sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells) < 2:
            continue
        for kind in KINDS:
            header = read_header(row, cells, kind)
            if len(header.columns) < 2:
                continue
            telling = sum(name in header.columns for name in TELLING[kind])
            rank = (not header.missing, len(header.columns) + telling, kind == hint, -row)
            if best is None or rank > best[0]:
                best = (rank, header)
    return best[1] if best else None


def read_header(row: int, cells: Sequence[Raw], kind: str) -> Header:
    """Return the columns that ``cells`` mean, taken for titles of a table of ``kind``."""
    keys = [title_key(cell) if isinstance(cell, str) else "" for cell in cells]
    found: dict[str, list[tuple[int, int]]] = {}
    for column, key in enumerate(keys):
        if key in _KNOWN[kind]:
            name, rank = _KNOWN[kind][key]
            found.setdefault(name, []).append((rank, column))
    columns, others = {}, {}
    for name, places in found.items():
        places.sort()
        columns[name] = places[0][1]
        others[name] = tuple(column for _rank, column in places[1:])
    taken = set(columns.values())
    extra = _extra_titles(cells, taken)
    width = max((column for column, key in enumerate(keys) if key), default=-1) + 1
    return Header(kind, row, width, columns, {n: c for n, c in others.items() if c}, extra, tuple(keys))


def _extra_titles(cells: Sequence[Raw], taken: set[int]) -> dict[int, str]:
    extra: dict[int, str] = {}
    seen: dict[str, int] = {}
    for column, cell in enumerate(cells):
        title = tidy(str(cell))[0] if cell is not None else ""
        if not title:
            continue
        seen[title] = seen.get(title, 0) + 1
        if column not in taken:
            extra[column] = title if seen[title] == 1 else f"{title} ({seen[title]})"
    return extra


def is_header_again(header: Header, cells: Sequence[Raw]) -> bool:
    """Whether a line in the middle repeats the titles, as printed pages and joined exports do."""
    same = known = 0
    for column, key in enumerate(header.keys):
        if not key:
            continue
        known += 1
        cell = cells[column] if column < len(cells) else None
        same += isinstance(cell, str) and title_key(cell) == key
    return same * 2 > known and same >= 2
