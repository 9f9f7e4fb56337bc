"""Orders on their way out."""

from __future__ import annotations

from typing import Any

from apps.delivery import services
from apps.delivery.explanations import EXPLANATIONS
from apps.delivery.models import GatePass, Settlement
from apps.parts import services as parts
from apps.workorders.models import WorkOrder
from tests.workorders.factories import make_authorised_order


def make_ready_order(cast: Any, lines: Any = None, *, issue: bool = True, **fields: Any) -> WorkOrder:
    """An order that has passed everything; its parts are issued."""
    order = make_authorised_order(cast, lines, **fields)
    if issue:
        for line in order.lines.select_related("demand").exclude(demand=None):
            parts.issue(line.demand, by=cast.parts_clerk)
    order.start_work(by=cast.technician)
    order.move_to_qc(by=cast.technician)
    order.move_to_ready(by=cast.inspector)
    order.refresh_from_db()
    return order


def make_settlement(cast: Any, lines: Any = None, **fields: Any) -> Settlement:
    """A settled order's statement."""
    return services.settle(make_ready_order(cast, lines, **fields), by=cast.advisor)


def make_paid_order(cast: Any, lines: Any = None) -> WorkOrder:
    """Settled and paid in cash."""
    settlement = make_settlement(cast, lines)
    services.pay(settlement, "cash", settlement.customer_total, by=cast.cashier)
    return settlement.order


def hand_back(cast: Any, order: WorkOrder, **fields: Any) -> GatePass:
    """Deliver with everything explained and given back."""
    returned = [item.pk for item in services.custody_of(order)]
    given = {"explained": list(EXPLANATIONS), "returned": returned, "by": cast.advisor} | fields
    return services.deliver(order, **given)
