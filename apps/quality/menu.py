"""What this room adds to the frame."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, MANAGERS, Role
from apps.core.registry import Action, NavItem, Panel, WorkList, registry
from apps.desk.models import EVENT_TITLES
from apps.quality import selectors
from apps.quality.models import QualityCheck
from apps.workorders.models import WorkOrder


def _count(user: Any) -> int:
    return len(selectors.waiting_for_check(user))


def _rows(user: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{order.number} {order.vehicle.model_name}",
            "plate": order.vehicle.plate,
            "url": reverse("quality:check", args=[order.number]),
            "due_at": order.promised_at,
        }
        for order in selectors.waiting_for_check(user)
    ]


def _washes(user: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{wash.order.number} {wash.order.vehicle.model_name}",
            "plate": wash.order.vehicle.plate,
            "url": reverse("quality:check", args=[wash.order.number]),
            "due_at": wash.order.promised_at,
        }
        for wash in selectors.waiting_for_wash(user)
    ]


def _panel(order: Any, user: Any) -> dict[str, Any] | None:
    rounds = list(QualityCheck.objects.filter(order=order).select_related("checked_by"))
    return {"rounds": rounds, "wash": selectors.open_wash(order)} if rounds else None


def _check_url(order: Any, user: Any) -> str:
    waiting = order.status == WorkOrder.Status.AWAITING_QC
    return reverse("quality:check", args=[order.number]) if waiting else ""


TITLES = {"quality.passed": _("Quality check passed"), "quality.failed": _("Quality check failed")}


def register() -> None:
    """Called once, when Django is ready."""
    checkers = (Role.QUALITY_INSPECTOR, Role.TEAM_LEAD, Role.DISPATCHER, *MANAGERS)
    declare("quality.see", *checkers, *DESK, Role.TECHNICIAN, Role.GROUP_MANAGER)
    declare("quality.check", *checkers)
    declare("quality.wash", *checkers, Role.TECHNICIAN, Role.SERVICE_ADVISOR, Role.RECEPTION_SUPERVISOR)
    EVENT_TITLES.update(TITLES)
    registry.add(
        NavItem(
            _("Quality"),
            "quality:queue",
            "checkup-list",
            "quality.see",
            group="floor",
            order=340,
            badge=_count,
        ),
        WorkList(
            "quality",
            _("Waiting for the quality check"),
            _rows,
            "quality.check",
            _("Nothing to check."),
            20,
            page="quality:queue",
        ),
        WorkList(
            "wash", _("Waiting for the wash"), _washes, "quality.wash", _("No car waits for the wash."), 25
        ),
        Panel("workorder", "quality/_panel.html", _panel, order=50, perm="quality.see"),
        Action(
            "workorder",
            _("Quality check"),
            _check_url,
            icon="checkup-list",
            order=40,
            perm="quality.check",
            primary=True,
        ),
    )
