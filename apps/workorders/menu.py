"""What this room adds to the frame, and the settings it reads."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.capacity import affected, incidents
from apps.core.registry import (
    Action,
    FileKind,
    LinkKind,
    NavItem,
    Panel,
    PdfKind,
    SearchKind,
    WorkList,
    registry,
)
from apps.customers.models import Vehicle
from apps.desk import subscriptions
from apps.desk.models import EVENT_TITLES
from apps.reception.models import Visit
from apps.workorders import messages, papers, reactions
from apps.workorders.models import Line, WorkOrder
from apps.workorders.selectors import record_of
from apps.workorders.views.consent import public_consent


def _found(user: User, ids: list[int]) -> dict[int, dict]:
    if not user.has_perm("workorders.see"):
        return {}
    orders = WorkOrder.objects.visible_to(user).filter(pk__in=ids)
    return {
        pk: {
            "title": number,
            "subtitle": f"{customer} · {WorkOrder.Status(status).label}",
            "url": reverse("workorders:detail", args=[pk]),
            "plate": plate,
        }
        for pk, number, customer, status, plate in orders.values_list(
            "pk", "number", "customer__name", "status", "vehicle__plate"
        )
    }


def _of_vehicle(vehicle: Vehicle, user: User) -> dict:
    orders = WorkOrder.objects.visible_to(user).filter(vehicle=vehicle).order_by("-pk")
    return {
        "orders": list(orders.values("pk", "number", "status", "opened_at", "total", "advisor__name")[:10])
    }


def _awaiting(user: User) -> list[dict]:
    """My open orders in which something waits for the customer's word."""
    waits = Line.objects.waiting().filter(order=OuterRef("pk"))
    orders = (
        WorkOrder.objects.visible_to(user)
        .filter(Exists(waits), advisor=user, status__in=WorkOrder.EDITABLE)
        .select_related("vehicle", "customer")
        .order_by("promised_at", "pk")[:50]
    )
    return [
        {
            "title": order.customer.name,
            "plate": order.vehicle.plate,
            "url": reverse("workorders:detail", args=[order.pk]),
            "due_at": order.promised_at,
            "note": order.number,
        }
        for order in orders
    ]


def _open_url(visit: Visit, user: User) -> str:
    """The address that opens the visit's order, or leads to it."""
    return "" if visit.status == Visit.Status.LEFT else reverse("workorders:create", args=[visit.pk])


def _affected(scope: affected.Scope) -> Iterator[affected.Record]:
    """Cars in the house that hold what is out of order, or have the part on their order. One query."""
    hit = Q(holder__in=scope.holders)
    if scope.part is not None:
        hit |= Q(Exists(Line.objects.standing().filter(order=OuterRef("pk"), part=scope.part)))
    for order in WorkOrder.objects.filter(hit, store=scope.store).open().select_related("vehicle"):
        yield record_of(order, order.holder_id)


def _sees_orders(user: User, file: object) -> bool:
    return user.has_perm("workorders.see")


def register() -> None:
    """Called once, when Django is ready."""
    _permissions()
    _settings()
    _titles()
    _incidents()
    subscriptions.subscribe("workorders.parts_arrived", "parts.arrived", handler=reactions.parts_arrived)
    registry.add(
        *messages.kinds(),
        NavItem(
            _("Work orders"), "workorders:list", "clipboard-text", "workorders.see", group="front", order=220
        ),
        WorkList(
            "workorders.awaiting",
            _("Waiting for the customer's consent"),
            _awaiting,
            "workorders.authorise",
            empty=_("No order of yours waits for consent."),
            order=40,
        ),
        SearchKind("workorder", _("Work orders"), _found, "clipboard-text", order=30),
        Panel("vehicle", "workorders/_vehicle_panel.html", _of_vehicle, order=20, perm="workorders.see"),
        Action(
            "visit", _("Work order"), _open_url, "clipboard-text", "post", 30, "workorders.edit", primary=True
        ),
        LinkKind("authorisation", public_consent),
        FileKind("workorders.order", _sees_orders),
        FileKind("workorders.estimate", _sees_orders),
        FileKind("workorders.signature", _sees_orders),
        FileKind("workorders.photo", _sees_orders),
        PdfKind(
            "workorders.order", "workorders/pdf/order.html", papers.context, papers.file_name, papers.attach
        ),
        PdfKind("workorders.estimate", "workorders/pdf/order.html", papers.context, papers.file_name),
    )


def _incidents() -> None:
    affected.RECORDS.append(_affected)
    kinds = ("workorder.authorised", "workorder.consented", "workorder.line_changed")
    subscriptions.subscribe("workorders.incidents", *kinds, handler=incidents.follow)


def _permissions() -> None:
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


def _settings() -> None:
    declare_setting("workorders.tax_rate", Decimal, Decimal(13), _("Tax inside the prices"), "%", high=100)
    declare_setting(
        "workorders.discount_limit", Decimal, Decimal(10), _("Discount an advisor may give"), "%", high=100
    )
    declare_setting(
        "workorders.phone_limit",
        Decimal,
        Decimal(1000),
        _("Consent by phone without a second person, up to"),
        _("yuan"),
    )


def _titles() -> None:
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
