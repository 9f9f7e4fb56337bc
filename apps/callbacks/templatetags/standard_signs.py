"""How the standards' figures are written: each a link to the calls it was counted from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

register = template.Library()
FULL = Decimal(100)


def _address(store: int, queue: str, kind: str, month: date) -> str:
    asked = {"month": f"{month:%Y-%m}", "store": str(store), "queue": queue, "kind": kind}
    return f"{reverse('callbacks:standards_rows')}?{urlencode(asked)}"


@register.simple_tag
def rate(
    value: Decimal | None, n: int, of: int, store: int, queue: str, kind: str, month: date
) -> SafeString:
    """``97.5 %`` with ``39 of 40`` below, both opening their rows; nothing counted yet is a dash."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    return format_html(
        '<a class="tone-{} strong" href="{}">{} %</a><span class="sub">{} / <a href="{}">{}</a></span>',
        "ready" if value == FULL else "late", _address(store, queue, kind, month), value, n,
        _address(store, queue, "week_counted" if kind == "week" else "counted", month), of,
    )  # fmt: skip


@register.simple_tag
def count(n: int, store: int, queue: str, kind: str, month: date) -> SafeString:
    """A number that opens its rows; none is a dash."""
    if not n:
        return format_html('<span class="muted">{}</span>', "–")
    tone = "tone-late strong" if kind == "late" else ""
    return format_html('<a class="{}" href="{}">{}</a>', tone, _address(store, queue, kind, month), n)
