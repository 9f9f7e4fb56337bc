"""The documents of this room."""

from __future__ import annotations

import base64
from typing import Any

from apps.desk.models import File
from apps.reception import selectors
from apps.reception.models import WalkAround


def _inline(file: File | None) -> str:
    """A picture as data URL: documents fetch nothing."""
    if file is None:
        return ""
    return f"data:{file.mime};base64,{base64.b64encode(file.read()).decode()}"


def slip_context(pk: int) -> dict[str, Any]:
    """What the slip prints. Every photo is inside."""
    walk = WalkAround.objects.select_related(
        "visit__vehicle__model", "visit__customer", "visit__store", "visit__advisor", "signature", "done_by"
    ).get(pk=pk)
    marks = selectors.marks_of(walk.visit)
    return {
        "walk": walk,
        "visit": walk.visit,
        "store": walk.visit.store,
        "marks": marks,
        "photos": [
            {"mark": m, "number": n, "src": _inline(m.photo)} for n, m in enumerate(marks, 1) if m.photo
        ],
        "signature": _inline(walk.signature),
    }


def slip_file_name(context: dict[str, Any]) -> str:
    """``V-HZ01-261124-001.pdf``."""
    return f"{context['visit'].number}.pdf"
