"""Counts of the due list."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.simple_tag
def count_of(counts: Mapping[str, int], result: str) -> int:
    """How many calls of this month had ``result``."""
    return counts.get(result, 0)
