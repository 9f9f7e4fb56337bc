"""Rows of this room, made by its verbs."""

from decimal import Decimal
from itertools import count

from apps.catalog.models import Part
from apps.parts import services
from apps.parts.models import Demand, StockItem

_numbers = count(1)


def make_part(cast, name: str = "机油滤清器", price: str = "68.00", **fields) -> Part:
    """A part of the cast's group."""
    fields.setdefault("code", f"P-{next(_numbers):05d}")
    return Part.objects.create(group=cast.group, name=name, price=Decimal(price), unit="件", **fields)


def make_stock(cast, part: Part | None = None, quantity: str | int = 10, store=None) -> StockItem:
    """``quantity`` of a part (a new one by default) on the shelf of ``cast.store``."""
    return services.receive(
        store or cast.store, part or make_part(cast), Decimal(quantity), by=cast.parts_clerk, shelf="A1-01"
    )


def make_demand(
    cast, part: Part | None = None, quantity: str | int = 2, purpose: str = "WO-1", released: bool = False
) -> Demand:
    """A demand of ``cast.store``, reserved as far as the shelf goes; ``released`` as after consent."""
    demand = services.open_demand(cast.store, part or make_part(cast), Decimal(quantity), purpose=purpose)
    if released:
        services.release_for_issue([demand.pk])
        demand.refresh_from_db()
    return demand
