"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import MANAGERS, Role
from apps.core.registry import NavItem, registry


def register() -> None:
    """Called once, when Django is ready."""
    declare("reports.see_today", *MANAGERS, Role.GROUP_MANAGER, Role.RECEPTION_SUPERVISOR, Role.DISPATCHER)
    registry.add(
        NavItem(
            _("Today"),
            "reports:today",
            "dashboard",
            "reports.see_today",
            group="manage",
            order=600,
            key="t",
        )
    )
