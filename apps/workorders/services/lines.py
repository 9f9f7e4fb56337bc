"""Adding, changing and removing lines, and what that does to the customer's consent.

The table of rules (``tests/workorders/test_reopening.py`` repeats it case by case):

- a line is re-opened (its consent cleared) when its description changes, or when its rise takes the
  order's drift over the tolerance; exactly the touched line, never another;
- a rise inside the tolerance is recorded only; the drift is the sum of rises since the last consent;
- a fall never re-opens;
- a new line on an authorised order is additional work and waits for its own consent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError, Q, Sum
from django.utils.translation import gettext as _

from apps.accounts.models import Setting, User
from apps.appointments.items import labour_rate as booked_rate
from apps.catalog.models import LabourOperation, Package, Part
from apps.core.errors import DomainError
from apps.core.money import fen
from apps.desk.live import announce
from apps.desk.models import Event
from apps.parts import services as stock
from apps.parts.models import Demand
from apps.workorders.models import Line, WorkOrder
from apps.workorders.selectors import drift
from apps.workorders.services import promise
from apps.workorders.services.reserved import take_over

FREE_DISCOUNT = "workorders.discount_freely"
CHANGEABLE = (
    "description",
    "quantity",
    "unit_price",
    "discount",
    "wish",
    "payer",
    "reason",
    "is_safety_relevant",
)


@dataclass(frozen=True, kw_only=True)
class LineSpec:
    """A line to be added: an ``operation``, a ``part``, or by ``kind`` and ``description`` sublet or a fee.

    Left empty, ``quantity`` is the flat-rate time or one, ``unit_price`` the store's rate or list price.
    """

    operation: LabourOperation | None = None
    part: Part | None = None
    kind: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal("0.00")
    wish: str = Line.Wish.WISHED
    payer: str = Line.Payer.CUSTOMER
    reason: str = ""
    is_safety_relevant: bool | None = None
    demand: Demand | None = None
    """What was reserved for it before there was an order."""

    def line(self, order: WorkOrder, rate: Decimal) -> Line:
        """The unsaved, priced line. Raises DomainError."""
        made = Line(
            order=order,
            discount=fen(self.discount),
            wish=self.wish,
            payer=self.payer,
            reason=self.reason[:200],
            **self._thing(rate),
        )
        if self.unit_price is not None:
            made.unit_price = fen(self.unit_price)
        if self.is_safety_relevant is not None:
            made.is_safety_relevant = self.is_safety_relevant
        _check(made)
        made.price()
        return made

    def _thing(self, rate: Decimal) -> dict[str, Any]:
        """What is sold, how much of it, at which usual price."""
        if self.operation:
            return {
                "kind": Line.Kind.LABOUR,
                "operation": self.operation,
                "code": self.operation.code,
                "description": self.description or self.operation.name,
                "quantity": self.quantity or self.operation.flat_rate_hours,
                "unit_price": rate,
                "is_safety_relevant": self.operation.is_safety_relevant,
            }
        if self.part:
            return {
                "kind": Line.Kind.PART,
                "part": self.part,
                "code": self.part.code,
                "description": self.description or self.part.name,
                "unit": self.part.unit,
                "quantity": self.quantity or Decimal(1),
                "unit_price": self.part.price,
            }
        return {
            "kind": self.kind or Line.Kind.FEE,
            "description": self.description,
            "quantity": self.quantity or Decimal(1),
            "unit_price": Decimal("0.00"),
        }


@transaction.atomic
def add_lines(order: WorkOrder, specs: Sequence[LineSpec], *, by: User) -> list[Line]:
    """Add lines; parts are reserved at once, as far as the shelf goes. On an authorised order they wait
    for consent as additional work. Raises DomainError; then nothing is added."""
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    lines = write_lines(order, specs, by=by)
    promise.refresh(order)
    return lines


def write_lines(order: WorkOrder, specs: Sequence[LineSpec], *, by: User, is_new: bool = False) -> list[Line]:
    """``add_lines`` without its guards, for an order that the caller holds locked.

    A new order has no other lines, and its totals are saved by the caller.
    """
    if not specs:
        return []
    for spec in specs:
        _check_group(order, spec)
    rate = labour_rate(order) if any(spec.operation for spec in specs) else Decimal(0)
    lines = [spec.line(order, rate) for spec in specs]
    for line in lines:
        check_discount(line, by)
    additional = order.status != WorkOrder.Status.ESTIMATE
    last = 0 if is_new else order.lines.aggregate(last=Max("position"))["last"] or 0
    take_over(order, [(line, spec.demand) for line, spec in zip(lines, specs, strict=True) if spec.demand])
    of_parts = [line for line in lines if line.part and line.demand is None]
    demands = stock.open_demands(
        order.store,
        [(line.part, line.quantity) for line in of_parts if line.part],
        purpose=order.number,
        needed_at=order.promised_at,
    )
    for line, demand in zip(of_parts, demands, strict=True):
        line.demand = demand
    for position, line in enumerate(lines, start=last + 1):
        line.position, line.is_additional, line.added_by = position, additional, by
    Line.objects.bulk_create(lines)
    if is_new:
        add_up(order, lines)
    else:
        recalculate(order)
    if additional:
        facts = {
            "lines": [line.description for line in lines],
            "amount": str(sum(line.amount for line in lines)),
        }
        Event.record("workorder.work_added", about=order, by=by, facts=facts)
        announce(order.store_id, "board")
    return lines


def add_package(order: WorkOrder, package: Package, *, by: User, wish: str = Line.Wish.WISHED) -> list[Line]:
    """Add every operation and part of ``package``."""
    return add_lines(order, package_specs(package, wish=wish), by=by)


def package_specs(package: Package, *, wish: str = Line.Wish.WISHED) -> list[LineSpec]:
    """What ``package`` expands into. One query."""
    return [
        LineSpec(
            operation=row.operation,
            part=row.part,
            # An operation is counted in packages of its flat-rate time.
            quantity=row.operation.flat_rate_hours * row.quantity if row.operation else row.quantity,
            wish=wish,
        )
        for row in package.lines.select_related("operation", "part")
    ]


@transaction.atomic
def edit_line(line: Line, *, by: User, **changes: Any) -> Line:
    """Change fields of ``CHANGEABLE``; returns the fresh line. Raises DomainError.

    While the car is checked or ready a price may only fall.
    """
    if unknown := changes.keys() - set(CHANGEABLE):
        raise TypeError(f"not changeable: {', '.join(sorted(unknown))}")
    order = _lock_with(line)
    order.require(*WorkOrder.EDITABLE, *WorkOrder.CLOSING)
    lines = list(order.lines.select_related("demand"))
    line = _standing(line, lines)
    before = {name: getattr(line, name) for name in CHANGEABLE} | {"charge": line.charge}
    for name, value in changes.items():
        setattr(line, name, fen(value) if name in ("unit_price", "discount") else value)
    changed = [name for name in CHANGEABLE if getattr(line, name) != before[name]]
    if not changed:
        return line
    _check(line)
    line.price()
    if {"discount", "unit_price", "quantity"} & set(changed):
        check_discount(line, by)
    if not order.is_editable:
        _only_lower(order, line, changed, before["charge"])
    reopened = _judge(order, line, lines, content_changed="description" in changed)
    if line.demand and "quantity" in changed:
        stock.change_quantity(line.demand, line.quantity)
    line.save()
    _follow(line, reopened)
    recalculate(order)
    if "quantity" in changed:
        promise.refresh(order)
    if order.status != WorkOrder.Status.ESTIMATE:
        _tell_change(order, line, changed, before, reopened, by)
    return line


def _standing(line: Line, lines: Iterable[Line]) -> Line:
    """``line`` among the order's fresh ``lines``. Raises DomainError when it is gone or was declined."""
    fresh = next((row for row in lines if row.pk == line.pk), None)
    if fresh is None:
        raise DomainError(_("This line has been removed meanwhile. Reload the page."), code="line_gone")
    if fresh.declined_at:
        raise DomainError(
            _("“%(line)s” was declined. Add it anew if the customer wants it after all.") % {"line": fresh},
            code="line_declined",
        )
    return fresh


def _only_lower(order: WorkOrder, line: Line, changed: Collection[str], charge: Decimal) -> None:
    if line.charge > charge or "description" in changed or "quantity" in changed:
        raise DomainError(
            _("%(order)s is “%(now)s”: a price may only be lowered. Send it back to work to change more.")
            % {"order": order, "now": order.get_status_display()},
            code="only_lower",
        )


def _tell_change(
    order: WorkOrder,
    line: Line,
    changed: Collection[str],
    before: dict[str, Any],
    reopened: bool,
    by: User,
) -> None:
    facts = {
        "line": line.pk,
        "description": line.description,
        "changed": {name: [str(before[name]), str(getattr(line, name))] for name in changed},
        "charge": [str(before["charge"]), str(line.charge)],
    }
    kind = "workorder.line_reopened" if reopened else "workorder.line_changed"
    Event.record(kind, about=order, by=by, facts=facts)
    if reopened:
        announce(order.store_id, "board")


def _judge(order: WorkOrder, line: Line, lines: Iterable[Line], *, content_changed: bool) -> bool:
    """Clear the line's consent when the change needs a new one; says whether it did."""
    if not line.authorised_in_id or line.agreed_amount is None:
        return False
    rose = line.charge > line.agreed_amount
    if not content_changed and not (rose and drift(lines) > order.tolerance_amount):
        return False
    line.authorised_in, line.agreed_amount = None, None
    return True


def _follow(line: Line, reopened: bool) -> None:
    """What may be issued follows the consent."""
    if not line.demand:
        return
    if reopened:
        stock.hold_back(line.demand)
    elif line.authorised_in_id:
        stock.release_for_issue([line.demand.pk])


@transaction.atomic
def remove_line(line: Line, *, by: User, reason: str = "") -> None:
    """Take a line off the order. Refused once parts are issued or work has begun on it."""
    order = _lock_with(line)
    order.require(*WorkOrder.EDITABLE)
    line = order.lines.select_related("demand").filter(pk=line.pk).first() or line
    if line.declined_at:
        raise DomainError(
            _("“%(line)s” was declined by the customer; it stays on record.") % {"line": line},
            code="line_declined",
        )
    if line.demand:
        stock.cancel(line.demand)
    facts = {
        "line": line.pk,
        "description": line.description,
        "amount": str(line.amount),
        "consented": bool(line.authorised_in_id),
    }
    try:
        line.delete()
    except ProtectedError:
        raise DomainError(
            _("Work on “%(line)s” has begun; it cannot be removed. Set its price to zero instead.")
            % {"line": line},
            code="work_begun",
        ) from None
    recalculate(order)
    promise.refresh(order)
    if order.status != WorkOrder.Status.ESTIMATE:
        Event.record("workorder.line_removed", about=order, by=by, reason=reason[:300], facts=facts)
        announce(order.store_id, "board")


def add_up(order: WorkOrder, lines: Iterable[Line]) -> None:
    """Set the totals of an order whose standing lines are ``lines``. No query, nothing saved."""
    zero = Decimal("0.00")
    order.labour_total = sum((line.amount for line in lines if line.kind == Line.Kind.LABOUR), zero)
    order.parts_total = sum((line.amount for line in lines if line.kind == Line.Kind.PART), zero)
    order.total = sum((line.amount for line in lines), zero)


def recalculate(order: WorkOrder) -> None:
    """Bring the order's totals up to its lines; the order's version moves on. Two statements."""
    sums = order.lines.standing().aggregate(
        labour=Sum("amount", filter=Q(kind=Line.Kind.LABOUR)),
        parts=Sum("amount", filter=Q(kind=Line.Kind.PART)),
        everything=Sum("amount"),
    )
    order.labour_total = sums["labour"] or Decimal("0.00")
    order.parts_total = sums["parts"] or Decimal("0.00")
    order.total = sums["everything"] or Decimal("0.00")
    order.version += 1
    order.save(update_fields=["labour_total", "parts_total", "total", "version"])


def labour_rate(order: WorkOrder) -> Decimal:
    """Yuan per hour, tax included, in the order's store today. One query."""
    return booked_rate(order.store)


def check_discount(line: Line, by: User) -> None:
    """Raise DomainError for a discount above what the person's role may give. One query with a discount."""
    if not line.discount or by.has_perm(FREE_DISCOUNT):
        return
    limit: Decimal = Setting.value_of("workorders.discount_limit", line.order.store_id)
    gross = line.amount + line.discount
    if line.discount > fen(gross * limit / 100):
        raise DomainError(
            _("“%(line)s”: you may take off up to ¥%(most)s (%(limit)s %%). The service manager may more.")
            % {"line": line, "limit": limit.normalize(), "most": fen(gross * limit / 100)},
            code="discount_limit",
        )


def _lock_with(line: Line) -> WorkOrder:
    """The line's order, locked."""
    order = (
        WorkOrder.objects.select_for_update(no_key=True, of=("self",))
        .select_related("store")
        .get(pk=line.order_id)
    )
    line.order = order
    return order


def _check(line: Line) -> None:
    if not line.description.strip():
        raise DomainError(_("A line needs a description."), code="description_missing")
    if line.quantity <= 0:
        raise DomainError(
            _("“%(line)s”: a quantity is more than zero.") % {"line": line}, code="not_positive"
        )
    if line.unit_price < 0 or line.discount < 0:
        raise DomainError(
            _("“%(line)s”: prices and discounts are not negative.") % {"line": line}, code="negative"
        )


def _check_group(order: WorkOrder, spec: LineSpec) -> None:
    """A line names only what the order's own group sells."""
    for thing in (spec.operation, spec.part):
        if thing is not None and thing.group_id != order.store.group_id:
            raise DomainError(
                _("“%(thing)s” is not in this group's catalogue.") % {"thing": thing},
                code="foreign_catalogue",
            )
