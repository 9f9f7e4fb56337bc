"""Settling an order, taking money for it, handing the car back."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.money import display
from apps.customers.models import ServiceRecord, campaign
from apps.delivery.explanations import EXPLANATIONS
from apps.delivery.models import CustodyItem, GatePass, Settlement
from apps.desk.models import Event, NumberSeries, PdfJob
from apps.desk.nudge import nudge
from apps.money import services as money
from apps.money.models import Account, Payment
from apps.money.selectors import balance
from apps.reception.models import Visit
from apps.workorders.models import Line, WorkOrder

REVENUE = {
    Line.Kind.LABOUR: Account.Kind.LABOUR_REVENUE,
    Line.Kind.PART: Account.Kind.PARTS_REVENUE,
    Line.Kind.SUBLET: Account.Kind.OTHER_REVENUE,
    Line.Kind.FEE: Account.Kind.OTHER_REVENUE,
}


@transaction.atomic
def settle(order: WorkOrder, *, by: User, invoice_title: str = "") -> Settlement:
    """Freeze the figures, post them, and open the customer's account.

    Refused while the order is not ready, a line waits for consent or a part is not issued.
    Each payer has his own receivable; revenue is split by labour, parts and other.
    """
    order.lock()
    order.require(WorkOrder.Status.READY)
    lines = list(order.lines.filter(declined_at=None).select_related("demand"))
    _refuse_unissued(order, lines)
    store = order.store
    account = Account.open(store, Account.Kind.RECEIVABLE, f"{order.number} {order.customer.name}"[:80])
    settlement = Settlement(
        store=store,
        order=order,
        number=NumberSeries.draw(store, "ST"),
        account=account,
        labour_total=order.labour_total,
        parts_total=order.parts_total,
        other_total=order.other_total,
        total=order.total,
        customer_total=sum((line.charge for line in lines), Decimal(0)),
        tax=order.tax,
        content=_content(lines),
        invoice_title=invoice_title,
        settled_by=by,
        settled_at=clock.now(),
    )
    if order.total:
        postings = _postings(order, account, lines)
        settlement.entry = money.post(store, "settlement", order, postings, by=by, note=settlement.number)
    settlement.save()
    order.move_to_settled(by=by)
    PdfJob.ask("delivery.settlement", settlement, store=store, by=by)
    nudge("desk.render_pdfs")
    return settlement


def _refuse_unissued(order: WorkOrder, lines: list[Line]) -> None:
    missing = [
        line.description for line in lines if line.demand and line.demand.issued < line.demand.quantity
    ]
    if missing:
        raise DomainError(
            _("%(order)s: these parts are not issued yet: %(parts)s. Issue them, or remove the lines.")
            % {"order": order, "parts": ", ".join(missing[:4])},
            code="unissued_parts",
        )


def _postings(order: WorkOrder, account: Account, lines: list[Line]) -> list[tuple[Account, Decimal]]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    earned: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        owed[line.payer] += line.amount
        earned[REVENUE[Line.Kind(line.kind)]] += line.amount
    postings = [(account, owed.pop(Line.Payer.CUSTOMER, Decimal(0)))]
    for payer, amount in sorted(owed.items()):
        label = f"{order.number} {Line.Payer(payer).label}"[:80]
        postings.append((Account.open(order.store, Account.Kind.RECEIVABLE, label), amount))
    for kind, amount in sorted(earned.items()):
        postings.append((Account.general(order.store, kind), -amount))
    return postings


def _content(lines: list[Line]) -> dict[str, Any]:
    """What the statement prints; amounts as strings, so that it stays exact in JSON."""
    return {
        "lines": [
            {
                "kind": line.kind,
                "code": line.code,
                "description": line.description,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "unit_price": str(line.unit_price),
                "discount": str(line.discount),
                "amount": str(line.amount),
                "payer": line.payer,
                "agreed": None if line.agreed_amount is None else str(line.agreed_amount),
                "charge": str(line.charge),
            }
            for line in lines
        ]
    }


def live_settlement(order: WorkOrder) -> Settlement | None:
    """The order's settlement that holds. One query."""
    return Settlement.objects.filter(order=order, reversed_at=None).select_related("account__store").first()


def pay(settlement: Settlement, method: str, amount: Decimal, *, by: User, reference: str = "") -> Payment:
    """Take money on the settlement; at most what is still owed. Refused on a reversed one."""
    if settlement.reversed_at:
        raise DomainError(_("%(number)s has been reversed.") % {"number": settlement}, code="reversed")
    return money.take_payment(settlement.account, method, amount, by=by, reference=reference)


@transaction.atomic
def reverse(settlement: Settlement, *, by: User, reason: str) -> None:
    """Undo a settlement by its counter-entry; the order is ready again.

    Money that was taken is given back first, by refunds.
    """
    order = settlement.order
    order.lock()
    settlement.refresh_from_db(from_queryset=Settlement.objects.select_for_update())
    paid = settlement.customer_total - balance(settlement.account)
    if settlement.reversed_at or paid:
        raise DomainError(
            _("%(number)s cannot be reversed: ¥%(paid)s has been paid on it. Refund that first.")
            % {"number": settlement, "paid": display(paid)}
            if paid
            else _("%(number)s has been reversed.") % {"number": settlement},
            code="paid" if paid else "reversed",
        )
    order.back_to_ready(by=by, reason=reason)
    if settlement.entry:
        money.reverse(settlement.entry, by=by, reason=reason)
    settlement.reversed_at, settlement.reversed_by, settlement.reversed_reason = clock.now(), by, reason[:200]
    settlement.save(update_fields=["reversed_at", "reversed_by", "reversed_reason"])


@transaction.atomic
def take_custody(visit: Visit, kind: str, *, by: User, label: str = "") -> CustodyItem:
    """Take something in with the car."""
    if kind == CustodyItem.Kind.OTHER and not label.strip():
        raise DomainError(_("Say what you take in."), code="label_missing")
    item = CustodyItem.objects.create(
        visit=visit, kind=kind, label=label.strip()[:60], taken_by=by, taken_at=clock.now()
    )
    Event.record(
        "custody.taken",
        about=item,
        by=by,
        store=visit.store_id,
        thread=visit.event_thread,
        facts={"kind": kind},
    )
    return item


def custody_of(order: WorkOrder) -> list[CustodyItem]:
    """What was taken in with the order's car. One query."""
    return list(CustodyItem.objects.filter(visit_id=order.visit_id)) if order.visit_id else []


@transaction.atomic
def deliver(
    order: WorkOrder,
    *,
    by: User,
    explained: list[str],
    returned: list[int],
    callback_wish: str = "",
    unpaid_reason: str = "",
) -> GatePass:
    """Hand the car back: all explained, all custody returned, paid, or a manager lets it go unpaid.

    The visit ends, the gate pass is issued, the work stands on the vehicle's file.
    """
    order.lock()
    order.require(WorkOrder.Status.SETTLED)
    settlement = live_settlement(order)
    owed = balance(settlement.account) if settlement else Decimal(0)
    _refuse_unfinished_hand_back(order, explained, returned)
    _refuse_unpaid(order, owed, by, unpaid_reason)
    now = clock.now()
    CustodyItem.objects.filter(visit=order.visit, pk__in=returned, returned_at=None).update(
        returned_at=now, returned_by=by
    )
    gate_pass = GatePass.objects.create(
        store_id=order.store_id,
        order=order,
        number=NumberSeries.draw(order.store, "GP"),
        issued_by=by,
        issued_at=now,
        owed=owed,
        unpaid_reason=unpaid_reason.strip()[:200] if owed else "",
        explained=sorted(explained),
        callback_wish=callback_wish.strip()[:60],
    )
    _write_to_file(order, settlement)
    done = order.lines.standing().exclude(operation=None).values_list("operation_id", flat=True)
    campaign.settle_by_work(order.vehicle, set(done), number=order.number, store=order.store, by=by)
    order.move_to_delivered(by=by)
    if order.visit:
        order.visit.leave(_("Delivered"), by=by)
    return gate_pass


def _refuse_unfinished_hand_back(order: WorkOrder, explained: list[str], returned: list[int]) -> None:
    if missing := [str(text) for code, text in EXPLANATIONS.items() if code not in explained]:
        raise DomainError(
            _("Not explained yet: %(what)s.") % {"what": ", ".join(missing)}, code="not_explained"
        )
    kept = [str(item) for item in custody_of(order) if not item.returned_at and item.pk not in returned]
    if kept:
        raise DomainError(
            _("Give these back to the customer first: %(what)s.") % {"what": ", ".join(kept)},
            code="custody_kept",
        )


def _refuse_unpaid(order: WorkOrder, owed: Decimal, by: User, reason: str) -> None:
    if not owed:
        return
    if not by.has_perm("delivery.release_unpaid"):
        raise DomainError(
            _("¥%(owed)s is still owed on %(order)s. Take the payment, or ask a manager to release the car.")
            % {"owed": display(owed), "order": order},
            code="unpaid",
        )
    if not reason.strip():
        raise DomainError(_("Say why the car may leave unpaid."), code="unpaid_reason_missing")


def _write_to_file(order: WorkOrder, settlement: Settlement | None) -> None:
    done = order.lines.filter(declined_at=None).values_list("description", flat=True)
    ServiceRecord.objects.get_or_create(
        vehicle_id=order.vehicle_id,
        reference=order.number,
        defaults={
            "store_id": order.store_id,
            "arrived_on": timezone.localdate(order.visit.arrived_at if order.visit else order.opened_at),
            "left_on": clock.today(),
            "odometer_km": order.odometer_km,
            "description": "; ".join(done),
            "advisor_name": order.advisor.name,
            "labour_amount": settlement.labour_total if settlement else 0,
            "parts_amount": settlement.parts_total if settlement else 0,
            "total_amount": settlement.total if settlement else 0,
        },
    )


@transaction.atomic
def let_out(gate_pass: GatePass, *, by: User) -> None:
    """The guard saw the pass and the car leave."""
    changed = GatePass.objects.filter(pk=gate_pass.pk, left_at=None).update(
        left_at=clock.now(), let_out_by=by
    )
    if not changed:
        raise DomainError(_("%(pass)s has been used already.") % {"pass": gate_pass}, code="pass_used")
    Event.record("gate.left", about=gate_pass, by=by, thread=gate_pass.order.event_thread)
