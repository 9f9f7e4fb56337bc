"""Opening an order, its options, and the side door: the customer declines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Setting, Store, User
from apps.appointments.models import AppointmentItem
from apps.capacity import services as capacity
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.money import FEN, fen
from apps.customers.models import Customer, Vehicle
from apps.desk.live import announce
from apps.desk.models import Event, NumberSeries, SearchKey
from apps.desk.models.search import fold
from apps.parts.models import Demand
from apps.reception.models import Visit
from apps.workorders.models import WorkOrder
from apps.workorders.services import promise
from apps.workorders.services.lines import LineSpec, write_lines
from apps.workorders.services.refusal import turn_down

OPTIONS = (
    "payment_method",
    "old_parts",
    "wants_wash",
    "hand_back",
    "contact_name",
    "contact_phone",
    "tolerance_amount",
    "tolerance_minutes",
    "customer_words",
    "odometer_km",
    "wished_at",
)


@transaction.atomic
def open_order(
    *,
    by: User,
    visit: Visit | None = None,
    vehicle: Vehicle | None = None,
    customer: Customer | None = None,
    store: Store | None = None,
    advisor: User | None = None,
    lines: Sequence[LineSpec] = (),
    comeback_of: WorkOrder | None = None,
    **fields: Any,
) -> WorkOrder:
    """Open an order from a visit, or for a vehicle without one; ``fields`` are those of ``OPTIONS``.

    From an appointment it takes over the booked items as lines, at the prices told, and the holder of
    capacity. Raises DomainError when the visit has its order already.
    """
    if visit is not None:
        visit = _locked(visit)
        vehicle, customer, store = visit.vehicle, visit.customer, visit.store
        advisor = advisor or visit.advisor
        fields, booked = _from_visit(visit, fields)
        lines = [*booked, *lines]
    assert vehicle is not None, "an order is opened from a visit or for a vehicle"
    store = store or by.store
    if store is None:
        raise DomainError(_("Choose the store that does the work."), code="store_missing")
    order = WorkOrder.objects.create(
        store=store,
        number=NumberSeries.draw(store, "WO"),
        visit=visit,
        vehicle=vehicle,
        customer=customer or vehicle.owner,
        advisor=advisor or by,
        comeback_of=comeback_of,
        tax_percent=Setting.value_of("workorders.tax_rate", store),
        opened_at=clock.now(),
        **fields,
    )
    promise.refresh(order, write_lines(order, lines, by=by, is_new=True))
    _make_findable(order)
    facts = {"comeback_of": comeback_of.number if comeback_of else None}
    Event.record("workorder.opened", about=order, by=by, facts=facts)
    announce(order.store_id, "board")
    return order


def _locked(visit: Visit) -> Visit:
    """The visit under its lock, without an order yet: of two desks that open one, one does."""
    visits = Visit.objects.select_for_update(no_key=True, of=("self",))
    fresh = visits.select_related("vehicle", "customer", "store", "appointment", "advisor").get(pk=visit.pk)
    _refuse_second(fresh)
    return fresh


def _make_findable(order: WorkOrder) -> None:
    """By the whole number and by its end, which people read out. One insert: the order is new."""
    SearchKey.objects.bulk_create(
        SearchKey(kind="workorder", object_id=order.pk, store_id=order.store_id, key=key)
        for key in sorted({fold(order.number), fold(order.number.split("-", 2)[-1])})
    )


def _refuse_second(visit: Visit) -> None:
    existing = WorkOrder.objects.filter(visit=visit).values_list("pk", "number").first()
    if existing:
        raise DomainError(
            _("This visit has its order already: %(order)s. Open that one.") % {"order": existing[1]},
            code="has_order",
            extra={"id": existing[0], "number": existing[1]},
        )
    if visit.status == Visit.Status.LEFT:
        raise DomainError(_("This vehicle has left already."), code="visit_over")


def _from_visit(visit: Visit, fields: dict[str, Any]) -> tuple[dict[str, Any], list[LineSpec]]:
    """Options and lines known from the interview, the walk-around and the appointment."""
    appointment = visit.appointment
    known: dict[str, Any] = {}
    if interview := getattr(visit, "interview", None):
        known["customer_words"] = interview.customer_words
    if walk_around := getattr(visit, "walk_around", None):
        known["odometer_km"] = walk_around.odometer_km
    if appointment is None:
        return known | fields, []
    known.setdefault("customer_words", appointment.customer_words)
    known.setdefault("odometer_km", appointment.odometer_km)
    known |= {
        "holder": appointment.holder,
        "wished_at": appointment.ready_at,
        "contact_name": appointment.contact_name,
        "contact_phone": appointment.contact_phone,
    }
    items = AppointmentItem.objects.filter(appointment=appointment).select_related(
        "operation", "part", "demand"
    )
    return known | fields, [booked_line(item) for item in items]


def booked_line(item: AppointmentItem) -> LineSpec:
    """A booked item as a line that costs exactly what was told on the phone."""
    quantity = item.flat_rate_hours or None if item.operation else item.quantity
    quantity = quantity or (item.operation.flat_rate_hours if item.operation else Decimal(1))
    unit_price = (item.amount / quantity).quantize(FEN, rounding=ROUND_UP)
    return LineSpec(
        operation=item.operation,
        part=item.part,
        quantity=quantity,
        unit_price=unit_price,
        discount=fen(quantity * unit_price) - item.amount,
        wish=item.wish,
        demand=item.demand if item.demand and item.demand.state == Demand.State.OPEN else None,
    )


@transaction.atomic
def change_options(order: WorkOrder, *, by: User, **options: Any) -> None:
    """Change options of ``OPTIONS``. What was signed stays signed: none of them changes a line's price.

    A higher tolerance on an authorised order would be consent after the fact and is refused.
    """
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    if unknown := options.keys() - set(OPTIONS):
        raise TypeError(f"not an option: {', '.join(sorted(unknown))}")
    signed = order.status != WorkOrder.Status.ESTIMATE
    for name in ("tolerance_amount", "tolerance_minutes"):
        if signed and options.get(name, 0) > getattr(order, name):
            raise DomainError(
                _("The tolerance was agreed with the signature; it can be lowered, not raised."),
                code="tolerance_signed",
            )
    changed = {name: value for name, value in options.items() if getattr(order, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(order, name, value)
    order.version += 1
    order.save(update_fields=[*changed, "version"])
    if "wants_wash" in changed:
        promise.refresh(order)
    if signed:
        Event.record("workorder.options_changed", about=order, by=by, facts={"options": sorted(changed)})


@transaction.atomic
def decline(order: WorkOrder, *, by: User, reason: str, given_by: str = "", waived_reason: str = "") -> None:
    """The customer declines the whole estimate and leaves. Raises DomainError.

    The lines stay as recommendations on the vehicle's file, held capacity is freed; a safety-relevant line
    needs the name of who declined it. A diagnosis is settled elsewhere or waived here with a reason.
    """
    order.lock()
    order.require(WorkOrder.Status.ESTIMATE)
    if not reason.strip():
        raise DomainError(_("Say why the customer declines."), code="reason_missing")
    lines = list(order.lines.waiting().select_related("demand", "operation"))
    turn_down(order, lines, given_by=given_by, by=by)
    order._move(
        WorkOrder.Status.DECLINED, by=by, reason=reason, closed_at=clock.now(), closed_reason=reason[:200]
    )
    if order.holder is not None:
        capacity.release(order.holder)
    if order.visit_id:
        leave(order, reason=reason, waived_reason=waived_reason, by=by)


def leave(order: WorkOrder, *, reason: str, waived_reason: str, by: User) -> None:
    """Let the visit of a declined order end."""
    visit = order.visit
    if visit is None or visit.status == Visit.Status.LEFT:
        return
    visit.leave(reason, by=by, fee_waived_reason=waived_reason)


def newest_of(vehicle: Vehicle, *, before: datetime | None = None) -> WorkOrder | None:
    """The vehicle's newest order, for a comeback. One query."""
    orders = WorkOrder.objects.filter(vehicle=vehicle).order_by("-pk")
    return (orders.filter(opened_at__lt=before) if before else orders).first()
