"""An order's events as sentences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.money import display
from apps.desk.models import EVENT_TITLES, Event

SIGNS = {
    "workorder.opened": ("", "clipboard-plus"),
    "workorder.promised": ("", "clock-check"),
    "workorder.options_changed": ("", "adjustments"),
    "workorder.work_added": ("block", "user-question"),
    "workorder.line_changed": ("", "pencil"),
    "workorder.line_reopened": ("block", "lock-open"),
    "workorder.line_removed": ("", "trash"),
    "workorder.link_sent": ("", "send"),
    "workorder.consented": ("ready", "writing-sign"),
    "workorder.work_declined": ("", "x"),
    "workorder.authorised": ("work", "checks"),
    "workorder.in_work": ("work", "tool"),
    "workorder.awaiting_qc": ("work", "checkup-list"),
    "workorder.ready": ("ready", "circle-check"),
    "workorder.settled": ("ready", "receipt"),
    "workorder.delivered": ("ready", "car"),
    "workorder.declined": ("", "door-exit"),
}

BY_LINK = {"workorder.consented", "workorder.authorised", "workorder.work_declined"}
"""What the customer does himself when no colleague stands beside it; the rest the house did by itself."""


def tell(event: Event) -> dict[str, Any]:
    """``{event, title, more, tone, icon}`` of what happened, ``more`` being who, what and why. No query."""
    tone, icon = SIGNS.get(event.kind, ("", "point"))
    return {
        "event": event,
        "title": EVENT_TITLES.get(event.kind, event.kind),
        "more": " · ".join(part for part in (_who(event), _note(event), event.reason) if part),
        "tone": tone,
        "icon": icon,
    }


def _who(event: Event) -> str:
    if event.actor:
        return event.actor.name
    return _("The customer") if event.kind in BY_LINK else ""


def _note(event: Event) -> str:
    facts = event.facts
    match event.kind:
        case "workorder.work_added" | "workorder.work_declined":
            return ", ".join(facts.get("lines", []))
        case "workorder.line_changed" | "workorder.line_reopened":
            before, after = facts.get("charge", ["", ""])
            return f"{facts.get('description', '')}: ¥{before} → ¥{after}"
        case "workorder.line_removed":
            return f"{facts.get('description', '')} ¥{facts.get('amount', '')}"
        case "workorder.consented":
            return _("version %(version)s, %(given_by)s, ¥%(amount)s") % {
                "version": facts.get("version"),
                "given_by": event.personal.get("given_by", "–"),
                "amount": facts.get("amount", display(0)),
            }
        case "workorder.link_sent":
            return _("version %(version)s") % {"version": facts.get("version")}
        case _:
            return ""
