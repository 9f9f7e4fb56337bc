"""Calls of the cast's store, made through ``Call.schedule``."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from apps.calls.models import Call
from apps.core import clock
from tests.customers.factories import make_customer, make_vehicle

_numbers = count(1)


def make_call(cast: Any, **fields: Any) -> Call:
    """A call of the queue ``promise``, due since this morning, for whoever works there.

    ``customer`` defaults to a new one with a vehicle; ``vehicle=False`` leaves the car out.
    """
    n = next(_numbers)
    today = clock.today()
    store = fields.pop("store", cast.store)
    vehicle = fields.pop("vehicle", None)
    customer = fields.pop("customer", None)
    if vehicle is None and customer is None:
        vehicle = make_vehicle(cast, store=store)
    if vehicle:
        customer = customer or vehicle.owner
    customer = customer or make_customer(cast, store=store)
    fields = {"opens_on": today, "closes_on": today + timedelta(days=3)} | fields
    return Call.schedule(
        fields.pop("queue", "promise"),
        fields.pop("key", f"test-{n}"),
        about=fields.pop("about", customer),
        customer=customer,
        vehicle=vehicle or None,
        store=store,
        **fields,
    )
