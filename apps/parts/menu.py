"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, MANAGERS, Role
from apps.core.registry import NavItem, registry
from apps.desk.models import EVENT_TITLES
from apps.parts.models import Demand


def _to_issue(user: User) -> int:
    """How many demands wait at the counter (at most 100 are counted)."""
    return Demand.objects.visible_to(user).to_issue().order_by()[:100].count()


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
        NavItem(_("Stock"), "parts:stock", "packages", "parts.see", group="floor", order=345),
    )
