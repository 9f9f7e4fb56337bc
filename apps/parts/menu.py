"""What this room adds to the frame."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, MANAGERS, Role
from apps.core.registry import NavItem, WorkList, registry
from apps.desk.models import EVENT_TITLES
from apps.parts.models import Demand
from apps.parts.selectors import queue


def _to_issue(user: User) -> int:
    """How many demands wait at the counter (at most 100 are counted)."""
    return Demand.objects.visible_to(user).to_issue().order_by()[:100].count()


def _at_the_counter(user: User) -> list[dict[str, Any]]:
    """Parts that wait to be fetched, the longest waiting first."""
    url = reverse("parts:to_issue")
    return [
        {"title": demand.part.name, "url": url, "note": f"{demand.purpose} · {demand.shelf}".strip(" ·")}
        for demand in queue(user, 50)["ready"]
    ]


def register() -> None:
    """Called once, when Django is ready."""
    declare(
        "parts.see",
        *DESK,
        *FLOOR,
        Role.PARTS_CLERK,
        Role.WARRANTY_CLERK,
        Role.GROUP_MANAGER,
        Role.ADMINISTRATOR,
    )
    declare("parts.handle", Role.PARTS_CLERK, *MANAGERS)
    EVENT_TITLES.update(
        {
            "parts.arrived": _("Awaited parts arrived"),
            "parts.expected": _("Arrival of parts noted"),
            "parts.issued": _("Parts issued"),
            "parts.returned": _("Parts taken back"),
            "parts.reservation_released": _("Reservation of parts given up"),
        }
    )
    registry.add(
        NavItem(
            _("Parts to issue"),
            "parts:to_issue",
            "package-export",
            "parts.handle",
            group="floor",
            order=340,
            badge=_to_issue,
        ),
        WorkList(
            "parts_to_issue",
            _("Parts to issue"),
            _at_the_counter,
            "parts.handle",
            _("Nothing waits at the counter"),
            20,
        ),
        NavItem(_("Stock"), "parts:stock", "packages", "parts.see", group="floor", order=345),
    )
