"""Read models of the delivery room."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from apps.accounts.models import User
from apps.delivery.models import GatePass, Settlement
from apps.money.models import Account
from apps.workorders.models import WorkOrder


@dataclass(frozen=True)
class Leaving:
    """One order on its way out: what is owed, or None before it is settled."""

    order: WorkOrder
    settlement: Settlement | None
    owed: Decimal | None


def leaving(user: User) -> list[Leaving]:
    """Orders that are ready or settled, longest ready first. Three queries."""
    orders = list(
        WorkOrder.objects.visible_to(user)
        .filter(status__in=[WorkOrder.Status.READY, WorkOrder.Status.SETTLED])
        .select_related("vehicle__model__brand", "customer", "advisor")
        .order_by("promised_at", "pk")[:200]
    )
    accounts = Prefetch("account", Account.objects.with_balance())
    settled = Settlement.objects.filter(order__in=orders, reversed_at=None).prefetch_related(accounts)
    by_order = {settlement.order_id: settlement for settlement in settled}
    rows = []
    for order in orders:
        settlement = by_order.get(order.pk)
        owed = getattr(settlement.account, "balance") if settlement else None  # noqa: B009 - annotated
        rows.append(Leaving(order, settlement, owed))
    return rows


def passes_to_let_out(user: User) -> list[GatePass]:
    """Gate passes whose cars have not left yet. One query."""
    return list(
        GatePass.objects.visible_to(user)
        .filter(left_at=None)
        .select_related("order__vehicle", "issued_by")
        .order_by("issued_at")[:100]
    )
