"""A directory of exports: which of its files are tables of customers, vehicles and visits."""

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from apps.imports.legacy import csvfile
from apps.imports.legacy.cells import Raw
from apps.imports.legacy.errors import FileRefused
from apps.imports.legacy.headers import SEARCHED_LINES, Header, find_header, hinted_kind
from apps.imports.legacy.synonyms import KINDS, TITLES
from apps.imports.legacy.tables import Table, is_blank
from apps.imports.legacy.xlsxfile import Sheet, Workbook

_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".et"})
Lines = tuple[int, Sequence[Raw]]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class Folder:
    """What a directory holds. ``tables`` stand in the order of import, then by name.

    ``refused`` files were meant as tables and cannot be read; ``ignored`` (name, why) are not tables.
    An import with refused files should not start: half an export makes orphans.
    """

    path: Path
    tables: list[Table] = field(default_factory=list)
    refused: list[FileRefused] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)


def open_folder(path: Path) -> Folder:
    """Look at every file of ``path`` (not of its sub-folders) and return what it holds.

    Files are told by their first bytes and column titles; names are hints. Raises NotADirectoryError.
    """
    if not path.is_dir():
        raise NotADirectoryError(path)
    folder = Folder(path)
    for file in sorted(path.iterdir(), key=_natural):
        if not file.is_file() or file.suffix.lower() not in _SUFFIXES or file.name.startswith(("~$", ".")):
            continue
        try:
            _open_file(file, folder)
        except FileRefused as refusal:
            _refuse(folder, refusal)
    folder.tables.sort(key=lambda table: KINDS.index(table.kind))  # stable: names stay in order
    return folder


def _refuse(folder: Folder, refusal: FileRefused) -> None:
    """A file that cannot be read stops the import; one that speaks of something else is only named."""
    if refusal.code in ("no_header", "not_a_table") and hinted_kind(refusal.path.stem) is None:
        folder.ignored.append((refusal.path.name, str(refusal)))
    else:
        folder.refused.append(refusal)


def _open_file(path: Path, folder: Folder) -> None:
    with path.open("rb") as file:
        head = file.read(8192)
    if not head:
        raise FileRefused(path, "empty")
    if head.startswith(_OLE):
        raise FileRefused(path, "protected" if _is_encrypted(path) else "old_excel")
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        raise FileRefused(path, "web_page")
    if start.startswith(b"<?xml") and b"workbook" in start:
        raise FileRefused(path, "xml_spreadsheet")
    if start.startswith(b"mime-version") or b"<html" in start[:2048]:
        raise FileRefused(path, "web_page")
    if head.startswith(b"PK"):
        _open_workbook(path, folder)
    else:
        folder.tables.append(_text_table(path))


def _is_encrypted(path: Path) -> bool:
    """Whether an OLE container holds a locked workbook rather than an old one (its directory says so)."""
    with path.open("rb") as file:
        previous = b""
        while chunk := file.read(1 << 20):
            if _ENCRYPTED in previous[-64:] + chunk:
                return True
            previous = chunk
    return False


def _text_table(path: Path) -> Table:
    encoding = csvfile.detect_encoding(path)
    best: tuple[Header, str] | None = None
    for separator in csvfile.SEPARATORS:
        with closing(csvfile.read_lines(path, encoding, separator)) as lines:
            first = _first_lines((line.row, line.cells) for line in lines)
        header = find_header(first, hinted_kind(path.stem))
        if header and (best is None or _richness(header) > _richness(best[0])):
            best = (_widened(header, first), separator)
    if best is None:
        raise FileRefused(path, "no_header")
    header, separator = best
    _check_columns(path, header)
    return Table(path, header, encoding=encoding, separator=separator, name=path.name)


def _widened(header: Header, lines: Sequence[Lines]) -> Header:
    """Let columns without title belong to the table if most rows fill them: then nothing has shifted."""
    counts = sorted(_filled_width(cells) for row, cells in lines if row > header.row)
    usual = counts[len(counts) // 2] if counts else 0
    return replace(header, width=max(header.width, usual))


def _filled_width(cells: Sequence[Raw]) -> int:
    return max((n for n, cell in enumerate(cells, start=1) if not is_blank([cell])), default=0)


def _richness(header: Header) -> tuple[bool, int]:
    return not header.missing, len(header.columns)


def _open_workbook(path: Path, folder: Folder) -> None:
    """Add the tables of a workbook: every visible sheet with titles; sheets of one kind follow each other."""
    tables, faults, skipped = [], [], []
    with Workbook(path) as workbook:
        for sheet in workbook.sheets:
            if sheet.hidden:
                skipped.append((f"{path.name}/{sheet.name}", _("The sheet is hidden.")))
                continue
            header = _sheet_header(workbook, sheet, path)
            if header is None:
                skipped.append((f"{path.name}/{sheet.name}", _("The sheet has no known column titles.")))
            elif header.missing:
                faults.append(header)
            else:
                tables.append(Table(path, header, sheet=sheet, epoch_1904=workbook.epoch_1904))
    if not tables:
        if faults:
            _check_columns(path, faults[0])
        raise FileRefused(path, "no_header")
    several = len(tables) > 1
    for table in tables:
        tab = table.sheet.name if table.sheet else ""
        folder.tables.append(replace(table, name=f"{path.name}/{tab}" if several else path.name))
    folder.ignored.extend(skipped)


def _sheet_header(workbook: Workbook, sheet: Sheet, path: Path) -> Header | None:
    with closing(workbook.rows(sheet)) as rows:
        first = _first_lines((row.row, row.cells) for row in rows)
    return find_header(first, hinted_kind(sheet.name) or hinted_kind(path.stem))


def _first_lines(lines: Iterable[tuple[int, Sequence[Raw]]]) -> list[Lines]:
    return list(islice(((row, cells) for row, cells in lines if not is_blank(cells)), SEARCHED_LINES))


def _check_columns(path: Path, header: Header) -> None:
    """Refuse a table without a mandatory column, naming the first one; a few known titles are no table."""
    if not header.missing:
        return
    if len(header.columns) < 3 and hinted_kind(path.stem) != header.kind:
        raise FileRefused(path, "no_header")
    titles = TITLES[header.kind][header.missing[0].split("|")[0]]
    raise FileRefused(path, "column_missing", column=titles[0], kind=header.kind, field=header.missing[0])


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort ``part 2`` before ``part 10``."""
    return [
        (int(piece), "") if piece.isdecimal() else (-1, piece)
        for piece in re.split(r"(\d+)", path.name.lower())
        if piece
    ]
