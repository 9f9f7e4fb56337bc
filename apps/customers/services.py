"""Flows over customers, vehicles and who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.accounts.models import Store, User
from apps.core import clock
from apps.customers.models import Customer, Reading, StoreAccess, Vehicle, keys
from apps.desk.models import Event


def index_customers(customers: Iterable[Customer]) -> None:
    """Bring the search keys of many customers up to date. Two statements, however many rows."""
    keys.put(keys.CUSTOMER, {customer.pk: customer.search_keys() for customer in customers})


def index_vehicles(vehicles: Iterable[Vehicle]) -> None:
    """Bring the search keys of many vehicles up to date. Two statements, however many rows."""
    keys.put(keys.VEHICLE, {vehicle.pk: vehicle.search_keys() for vehicle in vehicles})


def index_customer(customer: Customer) -> None:
    """Bring one customer's search keys up to date."""
    index_customers([customer])


def index_vehicle(vehicle: Vehicle) -> None:
    """Bring one vehicle's search keys up to date."""
    index_vehicles([vehicle])


@transaction.atomic
def grant_access(store: Store, customer: Customer, reason: str, *, by: User | None = None) -> bool:
    """Let ``store`` see ``customer`` and the vehicles from now on; False if it could already.

    ``reason`` is a code: booking, arrival, handover, import, entry, opened.
    """
    _access, is_new = StoreAccess.objects.get_or_create(
        store=store, customer=customer, defaults={"reason": reason, "since": clock.now()}
    )
    if is_new:
        Event.record(
            "customer.access_granted",
            about=customer,
            by=by,
            store=store,
            facts={"store": store.name, "source": reason},
        )
    return is_new


@transaction.atomic
def open_file(customer: Customer, *, by: User, reason: str) -> None:
    """Open the file of a customer whom another store of the group looks after.

    Writes the access of the person's own store and, with the reason given, an event in the
    customer's story, which every store that may see the customer can read.
    """
    if by.store is None:
        return
    if grant_access(by.store, customer, "opened", by=by):
        Event.record(
            "customer.file_opened",
            about=customer,
            by=by,
            store=by.store,
            reason=reason,
            facts={"store": by.store.name},
        )


@transaction.atomic
def register_with_vehicle(
    *,
    store: Store,
    by: User,
    customer: dict[str, Any],
    vehicle: dict[str, Any] | None,
    odometer_km: int | None,
) -> tuple[Customer, Vehicle | None]:
    """A caller's whole file in one go: customer, vehicle and mileage, or nothing of it.

    Raises ValidationError by field.
    """
    registered = Customer.objects.register(store=store, by=by, **customer)
    if vehicle is None:
        return registered, None
    car = register_vehicle(registered, store=store, by=by, vehicle=vehicle, odometer_km=odometer_km)
    return registered, car


@transaction.atomic
def register_vehicle(
    owner: Customer, *, store: Store, by: User, vehicle: dict[str, Any], odometer_km: int | None = None
) -> Vehicle:
    """One more vehicle of ``owner``, with its mileage if known. Raises ValidationError by field."""
    car = Vehicle.objects.register(owner=owner, store=store, by=by, **vehicle)
    if odometer_km is not None:
        car.record_reading(odometer_km, clock.today(), Reading.Source.ENTRY, by, store=store)
    return car
