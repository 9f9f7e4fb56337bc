"""Signs of the preparation chain."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.appointments.models import PreparationStep
from apps.core import clock
from apps.core.templatetags.ui import icon

register = template.Library()
SIGNS = {"open": ("circle", "wait"), "done": ("circle-check", "ready"), "failed": ("alert-triangle", "late")}


@register.simple_tag
def step_sign(steps: Mapping[str, PreparationStep], kind: str) -> SafeString:
    """One step of a row: a mark with its name and state for the hover text; a dash where there is none."""
    step = steps.get(kind)
    if step is None or step.state not in SIGNS:
        return format_html('<span class="muted step-none">{}</span>', "–")
    sign, tone = SIGNS[step.state]
    tone = "late" if step.is_late(clock.now()) else tone
    words = f"{step.get_kind_display()}: {step.get_state_display()}"
    return format_html(
        '<span class="tone-{}" title="{}" aria-label="{}">{} <span class="step-words">{}</span></span>',
        tone, words, words, icon(sign), words,
    )  # fmt: skip
