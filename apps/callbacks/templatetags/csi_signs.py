"""How CSI figures are written."""

from decimal import Decimal

from django import template

from apps.callbacks.scores import Figure, shown

register = template.Library()


@register.filter
def one_decimal(value: Decimal | None) -> str:
    """One decimal, or a dash."""
    return "–" if value is None else str(shown(value))


@register.filter
def interval(figure: Figure) -> str:
    """``80.1 – 86.3``, or a dash."""
    if figure.low is None or figure.high is None:
        return "–"
    return f"{shown(figure.low)} – {shown(figure.high)}"


@register.filter
def against(figure: Figure, target: Decimal) -> str:
    """The colour of a figure beside its target; none while there are too few answers."""
    if not figure.is_sufficient or figure.value is None:
        return ""
    return "late" if figure.value < target else "ready"
