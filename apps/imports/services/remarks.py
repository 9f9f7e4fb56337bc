"""What the old system knew and our tables have no field for: kept as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.imports.legacy.cells import tidy
from apps.imports.legacy.synonyms import HISTORY, LABELLED, TITLES, WORK_KIND_WORDS

LONGEST = 4_000
"""Characters of all lines together; more is cut with an ellipsis."""


def title_of(kind: str, name: str) -> str:
    """The usual column title of a field, or ``name`` itself when it is a title already."""
    titles = TITLES[kind].get(name)
    return titles[0] if titles else name


def lines(kind: str, pairs: Iterable[tuple[str, Any]], *, first: str = "") -> str:
    """``first`` and one line per filled pair of field (or column title) and value."""
    said = [first] if first else []
    for name, value in pairs:
        text = tidy(str(value), lines=True)[0] if value not in (None, "") else ""
        if text:
            said.append(LABELLED.format(title=title_of(kind, name), text=text))
    whole = "\n".join(said)
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def of_visit(cleaned: Mapping[str, Any]) -> str:
    """The text of a past visit: its items first, then kind of work, hours, technician and the rest."""
    pairs = [
        ("work_kind", WORK_KIND_WORDS.get(cleaned["work_kind"], "")),
        ("hours", cleaned["hours"]),
        ("technician", cleaned["technician"]),
        *cleaned["extra"].items(),
    ]
    return lines(HISTORY, pairs, first=cleaned["items"])
