"""How CSI figures are written."""

from decimal import Decimal

from django import template

from apps.callbacks.models import Answer
from apps.callbacks.models.questionnaire import in_language
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


@register.filter
def change_from(now: Figure, before: Figure) -> str:
    """``+1.4`` or ``−0.6`` against the period before; nothing where one of the two is missing."""
    if now.value is None or before.value is None:
        return ""
    change = shown(now.value - before.value) or Decimal(0)
    return f"+{change}" if change > 0 else f"\N{MINUS SIGN}{-change}" if change < 0 else "±0"


@register.filter
def chosen(answer: Answer) -> str:
    """The choice in the reader's words."""
    return dict(answer.question.choices).get(answer.choice, answer.choice)


@register.filter
def in_words(zh: str, en: str) -> str:
    """The text in the reader's language."""
    return in_language(zh, en)
