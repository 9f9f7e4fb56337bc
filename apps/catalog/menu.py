"""What this room adds to the frame."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import EVERYONE, Role
from apps.catalog.selectors import LABOUR_RATE
from apps.catalog.services import seed
from apps.core.money import fen
from apps.core.registry import Furnishing, NavItem, registry
from apps.desk.models.event import EVENT_TITLES


def _yuan(value: Any) -> Decimal:
    return fen(str(value))


def register() -> None:
    """Called once, when Django is ready."""
    declare("catalog.see", *EVERYONE)
    declare("catalog.edit", Role.SERVICE_MANAGER, Role.PARTS_CLERK)
    declare_setting(LABOUR_RATE, _yuan, Decimal("280.00"), _("Labour rate"), _("yuan per hour"))
    EVENT_TITLES["catalog.added"] = _("Added to the price list: %(code)s")
    EVENT_TITLES["catalog.equipment_added"] = _("Equipment added: %(name)s")
    EVENT_TITLES["catalog.changed"] = _("Price list changed: %(code)s")
    registry.add(
        NavItem(_("Price list"), "catalog:packages", "tags", "catalog.see", group="files", order=700),
        Furnishing(lambda store: seed(store.group), optional=True),
    )
