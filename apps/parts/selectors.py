"""What the stock ledger says."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

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
