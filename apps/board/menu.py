"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, Role
from apps.core.registry import NavItem, registry

BACK_OFFICE = (Role.PARTS_CLERK, Role.CASHIER, Role.WARRANTY_CLERK, Role.GROUP_MANAGER)


def register() -> None:
    """Called once, when Django is ready."""
    declare("board.see", *DESK, *FLOOR, *CALLERS, *BACK_OFFICE)
    declare("board.lounge", *DESK, *FLOOR, *CALLERS, *BACK_OFFICE)
    registry.add(
        NavItem(
            _("Vehicles in the house"),
            "board:progress",
            "layout-kanban",
            "board.see",
            group="floor",
            order=290,
        )
    )
