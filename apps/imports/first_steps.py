"""What an empty house needs before its first car, for the administrator's "my work"."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.capacity.models import Resource
from apps.catalog.models import LabourOperation
from apps.customers.models import Customer


def rows(user: User) -> list[dict[str, Any]]:
    """The steps not yet taken, in their order. Four queries."""
    steps = (
        (
            User.objects.visible_to(user).exclude(pk=user.pk),
            _("Enter the people who work here"),
            _("Each logs in under their own name; the role decides what they may do."),
            "accounts:people",
        ),
        (
            Resource.objects.filter(store=user.store),
            _("Enter bays, technicians and opening hours"),
            _("Without them no appointment time can be offered."),
            "capacity:overview",
        ),
        (
            LabourOperation.objects.filter(group=user.group),
            _("Have the price list filled"),
            _("Operations, parts and packages; the service manager enters them."),
            "catalog:packages",
        ),
        (
            Customer.objects.filter(group=user.group),
            _("Bring the customers over"),
            _("From the old system's exports; or begin without."),
            "imports:list",
        ),
    )
    return [
        {"title": title, "note": note, "url": reverse(page)}
        for known, title, note, page in steps
        if not known.exists()
    ]
