"""Finds the source messages of every room, in Python by its syntax tree and in templates by Django's own
reader, without the gettext programs. What becomes of them is told in ``apps.core.catalogues``.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CORE = "core"
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}

# Name of the function → which positional arguments are (context, message, plural).
_SHAPES: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_STRING = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TEMPLATE_CALL = re.compile(
    rf"\b(?P<name>gettext|ngettext|pgettext|npgettext|_)\(\s*(?P<args>{_STRING}(?:\s*,\s*{_STRING})*)", re.S
)
_TEMPLATE_STRING = re.compile(_STRING, re.S)

Key = tuple[str | None, str]
"""Context and msgid: what makes two messages the same."""


@dataclass(frozen=True)
class Message:
    """One source message and where it stands (``path:line``)."""

    msgid: str
    plural: str | None = None
    context: str | None = None
    place: str = ""

    @property
    def key(self) -> Key:
        return self.context, self.msgid


@dataclass(frozen=True)
class Unreadable:
    """A place whose message cannot be translated, and why."""

    place: str
    reason: str


Found = Message | Unreadable


def rooms(root: Path) -> list[str]:
    """Return the rooms under ``root``, core first, then by name."""
    names = (path.parent.name for path in (root / "apps").glob("*/__init__.py"))
    return sorted(names, key=lambda name: (name != CORE, name))


def room_messages(root: Path, room: str) -> list[Found]:
    """Return everything marked for translation in a room's Python files and templates."""
    found: list[Found] = []
    for path in _python_files(root, room):
        found.extend(from_python(path.read_text("utf-8"), str(path.relative_to(root))))
    for path in _template_files(root, room):
        found.extend(from_template(path.read_text("utf-8"), str(path.relative_to(root))))
    return found


def _python_files(root: Path, room: str) -> Iterator[Path]:
    folders = [root / "apps" / room, root / "dms"] if room == CORE else [root / "apps" / room]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.relative_to(root).parts:
                yield path


def _template_files(root: Path, room: str) -> Iterator[Path]:
    """A room's own folder; what belongs to no room (frame, error pages) is core's."""
    folder = root / "templates"
    others = {name for name in rooms(root) if name != CORE}
    for path in sorted(folder.rglob("*")):
        top = path.relative_to(folder).parts[0]
        owner = top if top in others else CORE
        if owner == room and path.suffix in TEMPLATE_SUFFIXES and path.is_file():
            yield path


def from_python(source: str, name: str) -> Iterator[Found]:
    """Yield the messages of a Python file; a message put together at run time is unreadable."""
    tree = ast.parse(source, name)
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := _shape(node, names)) is not None:
            yield from _from_call(node, shape, f"{name}:{node.lineno}")


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Map the names under which this file knows the functions of django.utils.translation."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def _shape(call: ast.Call, names: dict[str, str]) -> tuple[int | None, int, int | None] | None:
    if isinstance(call.func, ast.Name):
        return _SHAPES.get(names.get(call.func.id, ""))
    if isinstance(call.func, ast.Attribute):
        return _SHAPES.get(call.func.attr)
    return None


def _from_call(call: ast.Call, shape: tuple[int | None, int, int | None], place: str) -> Iterator[Found]:
    wanted = [position for position in shape if position is not None]
    if len(call.args) <= max(wanted):
        yield Unreadable(place, "give the message as a positional argument")
        return
    values = {position: _constant(call.args[position]) for position in wanted}
    if None not in values.values():
        context, msgid, plural = (None if position is None else values[position] for position in shape)
        if msgid:
            yield Message(msgid, plural, context, place)
    elif any(_is_built(call.args[position]) for position in wanted):
        yield Unreadable(place, "the message is built at run time; use placeholders inside the literal")


def _constant(node: ast.expr) -> str | None:
    """Return the text of a literal, also of literals joined by ``+``."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = _constant(left), _constant(right)
            return None if first is None or second is None else first + second
    return None


def _is_built(node: ast.expr) -> bool:
    """A plain name or attribute may hold a marked message; a composed text never does."""
    is_format = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    )
    return is_format or isinstance(node, ast.JoinedStr | ast.BinOp)


def from_template(source: str, name: str) -> Iterator[Found]:
    """Yield the messages of a template, as its tags look them up (``%`` doubled, ``trimmed`` obeyed)."""
    try:
        code = templatize(source, origin=name)
    except SyntaxError as error:
        yield Unreadable(name, str(error))
        return
    for call in _TEMPLATE_CALL.finditer(code):
        texts = [ast.literal_eval(text) for text in _TEMPLATE_STRING.findall(call["args"])]
        function = "gettext" if call["name"] == "_" else call["name"]
        if call["name"] == "_":
            texts = [text.replace("%", "%%") for text in texts]
        context, msgid, plural = (
            texts[position] if position is not None and position < len(texts) else None
            for position in _SHAPES[function]
        )
        if msgid:
            line = code.count("\n", 0, call.start()) + 1
            yield Message(msgid, plural, context, f"{name}:{line}")
