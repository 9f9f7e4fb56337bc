"""Draws what later rooms add to a page. The ``ui`` library registers it."""

from typing import Any

from django import template
from django.template import loader
from django.utils.safestring import SafeString


def draw_panel(context: template.Context, panel: dict[str, Any]) -> SafeString:
    """A later room's section: its values stand in the page's context, and together as ``panel``."""
    values = context.flatten() | panel["context"] | {"panel": panel["context"]}
    return loader.render_to_string(panel["template"], values)
