"""Rows of this room, made without going through arrival."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image

from apps.appointments.models import Appointment
from apps.core import clock
from apps.customers.models import Vehicle
from apps.desk.models import File
from apps.reception import drawing
from apps.reception.models import Damage, Interview, Visit, WalkAround
from tests.customers.factories import make_customer, make_vehicle

_numbers = count(1)


def png(size: tuple[int, int] = (60, 20), colour: str = "navy") -> bytes:
    """A small picture."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


SIGNATURE = png()
SIGNATURE_URL = "data:image/png;base64," + b64encode(SIGNATURE).decode()


def make_customer_vehicle(cast: Any, *, store: Any = None, **fields: Any) -> Vehicle:
    """A vehicle whose owner ``store`` (default the cast's; False: no store) has access to."""
    person = {
        name: fields.pop(name) for name in ("name", "phone", "gender", "kind", "advisor") if name in fields
    }
    person.setdefault("advisor", cast.advisor)
    owner = fields.pop("owner", None) or make_customer(
        cast, store=cast.store if store is None else store, **person
    )
    vehicle = make_vehicle(cast, owner=owner, **fields)
    vehicle.index()
    return vehicle


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


def make_appointment(cast: Any, *, vehicle: Vehicle | None = None, **fields: Any) -> Appointment:
    """A booking of today, due now, of two hours; without capacity behind it."""
    vehicle = vehicle or make_customer_vehicle(cast)
    fields = {
        "store": cast.store,
        "number": f"A-TEST-{next(_numbers):06d}",
        "customer": vehicle.owner,
        "contact_name": "王建国",
        "contact_phone": "+8613800138000",
        "advisor": cast.advisor,
        "arrives_at": clock.now(),
        "booked_at": clock.now() - timedelta(days=3),
    } | fields
    fields.setdefault("ready_at", fields["arrives_at"] + timedelta(hours=2))
    return Appointment.objects.create(vehicle=vehicle, **fields)


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
