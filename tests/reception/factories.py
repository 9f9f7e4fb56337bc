"""Rows of this room, made without going through arrival."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from apps.core import clock
from apps.customers.models import Customer, StoreAccess, Vehicle
from apps.desk.models import File
from apps.reception import drawing
from apps.reception.models import Damage, Interview, Visit, WalkAround

_numbers = count(1)
SIGNATURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)


def make_customer_vehicle(
    cast: Any, *, store: Any = None, plate: str | None = None, **fields: Any
) -> Vehicle:
    """A vehicle whose owner ``store`` (default the cast's; False: no store) has access to."""
    n = next(_numbers)
    store = cast.store if store is None else store
    owner = fields.pop("owner", None) or Customer.objects.create(
        group=fields.pop("group", cast.group),
        number=f"K{n:06d}",
        name=fields.pop("name", "王建国"),
        phone=f"+86138{n:08d}",
        advisor=fields.pop("advisor", cast.advisor),
    )
    if store:
        StoreAccess.objects.get_or_create(
            store=store, customer=owner, defaults={"reason": "entry", "since": clock.now()}
        )
    fields.setdefault("model_text", "帕萨特 330TSI")
    return Vehicle.objects.create(
        group=owner.group,
        vin=f"LSVAA4187N{n:07d}",
        plate=plate if plate is not None else f"浙A{n % 100000:05d}",
        owner=owner,
        **fields,
    )


def make_visit(
    cast: Any,
    *,
    vehicle: Vehicle | None = None,
    status: str = Visit.Status.IN_RECEPTION,
    **fields: Any,
) -> Visit:
    """A visit to the cast's store; by default the advisor has received the customer."""
    now = clock.now()
    vehicle = vehicle or make_customer_vehicle(cast)
    fields.setdefault("store", cast.store)
    fields.setdefault("customer", vehicle.owner)
    fields.setdefault("advisor", cast.advisor)
    fields.setdefault("arrived_at", now - timedelta(minutes=10))
    fields.setdefault("number", f"V-TEST-{next(_numbers):06d}")
    if status != Visit.Status.WAITING:
        fields.setdefault("first_contact_at", fields["arrived_at"])
        fields.setdefault("met_by", cast.advisor)
    if status == Visit.Status.LEFT:
        fields.setdefault("left_at", now)
        fields.setdefault("left_reason", "delivered")
    return Visit.objects.create(vehicle=vehicle, status=status, **fields)


def make_damage(visit: Visit, zone: str = "left_front_door", kind: str = "scratch", **fields: Any) -> Damage:
    """A mark in the middle of ``zone``."""
    x, y = drawing.anchor_of(zone)
    return Damage.objects.create(visit=visit, **({"zone": zone, "kind": kind, "x": x, "y": y} | fields))


def make_photo(visit: Visit, *, kind: str = "reception.damage", by: Any = None) -> File:
    """A kept photo of one pixel."""
    return File.issue(
        SIGNATURE, name="p.png", mime="image/png", kind=kind, about=visit, store=visit.store_id, by=by
    )


def make_walk_around(visit: Visit, *, signed: bool = False, **fields: Any) -> WalkAround:
    """A finished walk-around."""
    fields = {
        "odometer_km": 48210,
        "energy_percent": 60,
        "valuables_reminded": True,
        "done_by": visit.advisor,
        "done_at": clock.now(),
    } | fields
    if signed:
        fields = {
            "signature": make_photo(visit, kind="reception.signature"),
            "signed_name": "王建国",
            "signed_at": clock.now(),
            "content": {},
            "sha256": "0" * 64,
        } | fields
    return WalkAround.objects.create(visit=visit, **fields)


def make_interview(visit: Visit, **fields: Any) -> Interview:
    """A finished interview of seven minutes."""
    fields = {
        "customer_words": "冷车启动后方向盘抖动。",
        "started_at": clock.now() - timedelta(minutes=7),
        "finished_at": clock.now(),
        "listened_by": visit.advisor,
    } | fields
    return Interview.objects.create(visit=visit, **fields)
