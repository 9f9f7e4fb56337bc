"""What can be put on an order, found while typing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.catalog.models import LabourOperation, Package, PackageLine, Part
from apps.core.money import fen
from apps.parts.models import StockItem
from apps.workorders.models import WorkOrder
from apps.workorders.services.lines import labour_rate

LIMIT = 6


def find(order: WorkOrder, text: str) -> dict[str, list[dict[str, Any]]]:
    """``{packages, operations, parts}`` whose code begins with, or whose name holds ``text``; six of each.

    A row has ``pk code name price`` and, by kind, ``hours``, ``available`` or ``count``. Five queries.
    """
    rate = labour_rate(order)
    group_id = order.store.group_id

    def matching(rows: QuerySet) -> QuerySet:
        return rows.filter(group_id=group_id, is_active=True).filter(
            Q(code__istartswith=text) | Q(name__icontains=text)
        )[:LIMIT]

    operations = [
        {
            "pk": o.pk,
            "code": o.code,
            "name": o.name,
            "hours": o.flat_rate_hours,
            "price": fen(o.flat_rate_hours * rate),
            "is_safety_relevant": o.is_safety_relevant,
        }
        for o in matching(LabourOperation.objects.all())
    ]
    return {
        "packages": [_package(p, rate) for p in matching(_packages())],
        "operations": operations,
        "parts": list(
            matching(Part.objects.annotate(available=_available(order))).values(
                "pk", "code", "name", "price", "unit", "available"
            )
        ),
    }


def _packages() -> QuerySet:
    lines = PackageLine.objects.select_related("operation", "part")
    return Package.objects.prefetch_related(Prefetch("lines", queryset=lines))


def _package(package: Package, rate: Decimal) -> dict[str, Any]:
    rows = list(package.lines.all())
    price = sum((_price(row, rate) for row in rows), Decimal("0.00"))
    return {"pk": package.pk, "code": package.code, "name": package.name, "price": price, "count": len(rows)}


def _price(row: PackageLine, rate: Decimal) -> Decimal:
    if row.operation:
        return fen(row.operation.flat_rate_hours * row.quantity * rate)
    return fen(row.part.price * row.quantity) if row.part else Decimal("0.00")


def _available(order: WorkOrder) -> Coalesce:
    free = StockItem.objects.filter(store_id=order.store_id, part=OuterRef("pk")).annotate(
        free=F("on_hand") - F("reserved")
    )
    field: DecimalField = DecimalField(max_digits=10, decimal_places=2)
    return Coalesce(
        Subquery(free.values("free")[:1], output_field=field), Value(Decimal(0)), output_field=field
    )
