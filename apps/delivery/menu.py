"""What this room adds to the frame."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, MANAGERS, Role
from apps.core.registry import Action, FileKind, MessageKind, NavItem, Panel, PdfKind, WorkList, registry
from apps.delivery import papers, selectors, services
from apps.delivery.forms import CustodyForm
from apps.delivery.models import CustodyItem
from apps.desk.models import EVENT_TITLES
from apps.desk.subscriptions import subscribe
from apps.workorders.models import WorkOrder

REASONS = [gettext_noop("The car is not waiting any more")]
LEAVING = (WorkOrder.Status.READY, WorkOrder.Status.SETTLED)


def _url(order: Any, user: Any) -> str:
    return reverse("delivery:detail", args=[order.number]) if order.status in LEAVING else ""


def _rows(user: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{row.order.number} {row.order.customer.name}",
            "plate": row.order.vehicle.plate,
            "url": reverse("delivery:detail", args=[row.order.number]),
            "due_at": row.order.promised_at,
            "badge": row.order.get_status_display(),
        }
        for row in selectors.leaving(user)
    ]


def _passes(user: Any) -> list[dict[str, Any]]:
    return [
        {"title": gate_pass.number, "plate": gate_pass.order.vehicle.plate, "url": reverse("delivery:gate")}
        for gate_pass in selectors.passes_to_let_out(user)
    ]


def _panel(order: Any, user: Any) -> dict[str, Any] | None:
    settlement = services.live_settlement(order)
    return {"settlement": settlement, "order": order} if settlement else None


def _custody(visit: Any, user: Any) -> dict[str, Any]:
    return {
        "visit": visit,
        "items": list(CustodyItem.objects.filter(visit=visit).select_related("taken_by")),
        "form": CustodyForm(),
        "may_take": user.has_perm("delivery.take_custody"),
    }


def _may_read_statement(user: Any, file: Any) -> bool:
    return user.has_perm("delivery.see")


def _work() -> tuple:
    """What people start their day from."""
    return (
        WorkList(
            "delivery",
            _("Ready to go"),
            _rows,
            "delivery.see",
            _("No car is waiting to go."),
            40,
            page="delivery:queue",
        ),
        WorkList(
            "gate",
            _("Cars that may leave"),
            _passes,
            "delivery.guard",
            _("No car may leave now"),
            6,
            page="delivery:gate",
            roles=(Role.GUARD,),
        ),
    )


def register() -> None:
    """Called once, when Django is ready."""
    desk = (*DESK, Role.CASHIER)
    declare("delivery.see", *desk, Role.GROUP_MANAGER)
    declare("delivery.settle", *desk)
    declare("delivery.take_payment", Role.CASHIER, Role.RECEPTION_SUPERVISOR, *MANAGERS)
    declare("delivery.reverse", Role.CASHIER, *MANAGERS)
    declare("delivery.hand_back", *DESK)
    declare("delivery.release_unpaid", *MANAGERS)
    declare("delivery.take_custody", *DESK)
    declare("delivery.guard", Role.GUARD, *DESK)
    EVENT_TITLES.update(
        {
            "custody.taken": _("Taken in with the car"),
            "gate.left": _("Left through the gate"),
        }
    )
    subscribe("delivery.announce_ready", "workorder.ready", handler=papers.announce_ready)
    registry.add(
        NavItem(_("Delivery"), "delivery:queue", "receipt", "delivery.see", group="front", order=260),
        NavItem(_("Gate"), "delivery:gate", "barrier-block", "delivery.guard", group="front", order=270),
        Panel("workorder", "delivery/_panel.html", _panel, order=70, perm="delivery.see"),
        Panel("visit", "delivery/_custody.html", _custody, order=40, perm="delivery.see"),
        Action(
            "workorder", _("Settle and deliver"), _url, "receipt", order=50, perm="delivery.see", primary=True
        ),
        MessageKind(
            papers.READY,
            _("Car ready"),
            papers.decide_ready,
            papers.ready_words,
            papers.ready_facts,
            ("store", "plate", "time", "advisor", "phone"),
        ),
        FileKind("delivery.settlement", _may_read_statement),
        PdfKind("delivery.settlement", "delivery/pdf/settlement.html", papers.context, papers.file_name),
        *_work(),
    )
