"""Signs of this room: an order's status, a line's state, a quantity. None of them queries."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.templatetags.ui import badge
from apps.parts.services import amount_of
from apps.workorders.models import Line, WorkOrder

register = template.Library()

S = WorkOrder.Status
TONES = {
    S.ESTIMATE: ("wait", "file-pencil"),
    S.AUTHORISED: ("work", "writing-sign"),
    S.IN_WORK: ("work", "tool"),
    S.AWAITING_QC: ("work", "checkup-list"),
    S.READY: ("ready", "circle-check"),
    S.SETTLED: ("ready", "receipt"),
    S.DELIVERED: ("wait", "car"),
    S.DECLINED: ("wait", "x"),
}
LINE_STATES = {
    "authorised": ("ready", "check", _("agreed")),
    "waiting": ("block", "user-question", _("needs consent")),
    "declined": ("wait", "x", _("declined")),
}


@register.simple_tag
def order_status(status: str, size: str = "") -> SafeString:
    """An order's status as a badge."""
    tone, icon = TONES[S(status)]
    return badge(S(status).label, tone, icon, size)


@register.simple_tag
def line_state(line: Line) -> SafeString:
    """Whether the customer has agreed to a line."""
    tone, icon, label = LINE_STATES[line.state]
    return badge(label, tone, icon)


@register.filter
def qty(value: Any) -> str:
    """``4``, ``0.5``: a quantity without needless noughts."""
    return amount_of(Decimal(value)) if value not in (None, "") else ""


@register.filter
def amount(value: Any) -> Decimal | None:
    """A frozen amount (text) as a number, for the ``money`` filter."""
    return Decimal(value) if value not in (None, "") else None


@register.filter
def moment(value: str | None) -> datetime | None:
    """A frozen time (text) as a time, for the ``when`` filter."""
    return parse_datetime(value) if value else None


@register.filter
def payer_label(code: str) -> str:
    """Who pays, in words."""
    return str(Line.Payer(code).label)


@register.filter
def option_label(code: Any, name: str) -> str:
    """An option of the frozen content in words: ``payment``, ``old_parts`` or ``hand_back``."""
    kinds = {
        "payment": WorkOrder.PaymentMethod,
        "old_parts": WorkOrder.OldParts,
        "hand_back": WorkOrder.HandBack,
    }
    return str(kinds[name](code).label)
