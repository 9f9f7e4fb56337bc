"""The translations of every room: ``apps/<room>/locale/zh_Hans/LC_MESSAGES/django.po``.

Files are sorted by message and carry neither places nor dates, so that a diff shows words only. The
compiled ``.mo`` files are built on the machine that needs them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from apps.core import i18n
from apps.core.i18n import Key, Message, Unreadable

LOCALE = "zh_Hans"

_METADATA = {
    "Language": LOCALE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
_PERCENT = re.compile(r"%(?:\(\w+\))?[#0\-+]?\d*(?:\.\d+)?[diouxXeEfFgGcrs]")
_BRACE = re.compile(r"\{\w[\w.\[\]]*(?:![rsa])?(?::[^{}]*)?\}")


@dataclass(frozen=True)
class Complaint:
    """Something wrong with a translation. A warning does not fail the check."""

    where: str
    what: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def po_path(root: Path, room: str) -> Path:
    """Return where a room keeps its translations."""
    return root / "apps" / room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def write(root: Path, rooms: Iterable[str]) -> dict[str, int]:
    """Bring the files of ``rooms`` up to date with the sources; return how many words each still lacks.

    Translations are kept, unused ones dropped; a new message takes over what another room says for it.
    """
    known = _known_translations(root)
    return {room: _write_room(root, room, known) for room in rooms}


def _write_room(root: Path, room: str, known: dict[Key, str]) -> int:
    wanted = _wanted(i18n.room_messages(root, room))
    path = po_path(root, room)
    if not wanted and not path.exists():
        return 0
    old = {_key(entry): entry for entry in _entries(path)}
    new = polib.POFile(wrapwidth=-1)
    new.metadata = dict(_METADATA)
    for message in sorted(wanted.values(), key=lambda message: (message.msgid, message.context or "")):
        new.append(_updated(message, old.get(message.key), known))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"{new}\n" if not str(new).endswith("\n") else str(new)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return sum(not _text(entry) or entry.fuzzy for entry in new)


def _updated(message: Message, old: polib.POEntry | None, known: dict[Key, str]) -> polib.POEntry:
    text = _text(old) if old is not None else known.get(message.key, "")
    entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context)
    if message.plural is None:
        entry.msgstr = text
    else:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: text}
    if _PERCENT.search(message.msgid.replace("%%", "")):
        entry.flags.append("python-format")
    if old is not None and old.fuzzy:
        entry.flags.append("fuzzy")
    if old is not None:
        entry.tcomment = old.tcomment
    return entry


def compile_all(root: Path) -> int:
    """Build every ``.mo`` that is missing or older than its source; return how many were built."""
    built = 0
    for room in i18n.rooms(root):
        po = po_path(root, room)
        mo = po.with_suffix(".mo")
        if po.exists() and (not mo.exists() or mo.stat().st_mtime_ns <= po.stat().st_mtime_ns):
            # Another process may be reading the old file.
            fresh = mo.with_suffix(".mo.new")
            polib.pofile(str(po)).save_as_mofile(str(fresh))
            fresh.replace(mo)
            built += 1
    return built


def check(root: Path, rooms: Iterable[str]) -> list[Complaint]:
    """Return everything missing, empty, fuzzy, unused, or with other placeholders than its source."""
    complaints: list[Complaint] = []
    for room in rooms:
        complaints.extend(_check_room(root, room))
    return [*complaints, *_disagreements(root)]


def _check_room(root: Path, room: str) -> Iterator[Complaint]:
    found = i18n.room_messages(root, room)
    yield from (Complaint(each.place, each.reason) for each in found if isinstance(each, Unreadable))
    wanted = _wanted(found)
    path = po_path(root, room)
    name = str(path.relative_to(root))
    entries = {_key(entry): entry for entry in _entries(path)}
    for key, message in sorted(wanted.items(), key=lambda item: item[1].msgid):
        if key not in entries:
            yield Complaint(name, f"missing: {_quoted(message)} (used in {message.place})")
        else:
            yield from _check_entry(name, message, entries[key])
    for key, entry in entries.items():
        if key not in wanted:
            yield Complaint(name, f"no longer used: “{entry.msgid}”")


def _check_entry(name: str, message: Message, entry: polib.POEntry) -> Iterator[Complaint]:
    text = _text(entry)
    if not text.strip():
        yield Complaint(name, f"empty: {_quoted(message)} (used in {message.place})")
    elif entry.fuzzy:
        yield Complaint(name, f"fuzzy: {_quoted(message)}")
    elif (entry.msgid_plural or None) != message.plural:
        yield Complaint(name, f"plural changed: {_quoted(message)}")
    elif (expected := _placeholders(message.plural or message.msgid)) != (given := _placeholders(text)):
        wrong = sorted(((expected - given) + (given - expected)).elements())
        yield Complaint(name, f"placeholders differ ({', '.join(wrong)}): {_quoted(message)}")


def _disagreements(root: Path) -> Iterator[Complaint]:
    """Warn where rooms translate one message differently: only the first room's words are ever shown."""
    first: dict[Key, tuple[str, str]] = {}
    for room in i18n.rooms(root):
        for entry in _entries(po_path(root, room)):
            text = _text(entry)
            earlier_room, earlier = first.setdefault(_key(entry), (room, text))
            if text and earlier and text != earlier:
                what = (
                    f"“{entry.msgid}” is “{earlier}” in {earlier_room} and “{text}” in {room}; use a context"
                )
                yield Complaint(room, what, is_warning=True)


def _known_translations(root: Path) -> dict[Key, str]:
    known: dict[Key, str] = {}
    for room in i18n.rooms(root):
        for entry in _entries(po_path(root, room)):
            if _text(entry) and not entry.fuzzy:
                known.setdefault(_key(entry), _text(entry))
    return known


def _wanted(found: Iterable[i18n.Found]) -> dict[Key, Message]:
    """One message per key; a use with a plural wins over one without."""
    wanted: dict[Key, Message] = {}
    for each in found:
        if isinstance(each, Message) and (each.key not in wanted or each.plural):
            wanted[each.key] = each
    return wanted


def _entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete] if path.exists() else []


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or None, entry.msgid


def _text(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "")) if entry.msgid_plural else str(entry.msgstr)


def _placeholders(text: str) -> Counter[str]:
    """Named placeholders count once however often they stand; unnamed ones count each."""
    percent = _PERCENT.findall(text.replace("%%", ""))
    names = {*(found for found in percent if found.startswith("%(")), *_BRACE.findall(text)}
    return Counter([*names, *(found for found in percent if not found.startswith("%("))])


def _quoted(message: Message) -> str:
    context = f" [{message.context}]" if message.context else ""
    return f"“{message.msgid}”{context}"
