"""How a message's state and reason are shown."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.core.templatetags.ui import badge
from apps.messaging.models import Message

register = template.Library()
TONES = {
    "planned": "wait",
    "sending": "work",
    "sent": "ready",
    "suppressed": "wait",
    "failed": "late",
    "unknown": "block",
}


@register.simple_tag
def message_state(message: Message) -> SafeString:
    """The state as a badge, in the colour that it has everywhere."""
    return badge(message.get_state_display(), TONES[message.state])


@register.simple_tag
def message_reason(message: Message) -> str:
    """The stored reason is an English message id; show it in the reader's language."""
    return gettext(message.reason) if message.reason else ""
