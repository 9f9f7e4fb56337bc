"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import Role
from apps.core.registry import NavItem, registry
from apps.desk.models.event import EVENT_TITLES


def register() -> None:
    """Called once, when Django is ready."""
    declare("imports.see", Role.ADMINISTRATOR, Role.SERVICE_MANAGER)
    declare("imports.run", Role.ADMINISTRATOR, Role.SERVICE_MANAGER)
    EVENT_TITLES.update(
        {
            "import.finished": _("Import %(run)s finished: %(rows)s rows"),
            "import.undone": _("Import %(run)s undone; %(kept)s rows in use stay"),
        }
    )
    registry.add(
        NavItem(_("Imports"), "imports:list", "database-import", "imports.see", group="admin", order=950)
    )
