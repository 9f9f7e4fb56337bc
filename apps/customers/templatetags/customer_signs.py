"""Signs of customers' and vehicles' pages."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as translate

from apps.core import phones
from apps.core.templatetags import ui
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Event

register = template.Library()

MODELS = {"customer.updated": Customer, "vehicle.updated": Vehicle}
"""Kinds of events that keep old and new values of fields."""

ICONS = {
    "appointment": "calendar",
    "arrival": "door-enter",
    "call": "phone",
    "complaint": "mood-sad",
    "customer": "user",
    "delivery": "key",
    "message": "message",
    "payment": "cash",
    "quality": "checkup-list",
    "reading": "gauge",
    "recommendation": "bulb",
    "settlement": "receipt",
    "vehicle": "car",
    "visit": "door-enter",
    "workorder": "clipboard-text",
}
"""The first word of an event's kind → its sign in the story."""


@register.simple_tag
def event_icon(kind: str) -> SafeString:
    """The sign of an event in the story."""
    return ui.icon(ICONS.get(kind.partition(".")[0], "point"))


@register.simple_tag(takes_context=True)
def contact(context: template.Context, phone: str) -> SafeString:
    """The telephone number, masked for whoever need not know it."""
    may_see = context["request"].user.has_perm("customers.see_contacts")
    return ui.phone(phone) if may_see else ui.masked_phone(phone)


@register.filter
def km(value: int | None) -> SafeString:
    """``48,210 km``; a dash when nobody has read it."""
    return ui.NOTHING if value is None else format_html('<span class="num">{} km</span>', f"{value:,}")


@register.simple_tag(takes_context=True)
def changes(context: template.Context, event: Event) -> list[str]:
    """What an edit of a file changed, ``label: old → new``; personal values for whoever may see contacts."""
    model = MODELS.get(event.kind)
    if model is None:
        return []
    values = dict(event.facts.get("changes", {}))
    if context["request"].user.has_perm("customers.see_contacts"):
        values |= event.personal
    told = []
    for name in event.facts.get("fields", []):
        field: Any = model._meta.get_field(name)
        label = capfirst(str(field.verbose_name))
        if name in values:
            old, new = (_words(field, value) for value in values[name])
            label = f"{label}: {old} → {new}"
        told.append(label)
    return told


def _words(field: Any, value: Any) -> str:
    """A stored value as people read it."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    return str(dict(field.flatchoices).get(value, value))


@register.filter
def masked_number(phone: str) -> str:
    """A telephone number for those who have no access yet."""
    return phones.mask(phone) if phone else ""
