"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.core import health
from apps.core.registry import NavItem, Panel, registry
from apps.desk.models.event import EVENT_TITLES
from apps.messaging.health import outbox
from apps.messaging.models import Message


def _ledger(obj, user):
    return {"messages": list(Message.objects.about(obj)[:50])}


def register() -> None:
    """Called once, when Django is ready."""
    declare("messaging.see", *DESK, *CALLERS, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("messaging.resolve", *DESK, *MANAGERS)
    health.register("outbox", outbox)
    EVENT_TITLES["message.resolved"] = _("Outcome of a message settled by hand")
    registry.add(
        NavItem(_("Outbox"), "messaging:outbox", "messages", "messaging.see", group="calls", order=590),
        Panel("appointment", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
        Panel("waiting_entry", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
        Panel("workorder", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
    )
