"""What only reception's pages draw."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import pgettext

from apps.customers.models import Customer
from apps.reception.texts.surnames import COMPOUND

register = template.Library()
_HAN = re.compile("[\u3400-\u9fff]")


def surname(name: str) -> str:
    """The family name: one character, two for compound ones, the last word of a Latin name."""
    name = name.strip()
    if not _HAN.match(name):
        return name.split()[-1] if name else ""
    first = re.split("[\u00b7\u2022]", name)[0]
    if first != name:
        return first
    return name[:2] if name[:2] in COMPOUND else name[:1]


@register.filter
def guest(customer: Customer) -> str:
    """How a public board greets: surname and title, a company by its first character."""
    if customer.kind == Customer.Kind.COMPANY:
        return customer.masked_name
    family = surname(customer.name)
    title = {
        Customer.Gender.MALE.value: pgettext("welcome board", "Mr %(surname)s"),
        Customer.Gender.FEMALE.value: pgettext("welcome board", "Ms %(surname)s"),
    }.get(customer.gender, pgettext("welcome board", "%(surname)s"))
    return title % {"surname": family}
