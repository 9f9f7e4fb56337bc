"""The verdict on one row, and what is collected on the way to it."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any

from apps.imports.legacy.cells import LOST, CellError, Raw, as_code, as_text, is_filler, tidy
from apps.imports.legacy.dates import day_of, read_moment
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.tables import Record


class Outcome(StrEnum):
    """What becomes of a row. The values are a contract of the report file."""

    GOOD = "good"
    REPAIRED = "repaired"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on ``row`` of a table.

    ``reasons`` are codes of ``reasons.TEXTS``, ``code:field`` where the code alone does not name the cell;
    the first one is the weightiest. ``notes`` have no weight for the verdict. ``cleaned`` holds the values
    to import, by field (see ``customers``, ``vehicles``, ``history``), empty for rejected rows; ``key`` and
    ``fingerprint`` know the row again in a second run.
    """

    row: int
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cleaned: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    fingerprint: bytes = b""

    @property
    def imports(self) -> bool:
        """Whether the row is to be written."""
        return self.outcome in (Outcome.GOOD, Outcome.REPAIRED)


@dataclass(slots=True)
class Draft:
    """A row while its cells are read: values so far, and what was found wrong, mended or odd."""

    record: Record
    as_of: date
    epoch_1904: bool = False
    cleaned: dict[str, Any] = field(default_factory=dict)
    rejects: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    key: str = ""

    def raw(self, name: str) -> Raw:
        """Return the raw cell of a field; None if the table has no such column."""
        return self.record.values.get(name)

    def reject(self, code: str, name: str = "") -> None:
        """Note a reason that keeps the row out."""
        _append(self.rejects, code, name)

    def repair(self, code: str, name: str = "") -> None:
        """Note a change that was made to import the row."""
        _append(self.repairs, code, name)

    def note(self, code: str, name: str = "") -> None:
        """Note something worth knowing that changes nothing."""
        _append(self.notes, code, name)

    def keep(self, name: str, text: str) -> None:
        """Keep a text that found no place in its field among the extra ones."""
        self.record.extra.setdefault(name, text)

    def text(self, name: str, *, longest: int, lines: bool = False, fillers: bool = True) -> str:
        """Return an optional text; longer ones are cut (repaired), the whole is kept among the extra texts.

        Error cells are left out (repaired); the text of a formula without result is kept as text.
        """
        raw = self.raw(name)
        if isinstance(raw, CellError):
            if raw.code != "formula_without_value":
                self.repair("value_lost", name)
                return ""
            raw = raw.shown
        try:
            text, dirty = tidy(as_text(raw), lines=lines)
        except Unreadable as error:
            self.reject(error.code, name)
            return ""
        if dirty:
            self.note("invisible_characters_removed", name)
        if isinstance(raw, date | time):
            self.note("code_became_date", name)
        if fillers and text and is_filler(text):
            self.note("filler_emptied", name)
            return ""
        if LOST in text:
            self.note("unreadable_characters", name)
        if len(text) > longest:
            self.repair("text_shortened", name)
            self.keep(name, text)
            text = text[:longest].rstrip()
        return text

    def code(self, name: str, *, longest: int, missing: str = "", optional: bool = False) -> str:
        """Return a code (number, VIN, plate) as written, without what spreadsheets put around it.

        An empty cell is rejected with ``missing`` if that is given. Rejects codes that are too long, lost
        digits or characters; with ``optional`` lost ones are left out (repaired).
        """
        raw = self.raw(name)
        try:
            text, dirty = as_code(raw)
        except Unreadable as error:
            if optional:
                self.repair("value_lost", name)
                self.keep(name, raw.shown if isinstance(raw, CellError) else str(raw))
            else:
                self.reject(error.code, name)
            return ""
        if dirty:
            self.note("invisible_characters_removed", name)
        if not text or is_filler(text):
            if missing:
                self.reject(missing)
            elif text:
                self.note("filler_emptied", name)
            return ""
        if LOST in text:
            self.reject("unreadable_characters", name)
        elif len(text) > longest:
            self.reject("cell_too_long", name)
        else:
            return text
        return ""

    def day(self, name: str, *, future: str = "", required: bool = False) -> date | None:
        """Return the day of a date field. A day after ``as_of`` is rejected with code ``future`` if given."""
        moment = self.moment(name, future=future, required=required)
        return day_of(moment) if moment is not None else None

    def moment(self, name: str, *, future: str = "", required: bool = False) -> Any:
        """As ``day``, with the time of day where the cell has one: a date or a naive datetime."""
        raw = self.raw(name)
        try:
            found = read_moment(raw, epoch_1904=self.epoch_1904)
        except Unreadable as error:
            if error.code == "cell_is_error" and not required:
                self.repair("value_lost", name)
            else:
                self.reject(error.code, name)
            return None
        if found is None:
            if required:
                self.reject("date_missing", name)
            elif raw not in (None, ""):
                self.note("filler_emptied", name)
            return None
        if isinstance(raw, int | float) and raw < 100_000:
            self.note("date_from_serial", name)
        if future and day_of(found) > self.as_of:
            self.reject(future, "" if future == "purchase_date_in_future" else name)
        return found

    def word(self, name: str, known: dict[str, str], *, longest: int = 40) -> str:
        """Return the stable value of a word of the trade; an unknown word is kept as extra text, noted."""
        text = self.text(name, longest=longest)
        value = known.get(text.lower().strip(), "")
        if text and not value:
            self.note("word_unknown", name)
            self.keep(name, text)
        return value

    def fingerprint(self) -> bytes:
        """Return 16 bytes that tell whether a row with the same key has the same contents."""
        content = json.dumps(self.cleaned, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def verdict(self, outcome: Outcome, *reasons: str, fingerprint: bytes = b"") -> Verdict:
        """Return the finished verdict."""
        cleaned = {} if outcome is Outcome.REJECTED else {**self.cleaned, "extra": self.record.extra}
        return Verdict(self.record.row, outcome, reasons, tuple(self.notes), cleaned, self.key, fingerprint)

    def rejected(self) -> Verdict:
        """Return the verdict of a row that was found wrong."""
        return self.verdict(Outcome.REJECTED, *self.rejects)

    def accepted(self, fingerprint: bytes) -> Verdict:
        """Return the verdict of a row that can be imported."""
        outcome = Outcome.REPAIRED if self.repairs else Outcome.GOOD
        return self.verdict(outcome, *self.repairs, fingerprint=fingerprint)

    def duplicate(self, kind: str, ledger: Ledger, fingerprint: bytes, twice: str) -> Verdict | None:
        """Return the verdict on a row whose key was accepted before, else None. ``twice``: in this run."""
        seen = ledger.seen(kind, self.key) if self.key else None
        if seen is None:
            return None
        if seen.earlier:
            same = seen.fingerprint == fingerprint
            return self.verdict(Outcome.DUPLICATE, "already_imported" if same else "already_known")
        if seen.fingerprint != fingerprint:
            self.note("differs_from_accepted_row")
        return self.verdict(Outcome.DUPLICATE, twice)


def _append(codes: list[str], code: str, name: str) -> None:
    entry = f"{code}:{name}" if name else code
    if entry not in codes:
        codes.append(entry)
