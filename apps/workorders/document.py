"""A frozen content made ready for a page or a sheet of paper: grouped, summed, nothing looked up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

GROUPS = (
    ("labour", ("labour",), _("Labour")),
    ("parts", ("part",), _("Parts")),
    ("other", ("sublet", "fee"), _("Sublet work and fees")),
)


def shown(content: dict[str, Any], photos: dict[str, str] | None = None) -> dict[str, Any]:
    """``content`` with ``groups`` (label, lines, subtotal), ``waiting``, ``declined`` and ``waiting_amount``.

    Amounts stay texts except the sums made here. ``photos`` gives addresses by hash.
    """
    known = photos or {}
    lines = [
        line | {"photo_urls": [known[sha256] for sha256 in line["photos"] if sha256 in known]}
        for line in content["lines"]
    ]
    standing = [line for line in lines if not line["declined"]]
    waiting = [line for line in standing if line["agreed_in"] is None]
    groups = [
        {
            "key": key,
            "label": label,
            "lines": [line for line in standing if line["kind"] in kinds],
            "subtotal": content["totals"][key],
        }
        for key, kinds, label in GROUPS
    ]
    return content | {
        "lines": lines,
        "groups": [group for group in groups if group["lines"]],
        "waiting": waiting,
        "agreed": [line for line in standing if line["agreed_in"] is not None],
        "declined": [line for line in lines if line["declined"]],
        "has_new_time": bool(waiting) and len(waiting) < len(standing),
        "is_first": all(line["agreed_in"] is None for line in standing),
        "waiting_amount": sum((Decimal(line["amount"]) for line in waiting), Decimal("0.00")),
    }
