"""How an event is told to people."""

from django import template

from apps.desk.models import Event
from apps.desk.models.event import EVENT_TITLES

register = template.Library()


class _Values(dict):
    def __missing__(self, key: str) -> str:
        return "–"


@register.simple_tag
def event_title(event: Event) -> str:
    """The event's sentence in the reader's language, filled in from facts and personal values.

    Its kind when nobody gave one; a dash for values that were erased.
    """
    title = str(EVENT_TITLES.get(event.kind, event.kind))
    return title % _Values(event.facts | event.personal) if "%(" in title else title
