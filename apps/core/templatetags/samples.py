"""Feeds the component sheet."""

from typing import Any

from django import template

from apps.core import clock
from apps.core.samples import all_samples

register = template.Library()


@register.simple_tag
def samples() -> dict[str, Any]:
    """Made-up data for each component."""
    return all_samples(clock.now())
