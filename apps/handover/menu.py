"""What this room adds to the frame."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, Role
from apps.calls.queues import CallQueue, declare_queue
from apps.core import clock
from apps.core.registry import NavItem, Panel, WorkList, registry
from apps.desk.models.event import EVENT_TITLES
from apps.handover.models import Handover
from apps.handover.services import N15
from apps.handover.texts import N15_SCRIPT

PLANNERS = (Role.CUSTOMER_MANAGER, Role.INFORMATION_CLERK, Role.SERVICE_MANAGER)


def _whose(value: Any) -> str:
    if value not in ("advisor", "agent"):
        raise ValueError("advisor or agent")
    return str(value)


def _today(user: User) -> list[dict[str, Any]]:
    """The advisor's own of today; the customer manager's are all of today and those left behind."""
    visible, now = Handover.objects.visible_to(user), clock.now()
    if user.role == Role.CUSTOMER_MANAGER:
        own = visible.on_day(now) | visible.not_collected(now)
    else:
        own = visible.on_day(now).filter(advisor=user)
    return [
        {
            "title": handover.customer.name,
            "url": handover.get_absolute_url(),
            "note": handover.vehicle.model_name,
            "due_at": handover.planned_at,
            "badge": handover.get_status_display(),
            "tone": "ready" if handover.status == Handover.Status.DELIVERABLE else "wait",
        }
        for handover in own.select_related("customer", "vehicle__model").order_by("planned_at", "pk")
    ]


def _panel(vehicle: Any, user: User) -> dict[str, Any] | None:
    rows = Handover.objects.visible_to(user).filter(vehicle=vehicle).exclude(status="cancelled")
    handover = rows.select_related("advisor", "customer").first()
    return {"handover": handover} if handover else None


def register() -> None:
    """Called once, when Django is ready."""
    declare("handover.see", *DESK, *CALLERS, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("handover.plan", *PLANNERS)
    declare("handover.prepare", *DESK, *CALLERS)
    declare("handover.deliver", *DESK, Role.CUSTOMER_MANAGER)
    owners = (("advisor", _("Dedicated advisor")), ("agent", _("Callback staff")))
    declare_setting("handover.n15_owner", _whose, "advisor", _("N+15 call is made by"), choices=owners)
    declare_queue(
        CallQueue(N15, _("N+15"), (Role.SERVICE_ADVISOR, Role.CALLBACK_AGENT), N15_SCRIPT, order=40)
    )
    EVENT_TITLES.update(
        {
            "handover.planned": _("Handover planned"),
            "handover.replanned": _("Handover moved"),
            "handover.advisor_changed": _("Dedicated advisor changed before handover"),
            "handover.deliverable": _("New car ready to be handed over"),
            "handover.delivered": _("New car handed over"),
            "handover.cancelled": _("Handover cancelled"),
        }
    )
    registry.add(
        NavItem(_("New cars"), "handover:list", "key", "handover.see", group="front", order=250),
        WorkList(
            "handovers",
            _("Handovers today"),
            _today,
            "handover.deliver",
            empty=_("None today."),
            order=20,
            page="handover:list",
        ),
        Panel("vehicle", "handover/_panel.html", _panel, order=60, perm="handover.see"),
    )
