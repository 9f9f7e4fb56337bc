"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, MANAGERS, Role
from apps.desk.models.event import EVENT_TITLES


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
