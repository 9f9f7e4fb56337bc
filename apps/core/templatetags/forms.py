"""Tags that forms need."""

import secrets

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context: template.Context) -> SafeString:
    """The hidden double-submit token. A form that comes back with errors keeps its token."""
    request = context.get("request")
    token = (request.POST.get("_once") if request and request.method == "POST" else "") or secrets.token_hex(
        12
    )
    return format_html('<input type="hidden" name="_once" value="{}">', token)
