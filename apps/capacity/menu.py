"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.capacity.selectors import CARS, RESERVE
from apps.core.registry import NavItem, registry
from apps.desk.models.event import EVENT_TITLES


def register() -> None:
    """Called once, when Django is ready."""
    declare("capacity.see", *DESK, *CALLERS, *FLOOR, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("capacity.manage", *MANAGERS, Role.ADMINISTRATOR)
    declare_setting(
        CARS, int, 8, _("Cars that are received within an hour (0: no limit)"), _("cars"), high=99
    )
    declare_setting(
        RESERVE,
        int,
        20,
        _("Kept for walk-ins and added work"),
        _("% of the technicians' time"),
        high=90,
        hint=_("Not booked ahead; it opens on the day itself."),
    )
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
