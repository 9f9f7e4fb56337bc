"""Signs of customers' and vehicles' pages."""

from django import template
from django.utils.safestring import SafeString

from apps.core import phones, plates
from apps.core.templatetags import ui

register = template.Library()

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
def masked_plate(plate: str) -> str:
    """A plate for those who have no access yet."""
    return plates.mask(plate)


@register.filter
def masked_number(phone: str) -> str:
    """A telephone number for those who have no access yet."""
    return phones.mask(phone) if phone else ""
