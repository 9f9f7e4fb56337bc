"""What the pages show of imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.core import sheets
from apps.imports.legacy import reasons
from apps.imports.legacy.errors import KIND_NAMES
from apps.imports.legacy.reasons import OUTCOME_NAMES
from apps.imports.legacy.synonyms import KINDS
from apps.imports.models import ImportRun, RejectedRow

SHOWN = 500


TONES = {"rejected": "late", "duplicate": "wait", "repaired": "block"}


def tables(run: ImportRun) -> list[dict[str, Any]]:
    """Per kind of table, in the order of import: its name, counts, and the reasons in words.

    Rejected ones come first, then duplicate, then repaired; the most frequent first.
    """
    found = []
    for kind in (kind for kind in KINDS if kind in run.counts):
        counts = run.counts[kind]
        said = [
            {"name": OUTCOME_NAMES[outcome], "tone": tone, "text": reasons.text(code), "count": count}
            for outcome, tone in TONES.items()
            for code, count in sorted(counts["reasons"].get(outcome, {}).items(), key=lambda pair: -pair[1])
        ]
        found.append({"name": KIND_NAMES[kind], "counts": counts, "reasons": said})
    return found


def rejected(run: ImportRun, limit: int = SHOWN) -> list[dict[str, Any]]:
    """The first rejected rows, with their reasons in words. One query."""
    rows = run.rejected.order_by("pk")[:limit]
    return [
        {"file": row.file, "row": row.row, "reasons": [reasons.text(code) for code in row.reasons]}
        for row in rows
    ]


def rejected_lines(rows: Iterable[RejectedRow]) -> Iterator[str]:
    """A CSV file for Excel, a line at a time: file, row, reasons in words."""
    yield "\ufeff" + sheets.csv_line([_("File"), _("Row"), _("Reasons")])
    for row in rows:
        yield sheets.csv_line([row.file, str(row.row), " ".join(reasons.text(code) for code in row.reasons)])
