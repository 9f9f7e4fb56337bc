"""What ``import_legacy`` says: a table in columns, progress, and the report file."""

from __future__ import annotations

import json
import os
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from django.utils.translation import gettext as _

from apps.imports.legacy import reasons
from apps.imports.legacy.errors import KIND_NAMES
from apps.imports.legacy.reasons import OUTCOME_NAMES
from apps.imports.legacy.tables import Skipped, Table
from apps.imports.legacy.verdicts import Verdict

SECONDS_BETWEEN = 2.0


def width(text: str) -> int:
    """Columns of a terminal that ``text`` takes: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the first column to the left, the others to the right."""
    widths = [max(width(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0] + " " * (widths[0] - width(row[0]))]
        cells += [" " * (w - width(cell)) + cell for cell, w in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def summary(counts: dict[str, dict[str, Any]]) -> str:
    """The verdicts by kind of table, then the reasons, most frequent first."""
    head = ["", _("rows"), *(str(name) for name in OUTCOME_NAMES.values())]
    body = [
        [str(KIND_NAMES[kind]), *(f"{found[name]:,}" for name in ("rows", *OUTCOME_NAMES))]
        for kind, found in counts.items()
    ]
    lines = in_columns([head, *body])
    for kind, found in counts.items():
        for outcome, by_reason in found["reasons"].items():
            lines += ["", f"{KIND_NAMES[kind]}, {OUTCOME_NAMES[outcome]}:"]
            ranked = sorted(by_reason.items(), key=lambda pair: (-pair[1], pair[0]))
            lines += [f"{count:>9,}  {reasons.text(reason)} [{reason}]" for reason, count in ranked]
        if found["skipped"]:
            skipped = _("%(kind)s: %(count)d lines were no rows (totals, titles, remarks).")
            lines += ["", skipped % {"kind": KIND_NAMES[kind], "count": found["skipped"]}]
    return "\n".join(lines)


class Report:
    """The report file: JSON Lines, complete or absent. Without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part") if path else None
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        if self._part:
            self._file = self._part.open("w", encoding="utf-8")
        return self

    def add(self, table: Table, lines: Sequence[Verdict | Skipped]) -> None:
        """Write one batch; lines that are no rows are left out."""
        if self._file is None:
            return
        for line in lines:
            if isinstance(line, Verdict):
                said: dict[str, Any] = {
                    "file": table.name,
                    "row": line.row,
                    "verdict": line.outcome.value,
                    "reasons": list(line.reasons),
                }
                if line.notes:
                    said["notes"] = list(line.notes)
                self._file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None or self._part is None or self.path is None:
            return
        self._file.close()
        if kind is None:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)


class Progress:
    """A line now and then: what is being read, how many rows, how fast."""

    def __init__(self, write: Any) -> None:
        self._write = write
        self._began = self._said = time.monotonic()
        self._name = ""
        self._rows = self._of_name = 0

    def step(self, name: str, rows: int) -> None:
        """``rows`` more of ``name`` are done."""
        if name != self._name:
            self.end()
            self._name, self._of_name = name, 0
        self._rows += rows
        self._of_name += rows
        if time.monotonic() - self._said >= SECONDS_BETWEEN:
            self._say()

    def end(self) -> None:
        """Say where the present one ended."""
        if self._name:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        rate = int(self._rows / max(self._said - self._began, 0.001))
        said = _("%(name)s: %(rows)s rows, %(rate)s a second")
        self._write(said % {"name": self._name, "rows": f"{self._of_name:,}", "rate": f"{rate:,}"})
