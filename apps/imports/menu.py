"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import Role
from apps.core.registry import NavItem, WorkList, registry
from apps.desk.models.event import EVENT_TITLES
from apps.imports import first_steps


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
        NavItem(_("Imports"), "imports:list", "database-import", "imports.see", group="admin", order=950),
        WorkList(
            "first_steps",
            _("Before the first car"),
            first_steps.rows,
            "accounts.manage_people",
            empty=_("The house is set up."),
            order=1,
            page="accounts:people",
            roles=(Role.ADMINISTRATOR,),
        ),
    )
