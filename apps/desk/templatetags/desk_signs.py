"""How an event is told to people."""

from django import template

from apps.desk.models import Event
from apps.desk.models.event import EVENT_TITLES

register = template.Library()


@register.simple_tag
def event_title(event: Event) -> str:
    """The event's sentence in the reader's language; its kind when nobody gave one."""
    return str(EVENT_TITLES.get(event.kind, event.kind))
