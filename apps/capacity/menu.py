"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.core.registry import NavItem, registry
from apps.desk.models.event import EVENT_TITLES


def register() -> None:
    """Called once, when Django is ready."""
    declare("capacity.see", *DESK, *CALLERS, *FLOOR, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("capacity.manage", *MANAGERS, Role.ADMINISTRATOR)
    EVENT_TITLES.update(
        {
            "capacity.resource_saved": _("Bay or person saved"),
            "capacity.hours_saved": _("Opening hours changed"),
            "capacity.day_closed": _("Day closed"),
            "capacity.day_reopened": _("Day opened again"),
            "capacity.absence_added": _("Absence entered"),
            "capacity.absence_removed": _("Absence removed"),
        }
    )
    registry.add(
        NavItem(
            _("Bays and people"),
            "capacity:overview",
            "building-warehouse",
            "capacity.manage",
            group="manage",
            order=720,
        )
    )
