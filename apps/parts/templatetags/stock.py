"""Signs of this room."""

from decimal import Decimal
from typing import Any

from django import template

from apps.parts.services import amount_of

register = template.Library()


@register.filter
def pieces(value: Any) -> str:
    """``4``, ``0.5``: a quantity without needless noughts."""
    return amount_of(Decimal(value)) if value not in (None, "") else ""


@register.filter
def signed(value: Decimal) -> str:
    """``+4``, ``−2``: what came and what went."""
    return f"{'+' if value > 0 else '−'}{amount_of(abs(value))}"
