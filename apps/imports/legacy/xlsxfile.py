"""Excel workbooks, streamed: one row at a time, shared texts on disk.

Why not openpyxl's read-only mode: it keeps every shared text in memory, trusts the dimension tag, stops at
styles and document properties that other programs write badly, and cannot tell an empty cell from a formula
without a result. Its number-format rules are used.
"""

import posixpath
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from apps.imports.legacy.cells import CellError
from apps.imports.legacy.errors import FileRefused
from apps.imports.legacy.sheetxml import SheetParser, SheetRow, refuse_doctype, unescape

LARGEST_PART = 3 * 2**30
LARGEST_SMALL_PART = 64 * 2**20
_CHUNK = 1 << 16
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    expat.ExpatError,
    EOFError,
    KeyError,
    ValueError,
    NotImplementedError,
)
_CACHED_TEXTS = 4096


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its name, its part in the archive, and whether a person can see it."""

    name: str
    part: str
    hidden: bool


class Workbook:
    """An open workbook. Use as a context manager; raises FileRefused when it cannot be read.

    ``sheets`` stand in the order of the tabs. ``epoch_1904`` tells how numbers count days.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.epoch_1904 = False
        self.sheets: list[Sheet] = []
        self._texts: _Texts | None = None
        self._zip: zipfile.ZipFile | None = None
        self._date_styles: frozenset[int] = frozenset()
        self._names: dict[str, str] = {}

    def __enter__(self) -> "Workbook":
        with _damage(self.path):
            self._zip = zipfile.ZipFile(self.path)
            self._names = {_part_key(name): name for name in self._zip.namelist()}
            self._refuse_other_kinds()
            self._read_structure()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._texts is not None:
            self._texts.close()
        if self._zip is not None:
            self._zip.close()

    def rows(self, sheet: Sheet) -> Generator[SheetRow, None, None]:
        """Yield the rows of ``sheet`` that have cells, each with its number and raw values."""
        with _damage(self.path), self._open(sheet.part) as part:
            parser = SheetParser(self._shared_text, self._date_styles, epoch_1904=self.epoch_1904)
            while chunk := part.read(_CHUNK):
                yield from parser.feed(chunk)
            yield from parser.feed(b"", final=True)

    def _refuse_other_kinds(self) -> None:
        if any(name.endswith("workbook.bin") for name in self._names):
            raise FileRefused(self.path, "binary_excel")
        if "mimetype" in self._names and "content.xml" in self._names:
            raise FileRefused(self.path, "open_document")

    def _read_structure(self) -> None:
        main = "xl/workbook.xml"
        for relation in self._relations("_rels/.rels", ""):
            if relation["Type"].endswith("/officeDocument"):
                main = relation["Target"]
        if _part_key(main) not in self._names:
            raise FileRefused(self.path, "not_a_table")
        folder = posixpath.dirname(main)
        relations = {
            relation["Id"]: relation
            for relation in self._relations(f"{folder}/_rels/{posixpath.basename(main)}.rels", folder)
        }
        for element in self._small(main).iter():
            tag = _local(element.tag)
            if tag == "workbookPr":
                self.epoch_1904 = element.get("date1904", "0") in ("1", "true", "on")
            elif tag == "sheet":
                self._add_sheet(element, relations)
        self._read_side_parts(relations, folder)

    def _add_sheet(self, element: ElementTree.Element, relations: dict[str, dict[str, str]]) -> None:
        key = next((value for name, value in element.items() if _local(name) == "id"), "")
        relation = relations.get(key)
        if relation is None or not relation["Type"].endswith("/worksheet"):
            return  # a chart or a macro sheet
        hidden = element.get("state", "visible") != "visible"
        self.sheets.append(Sheet(element.get("name", ""), relation["Target"], hidden))

    def _read_side_parts(self, relations: dict[str, dict[str, str]], folder: str) -> None:
        targets = {relation["Type"].rpartition("/")[2]: relation["Target"] for relation in relations.values()}
        styles = targets.get("styles", f"{folder}/styles.xml")
        if _part_key(styles) in self._names:
            self._date_styles = _date_styles(self._small(styles))
        texts = targets.get("sharedStrings", f"{folder}/sharedStrings.xml")
        if _part_key(texts) in self._names:
            with self._open(texts) as part:
                self._texts = _Texts(part)

    def _shared_text(self, index: int) -> str | CellError:
        if self._texts is None or not 0 <= index < len(self._texts):
            return CellError("cell_is_error", "")
        return self._texts[index]

    def _relations(self, name: str, folder: str) -> list[dict[str, str]]:
        if _part_key(name) not in self._names:
            return []
        found = []
        for element in self._small(name).iter():
            if _local(element.tag) == "Relationship" and element.get("TargetMode") != "External":
                target = element.get("Target", "").replace("\\", "/")
                target = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                found.append(
                    {
                        "Id": element.get("Id", ""),
                        "Type": element.get("Type", ""),
                        "Target": posixpath.normpath(target),
                    }
                )
        return found

    def _open(self, part: str) -> IO[bytes]:
        assert self._zip is not None
        name = self._names.get(_part_key(part))
        if name is None:
            raise FileRefused(self.path, "damaged")
        if self._zip.getinfo(name).file_size > LARGEST_PART:
            raise FileRefused(self.path, "too_large")
        return self._zip.open(name)

    def _small(self, part: str) -> ElementTree.Element:
        with self._open(part) as file:
            content = file.read(LARGEST_SMALL_PART + 1)
        if len(content) > LARGEST_SMALL_PART:
            raise FileRefused(self.path, "too_large")
        if b"<!DOCTYPE" in content[:4096]:
            raise FileRefused(self.path, "damaged")  # no workbook has one; entities can explode
        return ElementTree.fromstring(content)


class _Texts:
    """The shared texts of a workbook in a temporary file; 8 bytes a text and a small cache in memory."""

    def __init__(self, part: IO[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the workbook
        self._starts = array("Q", [0])
        self._cache: dict[int, str] = {}
        self._buffer: list[str] = []
        self._depth_phonetic = 0
        self._collect = False
        self._position = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = refuse_doctype
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: int) -> str:
        if (known := self._cache.get(index)) is not None:
            return known
        self._file.seek(self._starts[index])
        text = self._file.read(self._starts[index + 1] - self._starts[index]).decode("utf-8", "surrogatepass")
        if len(self._cache) >= _CACHED_TEXTS:
            self._cache.clear()
        if len(text) < 200:
            self._cache[index] = text
        return text

    def close(self) -> None:
        self._file.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "si":
            self._buffer = []
        elif tag == "rPh":  # reading aids of Japanese texts are not part of the text
            self._depth_phonetic += 1
        elif tag == "t" and not self._depth_phonetic:
            self._collect = True

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "t":
            self._collect = False
        elif tag == "rPh":
            self._depth_phonetic -= 1
        elif tag == "si":
            content = unescape("".join(self._buffer)).encode("utf-8", "surrogatepass")
            self._file.write(content)
            self._position += len(content)
            self._starts.append(self._position)

    def _data(self, text: str) -> None:
        if self._collect:
            self._buffer.append(text)


def _date_styles(styles: ElementTree.Element) -> frozenset[int]:
    """Return the indexes of the cell formats that show a number as date or time."""
    formats = dict(BUILTIN_FORMATS)
    for element in styles.iter():
        if _local(element.tag) == "numFmt" and element.get("numFmtId", "").isdecimal():
            formats[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
    cell_formats = next((e for e in styles.iter() if _local(e.tag) == "cellXfs"), None)
    if cell_formats is None:
        return frozenset()
    found = set()
    for index, element in enumerate(cell_formats):
        number = int(element.get("numFmtId", "0") or 0)
        # 27–36 and 50–58 are dates in East Asian Excel and nameless elsewhere.
        if number in range(27, 37) or number in range(50, 59) or is_date_format(formats.get(number)):
            found.add(index)
    return frozenset(found)


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise FileRefused(path, "damaged") from error
    except RuntimeError as error:  # zipfile: "is encrypted"
        raise FileRefused(path, "protected") from error
