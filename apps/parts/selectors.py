"""What the stock ledger says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import Setting, User
from apps.core import clock, workdays
from apps.parts.models import Demand, Movement, StockItem, quantity_field


def _sum(rows: QuerySet, by: str, field: str) -> Coalesce:
    """A subquery: ``field`` of ``rows`` summed for the outer row."""
    sums = rows.values(by).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(sums, output_field=quantity_field()), Decimal(0), output_field=quantity_field())


def ledger_differences() -> list[str]:
    """Sentences about every stock figure that its rows do not bear out; empty when all is well.

    On hand against the sum of movements, reserved against the open demands, issued against the
    movements of the demand. Three queries.
    """
    items = StockItem.objects.annotate(
        moved=_sum(Movement.objects.filter(item=OuterRef("pk")), "item", "quantity"),
        held=_sum(Demand.objects.filter(store=OuterRef("store"), part=OuterRef("part")), "part", "reserved"),
    )
    wrong = [
        f"stock item {pk}: {on_hand} on hand, movements sum to {moved}"
        for pk, on_hand, moved in items.exclude(on_hand=F("moved")).values_list("pk", "on_hand", "moved")
    ]
    wrong += [
        f"stock item {pk}: {reserved} reserved, demands hold {held}"
        for pk, reserved, held in items.exclude(reserved=F("held")).values_list("pk", "reserved", "held")
    ]
    demands = Demand.objects.annotate(
        out=-_sum(Movement.objects.filter(demand=OuterRef("pk")), "demand", "quantity")
    )
    return wrong + [
        f"demand {pk}: {issued} issued, movements sum to {out}"
        for pk, issued, out in demands.exclude(issued=F("out")).values_list("pk", "issued", "out")
    ]


LEAD = "parts.lead_days"


@dataclass(frozen=True)
class Standing:
    """Whether what is wanted of a part lies free on the shelf; if not, ``expected_on`` when ordered today."""

    is_there: bool
    expected_on: date | None = None


def standing(store_id: int, wants: Mapping[int, Decimal]) -> dict[int, Standing]:
    """``{part: Standing}`` of ``wants`` (quantity by part). Nothing for a store that counts no stock.

    A store without a lead time says only what is short. At most three queries, none for nothing.
    """
    if not wants:
        return {}
    items = StockItem.objects.filter(store_id=store_id, part__in=wants)
    free = {item.part_id: item.available for item in items}
    if not free and not StockItem.objects.filter(store_id=store_id).exists():
        return {}
    days = Setting.value_of(LEAD, store_id)
    late = workdays.add_workdays(clock.today(), days) if days else None
    there = {part: free.get(part, Decimal(0)) >= quantity for part, quantity in wants.items()}
    return {part: Standing(is_there, None if is_there else late) for part, is_there in there.items()}


def expected(store_id: int, wants: Mapping[int, Decimal]) -> dict[int, date]:
    """``{part: day}`` on which those of ``wants`` (quantity by part) arrive that are not free on the shelf.

    Ordered today they take the store's lead time, in working days; 0 asks for nothing. A store that counts
    no stock has everything. At most three queries, none for nothing.
    """
    found = standing(store_id, wants)
    return {part: how.expected_on for part, how in found.items() if how.expected_on}


def queue(user: User, limit: int) -> dict[str, Any]:
    """``ready`` (released and wholly on the shelf), ``partly`` and ``missing`` (released, nothing there),
    ``ahead`` (short, not released yet) and ``out`` (issued today). Demands carry ``free`` and ``shelf``.

    Three queries, whatever the number.
    """
    item = StockItem.objects.filter(store=OuterRef("store"), part=OuterRef("part"))
    demands = (
        Demand.objects.visible_to(user)
        .select_related("part")
        .annotate(
            free=Coalesce(
                Subquery(item.annotate(n=F("on_hand") - F("reserved")).values("n")[:1]),
                Decimal(0),
                output_field=quantity_field(),
            ),
            shelf=Subquery(item.values("shelf")[:1]),
            item_id=Subquery(item.values("pk")[:1]),
        )
    )
    waiting: dict[str, Any] = {"ready": [], "partly": [], "missing": []}
    for demand in demands.to_issue()[:limit]:
        there = min(demand.reserved + demand.free, demand.issuable)
        key = "ready" if there >= demand.issuable else "partly" if there > 0 else "missing"
        waiting[key].append(demand)
    recent = clock.now() - timedelta(hours=12)
    out = (
        demands.filter(issued__gt=0, movements__kind=Movement.Kind.ISSUE, movements__made_at__gte=recent)
        .annotate(last=Max("movements__made_at"))
        .order_by("-last")[:20]
    )
    ahead = demands.short().filter(released_at=None).order_by("needed_at", "pk")[:limit]
    return waiting | {"ahead": list(ahead), "out": list(out)}
