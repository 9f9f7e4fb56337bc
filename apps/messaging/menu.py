"""What this room adds to the frame."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.core import health
from apps.core.registry import NavItem, Panel, registry
from apps.customers.models import Customer
from apps.desk.models.event import EVENT_TITLES
from apps.messaging import followers, trial
from apps.messaging.courtesy import PER_DAY
from apps.messaging.health import outbox
from apps.messaging.models import Gateway, Message, Reply
from apps.messaging.replies import ENABLED


def _ledger(obj, user):
    return {
        "messages": list(Message.objects.about(obj).select_related("gateway")[:50]),
        "replies": list(Reply.objects.about(obj)[:20]),
    }


def _to_customer(customer: Customer, user: User) -> dict[str, Any]:
    """The last messages to the customer's number, and whether he follows the account. Three queries."""
    rows = Message.objects.visible_to(user).to(customer.phone).select_related("gateway")
    account = Gateway.objects.live().filter(store=user.store_id or 0, channel="wechat").first()
    follower = followers.of_customer(customer, account) if account else None
    return {"customer": customer, "messages": list(rows[:5]), "wechat": account, "follower": follower}


def register() -> None:
    """Called once, when Django is ready."""
    declare("messaging.see", *DESK, *CALLERS, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("messaging.resolve", *DESK, *MANAGERS)
    declare("messaging.write", *MANAGERS, Role.ADMINISTRATOR)
    declare("messaging.connect", Role.ADMINISTRATOR)
    declare("messaging.take_in", Role.INFORMATION_CLERK, Role.ADMINISTRATOR)
    declare_setting(
        ENABLED,
        bool,
        False,
        _("Messages ask for a reply by number"),
        hint=_("Only where the gateway passes replies on."),
    )
    declare_setting(
        PER_DAY,
        int,
        4,
        _("Messages to one number within 24 hours"),
        _("messages"),
        low=1,
        high=50,
        hint=_("Answers to the customer's own act do not count."),
    )
    health.register("outbox", outbox)
    EVENT_TITLES["message.resolved"] = _("Outcome of a message settled by hand")
    EVENT_TITLES["gateway.changed"] = _("Account for messages changed")
    EVENT_TITLES["gateway.switched"] = _("Account for messages switched")
    EVENT_TITLES["customer.follows"] = _("Follows the WeChat account")
    EVENT_TITLES["template.changed"] = _("Words of a message changed")
    EVENT_TITLES["template.approved"] = _("Approval code of a message changed")
    registry.add(
        trial.KIND,
        NavItem(_("Outbox"), "messaging:outbox", "messages", "messaging.see", group="calls", order=590),
        Panel("appointment", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
        Panel("waiting_entry", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
        Panel("customer", "messaging/_customer_panel.html", _to_customer, order=80, perm="messaging.see"),
        Panel("workorder", "messaging/_ledger.html", _ledger, order=80, perm="messaging.see"),
    )
