"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import Role
from apps.core.registry import NavItem, registry


def register() -> None:
    """Called once, when Django is ready."""
    declare("accounts.manage_people", Role.ADMINISTRATOR)
    registry.add(
        NavItem(
            _("People"),
            "accounts:people",
            "users",
            "accounts.manage_people",
            group="admin",
            order=900,
        )
    )
