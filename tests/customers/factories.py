"""Customers and vehicles, made without going through the desk."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.core import clock, pinyin, vin
from apps.customers.models import Campaign, Customer, StoreAccess, Vehicle

_numbers = count(1)


def make_vin(n: int) -> str:
    """A valid VIN, another one for each ``n``."""
    raw = f"LSVAA418_N2{n:06d}".replace("_", "0")
    return raw[:8] + vin.check_digit(raw) + raw[9:]


def make_customer(cast: Any, **fields: Any) -> Customer:
    """A customer to whom ``store`` (default the cast's; False: none) has access."""
    n = next(_numbers)
    store = fields.pop("store", cast.store)
    fields = {"number": f"C-TEST-{n:06d}", "name": "王建国", "phone": f"+86139{n:08d}"} | fields
    fields.setdefault("group", store.group if store else cast.group)
    fields.setdefault("sort_key", pinyin.sort_key(fields["name"])[:120])
    customer = Customer.objects.create(**fields)
    if store:
        StoreAccess.objects.create(store=store, customer=customer, reason="entry", since=clock.now())
    return customer


def make_vehicle(cast: Any, **fields: Any) -> Vehicle:
    """A vehicle; ``owner`` defaults to a new customer of ``store`` (default the cast's)."""
    n = next(_numbers)
    store = fields.pop("store", cast.store)
    owner = fields.pop("owner", None) or make_customer(cast, store=store)
    fields = {"vin": make_vin(n), "plate": f"浙B{n % 100_000:05d}", "model_text": "帕萨特 330TSI"} | fields
    return Vehicle.objects.create(group=owner.group, owner=owner, **fields)


def make_campaign(cast: Any, *vehicles: Vehicle, **fields: Any) -> Campaign:
    """A running recall of the cast's group for ``vehicles``, each a range of its own."""
    kept = {"kind": Campaign.Kind.RECALL, "number": f"R{next(_numbers)}", "title": "气囊传感器召回"} | fields
    campaign = Campaign(group=cast.group, **kept)
    campaign.concern(ranges=[(v.vin, v.vin) for v in vehicles], vehicle_models=[], by=cast.advisor)
    return campaign
