"""Handovers of the cast's store, made by the verbs that people use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.core import clock
from apps.handover import checklists, services
from apps.handover.models import Handover
from tests.customers.factories import make_customer, make_vehicle


def make_handover(cast: Any, **fields: Any) -> Handover:
    """Planned for tomorrow at ten by the information clerk; ``prepared=True``: deliverable."""
    prepared = fields.pop("prepared", False)
    store = fields.pop("store", cast.store)
    customer = fields.pop("customer", None) or make_customer(cast, store=store)
    tomorrow = clock.at(clock.today() + timedelta(days=1), 10)
    given = {
        "vehicle": fields.pop("vehicle", None) or make_vehicle(cast, owner=customer, plate=""),
        "customer": customer,
        "store": store,
        "sales_consultant": "李小红",
        "advisor": cast.advisor,
        "planned_at": tomorrow,
        "invoiced_on": clock.today(),
        "is_statutory": True,
        "by": cast.information_clerk,
    }
    handover = services.plan(**given | fields)
    if prepared:
        tick_all(handover, "prepared")
        handover.make_deliverable(by=cast.information_clerk)
    return handover


def tick_all(handover: Handover, *names: str) -> None:
    """Tick everything that is asked in these lists."""
    for name in names:
        handover.tick(name, dict.fromkeys(checklists.keys(name, statutory=handover.is_statutory), True))


def delivery(**fields: Any) -> services.Delivery:
    """What the day tells."""
    return services.Delivery(
        **{"odometer_km": 12, "km_per_month": 1500, "sales_consultant": "李小红"} | fields
    )
