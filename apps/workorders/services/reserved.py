"""Parts that were reserved before there was an order."""

from __future__ import annotations

from collections.abc import Sequence

from apps.parts import services as stock
from apps.parts.models import Demand
from apps.workorders.models import Line, WorkOrder


def take_over(order: WorkOrder, kept: Sequence[tuple[Line, Demand]]) -> None:
    """Unsaved lines get what was reserved for them. One statement, or none."""
    if kept:
        stock.hand_on((d for _line, d in kept), purpose=order.number, needed_at=order.promised_at)
    for line, demand in kept:
        line.demand = demand
