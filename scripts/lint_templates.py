"""Templates hold no words, no inline code and no later rooms: ``python scripts/lint_templates.py [ROOT]``.

Refused, with file and line:
- letters (Latin or Han) in the text and in attributes that people read, outside of ``trans`` and
  ``blocktranslate``; units, numbers, keys (``<kbd>``) and elements that name their own ``lang`` may stay;
- what the content security policy refuses: ``style=``, ``<style>``, inline scripts, ``hx-on``, ``onclick=``;
- a room's template naming a later room: the frame shows later rooms through the registries only.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

VISIBLE_ATTRIBUTES = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "data-confirm",
    "hx-confirm",
    "hx-prompt",
    "label",
    "placeholder",
    "title",
}
VISIBLE_ARGUMENTS = "action|caption|empty|heading|help|hint|label|message|placeholder|subtitle|text|title"
"""Arguments of tags that end up before people's eyes when they hold more than one word or a capital."""

UNITS = {
    "km",
    "h",
    "min",
    "s",
    "mm",
    "cm",
    "m",
    "kg",
    "g",
    "L",
    "l",
    "kW",
    "kWh",
    "V",
    "A",
    "Ah",
    "Nm",
    "bar",
    "kPa",
}
UNITS |= {"kB", "MB", "dpi", "px"}
SAME_IN_EVERY_LANGUAGE = re.compile(
    r"\bN(?=[-+±−–]\d)"  # N-3, N+15
    r"|\b[A-HJ-NPR-Z\d]{17}\b"  # a VIN
    "|[\u4e00-\u9fff][A-Z]·[A-Z\\d]{4,6}[\u4e00-\u9fff]?"  # a plate
)
DATA_SCRIPTS = {"application/json", "application/ld+json"}
SILENT_ELEMENTS = {"code", "kbd", "script", "style"}
PRINTED = re.compile(r"(^|[/_])(pdf|print)([/_.]|$)")
"""Sheets for WeasyPrint, which reads no policy, may carry a <style>."""

FRAME_MAY_NAME = {"core", "accounts", "desk"}
"""Templates outside of the rooms' folders (frame, error pages) may name these."""

STYLEGUIDE = re.compile(r"styleguide")
"""The component sheet shows plates and names as samples."""

_COMMENT = re.compile(r"\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", re.S)
_TRANSLATED = re.compile(r"\{%\s*(blocktrans(?:late)?)\b.*?\{%\s*end\1\s*%\}", re.S)
_ATTRIBUTE_BLOCK = re.compile(r"\{%\s*block \w+_(?:class|attrs|id)\s*%\}.*?\{%\s*endblock\b[^%]*%\}", re.S)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
_NAMING_TAG = re.compile(r"\{%\s*(include|extends|url|static)\s+([\"'])(?P<name>[^\"']+)\2")
_LITERAL_ARGUMENT = re.compile(rf"\b({VISIBLE_ARGUMENTS})=([\"'])(?P<text>[^\"']*)\2")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
_VARIABLE = "\ue000"  # stands for the value of a variable: no letter, no blank

Finding = tuple[int, str]


def main(arguments: list[str]) -> int:
    """Print what is refused under ROOT (default: the project) and return the exit code."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    layers = room_layers(root)
    count = 0
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix not in {".html", ".svg", ".txt"}:
            continue
        name = path.relative_to(root).as_posix()
        for line, message in sorted(set(findings(path.read_text("utf-8"), name, layers))):
            print(f"{name}:{line}: {message}")
            count += 1
    return 1 if count else 0


def room_layers(root: Path) -> dict[str, int]:
    """Return room → place in the order of the car's day, from the import contracts."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "rooms")
    return {room: place for place, layer in enumerate(reversed(layers)) for room in re.findall(r"\w+", layer)}


def findings(source: str, name: str, layers: dict[str, int]) -> Iterator[Finding]:
    """Yield line and message of everything refused in one template."""
    uncommented = _COMMENT.sub(_blank, source)
    yield from later_rooms(uncommented, name, layers)
    yield from literal_arguments(uncommented, name)
    text = _ATTRIBUTE_BLOCK.sub(_blank, _TRANSLATED.sub(_blank, uncommented))
    text = _TAG.sub(_neutral, text)
    if name.endswith(".txt"):
        yield from words(text, 1, "text")
        return
    page = Page(may_style=bool(PRINTED.search(name)))
    page.feed(text)
    page.close()
    yield from page.found


def later_rooms(source: str, name: str, layers: dict[str, int]) -> Iterator[Finding]:
    """Yield the tags that name a room which the template's own room must not know."""
    parts = name.split("/")
    own = parts[1] if len(parts) > 2 and parts[1] in layers else None
    for tag in _NAMING_TAG.finditer(source):
        for room in _rooms_named(tag[1], tag["name"]):
            if room not in layers or room == own:
                continue
            allowed = room in FRAME_MAY_NAME if own is None else layers[room] <= layers[own]
            if not allowed:
                yield _line(source, tag.start()), f"{own or 'the frame'} must not name the later room {room}"


def _rooms_named(tag: str, name: str) -> list[str]:
    if tag == "url":
        return [name.partition(":")[0]] if ":" in name else []
    parts = name.split("/")
    if tag == "static":  # a room's script is js/<room>.js
        return [parts[1].partition(".")[0]] if parts[0] == "js" and len(parts) == 2 else []
    return parts[:1] if len(parts) > 1 else []


def literal_arguments(source: str, name: str) -> Iterator[Finding]:
    """Yield words handed to a tag as plain literals; ``_("…")`` is the way."""
    for tag in _TAG.finditer(source):
        if tag[0].startswith("{#") or re.match(r"\{%\s*(blocktrans|trans|comment)", tag[0]):
            continue
        for argument in _LITERAL_ARGUMENT.finditer(tag[0]):
            if re.search(r"[A-Z]|[^\W\d_]\s+[^\W\d_]", argument["text"]):
                yield _line(source, tag.start()), f'untranslated argument {argument[1]}="{argument["text"]}"'
        if _HAN.search(tag[0]) and not STYLEGUIDE.search(name):
            yield _line(source, tag.start()), f"Chinese inside a tag: {tag[0]}"


def words(text: str, first_line: int, where: str) -> Iterator[Finding]:
    """Yield the first word of each line of ``text`` that should have been translated."""
    for offset, line in enumerate(text.split("\n")):
        found = [word for word in _WORD.findall(SAME_IN_EVERY_LANGUAGE.sub("", line)) if word not in UNITS]
        if found:
            yield first_line + offset, f"untranslated {where}: {line.replace(_VARIABLE, '').strip()[:60]}"


class Page(HTMLParser):
    """Reads a template whose tags have been blanked out and collects what is refused."""

    def __init__(self, *, may_style: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Finding] = []
        self.may_style = may_style
        self.silent: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge the attributes, and remember elements whose text is not language."""
        line = self.getpos()[0]
        given = {name.strip(_VARIABLE): value or "" for name, value in attrs}
        for name, value in given.items():
            self._attribute(line, tag, name, value, given.get("type", ""))
        if tag == "script" and "src" not in given and given.get("type") not in DATA_SCRIPTS:
            self.found.append((line, "inline script; put it into static/js/"))
        if tag == "style" and not self.may_style:
            self.found.append((line, "inline style sheet; put it into static/css/"))
        own_language = tag != "html" and given.get("lang", "").strip(_VARIABLE) != ""
        if self.silent is None and (tag in SILENT_ELEMENTS or own_language):
            self.silent = tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element closed at once (``<use/>``) has no text."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Text is language again."""
        if tag == self.silent:
            self.silent = None

    def handle_data(self, data: str) -> None:
        """Judge the text between elements."""
        if self.silent is None:
            self.found.extend(words(data, self.getpos()[0], "text"))

    def _attribute(self, line: int, tag: str, name: str, value: str, kind: str) -> None:
        if name == "style":
            self.found.append((line, "style attribute; use a class, or set positions from a script"))
        elif name.startswith("hx-on"):
            self.found.append((line, f"{name}; the policy forbids it, listen in static/js/"))
        elif re.fullmatch(r"on[a-z]+", name):
            self.found.append((line, f"inline handler {name}; listen in static/js/"))
        elif name in {"href", "action", "src"} and value.strip().lower().startswith("javascript:"):
            self.found.append((line, f"script in {name}"))
        button = tag == "input" and name == "value" and kind in {"submit", "button", "reset"}
        if name in VISIBLE_ATTRIBUTES or button:
            self.found.extend(words(value.replace("\n", " "), line, f"attribute {name}"))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _neutral(match: re.Match[str]) -> str:
    """Blank a tag out; a variable, or a tag that is a whole unquoted value, leaves a sign."""
    unquoted = match.string[match.start() - 1 : match.start()] == "="
    sign = _VARIABLE if match[0].startswith("{{") or unquoted else " "
    return sign * len(match[0])


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
