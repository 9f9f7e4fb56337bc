"""Text tables: encoding and separator found by looking, records streamed, broken quotation contained."""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.imports.legacy.errors import FileRefused

SEPARATORS = (",", "\t", ";", "|")
LONGEST_LINE = 1_000_000
LONGEST_RECORD_LINES = 200
"""A quoted cell over more lines than this is taken for a quotation mark that is never closed."""

_CHUNK = 1 << 18
_FEW = 200
"""Text is UTF-8 if it has no more than one broken sequence in so many sound ones."""

csv.field_size_limit(LONGEST_LINE * 4)


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its number in the file (as Excel counts rows), its cells, and whether its quotes close."""

    row: int
    cells: list[str]
    broken: bool = False


def detect_encoding(path: Path) -> str:
    """Return the codec of a text file: UTF-8, UTF-16 or GB18030, read once through in constant memory.

    Raises FileRefused ``empty`` or ``not_a_table``.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t \x00"):
        raise FileRefused(path, "empty")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if utf_16 := _utf_16_without_mark(head):
        return utf_16
    if head.count(0) > len(head) // 4 or head.startswith(
        (b"\x89PNG", b"%PDF", b"\xff\xd8", b"GIF8", b"\x1f\x8b", b"Rar!")
    ):
        raise FileRefused(path, "not_a_table")
    return "utf-8" if _is_utf_8(path) else "gb18030"


def _utf_16_without_mark(head: bytes) -> str:
    """Commas and line ends betray UTF-16: every other byte of them is zero."""
    for sign in (b",", b"\t", b"\n", b";"):
        little, big = head.count(sign + b"\0"), head.count(b"\0" + sign)
        if max(little, big) > 2 and head.count(b"\0") > 4:
            return "utf-16-le" if head[::2].count(sign) >= head[1::2].count(sign) else "utf-16-be"
    return ""


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    sound = broken = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            broken += text.count("\ufffd")
            sound += (len(chunk) - len(text)) // 2  # a Han character is three bytes
        broken += decoder.decode(b"", final=True).count("\ufffd")
    return broken == 0 or broken * _FEW < sound


def read_lines(path: Path, encoding: str, separator: str) -> Generator[Line, None, None]:
    """Yield the records of a text table. Bytes that the codec does not know become U+FFFD.

    A record whose quotation is never closed comes out alone, marked ``broken``; the lines behind it are
    read as usual.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        source = _Source(lambda: file.readline(LONGEST_LINE), path)
        row = 0
        while (text := source.take()) is not None:
            if row == 0 and text[:4].lower() == "sep=":  # Excel's own hint line, no record
                row = 1
                continue
            row += 1
            yield _record(row, text, source, separator)


class _Source:
    """Lines of a file with the possibility to give some back."""

    def __init__(self, readline: Callable[[], str], path: Path) -> None:
        self._readline = readline
        self._path = path
        self._returned: deque[str] = deque()

    def take(self) -> str | None:
        text = self._returned.popleft() if self._returned else self._readline()
        if len(text) >= LONGEST_LINE:
            raise FileRefused(self._path, "not_a_table")
        return text.replace("\0", "") if text else None

    def give_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))


def _record(row: int, first: str, source: _Source, separator: str) -> Line:
    bare = first.rstrip("\r\n")
    if '"' not in first:
        return Line(row, bare.split(separator))
    taken = [first]

    def feed() -> Iterator[str]:
        yield first
        while len(taken) < LONGEST_RECORD_LINES and (text := source.take()) is not None:
            taken.append(text)
            yield text
        taken.append("")  # asked for more than there is: inside a quotation

    cells = next(csv.reader(feed(), delimiter=separator), [])
    if taken[-1] == "":
        source.give_back(taken[1:-1])
        return Line(row, [cell.strip('"') for cell in bare.split(separator)], broken=True)
    return Line(row, cells)
