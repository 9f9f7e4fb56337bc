"""What this room adds to the frame, and the settings it reads."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.desk.models.event import EVENT_TITLES


def register() -> None:
    """Called once, when Django is ready."""
    declare(
        "workorders.see",
        *DESK,
        *FLOOR,
        *CALLERS,
        Role.PARTS_CLERK,
        Role.CASHIER,
        Role.WARRANTY_CLERK,
        Role.GROUP_MANAGER,
        Role.ADMINISTRATOR,
    )
    declare("workorders.edit", *DESK)
    declare("workorders.authorise", *DESK)
    declare("workorders.decline", *DESK)
    declare("workorders.discount_freely", Role.RECEPTION_SUPERVISOR, *MANAGERS)
    declare_setting("workorders.tax_rate", Decimal, Decimal(13), _("Tax inside the prices"), "%")
    declare_setting("workorders.discount_limit", Decimal, Decimal(10), _("Discount an advisor may give"), "%")
    declare_setting(
        "workorders.phone_limit",
        Decimal,
        Decimal(1000),
        _("Consent by phone without a second person, up to"),
        _("yuan"),
    )
    EVENT_TITLES.update(
        {
            "workorder.opened": _("Order opened"),
            "workorder.promised": _("Time promised"),
            "workorder.options_changed": _("Options changed"),
            "workorder.work_added": _("Additional work found"),
            "workorder.line_changed": _("Line changed within what was agreed"),
            "workorder.line_reopened": _("Line changed: new consent needed"),
            "workorder.line_removed": _("Line removed"),
            "workorder.link_sent": _("Link for consent sent"),
            "workorder.consented": _("The customer consented"),
            "workorder.work_declined": _("The customer declined work"),
            "workorder.authorised": _("Order authorised"),
            "workorder.in_work": _("Work began"),
            "workorder.awaiting_qc": _("Handed to quality check"),
            "workorder.ready": _("Ready for hand-back"),
            "workorder.settled": _("Settled"),
            "workorder.delivered": _("Delivered"),
            "workorder.declined": _("Estimate declined"),
        }
    )
