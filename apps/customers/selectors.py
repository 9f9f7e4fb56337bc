"""What pages show of customers and vehicles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core import clock, phones, plates
from apps.core import vin as vins
from apps.customers.models import Customer, ServiceRecord, StoreAccess, Vehicle
from apps.desk.models import Event

STORY_LENGTH = 60
STORY_LIMIT = 1_000


@dataclass(frozen=True)
class Known:
    """Somebody whom the group knows under an exact telephone, plate or VIN.

    What is not ``is_visible`` is shown masked, with the names of the ``stores`` that may see it;
    ``q`` is the exact text that found it.
    """

    customer: Customer
    vehicle: Vehicle | None
    is_visible: bool
    q: str
    stores: list[str] = field(default_factory=list)


def exact(text: str) -> tuple[str, str]:
    """``("plate" | "vin" | "phone", value)`` that a whole one names, else ``("", "")``."""
    plate, vin = plates.normalise(text), vins.normalise(text)
    if plates.kind(plate):
        return "plate", plate
    if vins.problem(vin) in (None, vins.VinProblem.CHECK_DIGIT):
        return "vin", vin
    try:
        return "phone", phones.normalise(text)
    except ValidationError:
        return "", ""


def known(user: User, text: str) -> list[Known]:
    """Everybody of the group under the exact ``text``. At most three queries, none for half a number."""
    name, value = exact(text)
    if not name:
        return []
    field_name = "owner__phone" if name == "phone" else name
    cars = Vehicle.objects.in_group_of(user).filter(owner__merged_into=None, **{field_name: value})
    owners: list[tuple[Customer, Vehicle | None]] = [
        (car.owner, car) for car in cars.select_related("owner", "model__brand").order_by("pk")[:10]
    ]
    if name == "phone":
        people = Customer.objects.in_group_of(user).with_phone(value).order_by("pk")[:10]
        owners += [(customer, None) for customer in people]
    visible, stores = _accesses(user, {customer.pk for customer, _car in owners})
    found: dict[int, Known] = {}
    for customer, car in owners:
        where = sorted(stores.get(customer.pk, []))
        found.setdefault(customer.pk, Known(customer, car, customer.pk in visible, text, where))
    return list(found.values())


def _accesses(user: User, ids: set[int]) -> tuple[set[int], dict[int, list[str]]]:
    """``(customers the user may see, {customer: names of the stores that may})``."""
    visible: set[int] = set()
    stores: dict[int, list[str]] = {}
    rows = StoreAccess.objects.filter(customer__in=ids).values_list("customer_id", "store_id", "store__name")
    for customer_id, store_id, name in rows if ids else []:
        stores.setdefault(customer_id, []).append(name)
        if store_id in user.visible_store_ids:
            visible.add(customer_id)
    return visible, stores


def plates_of(customer_ids: Iterable[int]) -> dict[int, list[str]]:
    """``{customer: plates or VIN ends}`` of their vehicles. One query."""
    found: dict[int, list[str]] = {}
    rows = Vehicle.objects.filter(owner__in=list(customer_ids)).order_by("pk")
    for owner_id, plate, vin in rows.values_list("owner_id", "plate", "vin"):
        found.setdefault(owner_id, []).append(plate or f"…{vin[-6:]}")
    return found


def vehicles_of(customer: Customer) -> QuerySet[Vehicle]:
    """A customer's vehicles with ``last_visit_on`` and ``open_recommendations``. One query."""
    return (
        Vehicle.objects.filter(owner=customer)
        .select_related("model__brand")
        .annotate(
            last_visit_on=Max("service_records__arrived_on"),
            open_recommendations=Count(
                "recommendations", filter=Q(recommendations__closed_at=None), distinct=True
            ),
        )
        .order_by("pk")
    )


def vehicle_story(vehicle: Vehicle, user: User, *, limit: int = STORY_LENGTH) -> tuple[list[dict], bool]:
    """The vehicle's story, newest first: ``{"on", "at", "event"|"record"}``; and whether there is more.

    Events of the thread and past visits, the old system's included, laid together. Two queries.
    """
    told: list[dict[str, Any]] = [
        {"at": event.at, "event": event}
        for event in Event.objects.visible_to(user).story(vehicle.event_thread)[: limit + 1]
    ]
    records = ServiceRecord.objects.filter(vehicle=vehicle).select_related("store")
    told += [
        {"at": _evening(record.left_on or record.arrived_on), "record": record}
        for record in records.order_by("-arrived_on", "-pk")[: limit + 1]
    ]
    told.sort(key=lambda entry: entry["at"], reverse=True)
    return _by_day(told[:limit]), len(told) > limit


def customer_story(customer: Customer, user: User) -> list[dict]:
    """The customer's own story, newest first: ``{"on", "at", "event"}``. One query."""
    events = Event.objects.visible_to(user).story(customer.event_thread)[:STORY_LENGTH]
    return _by_day([{"at": event.at, "event": event} for event in events])


def _by_day(told: list[dict]) -> list[dict]:
    for entry in told:
        entry["on"] = timezone.localdate(entry["at"])
    return told


def _evening(day: date) -> datetime:
    """Past visits have no time of day; they close theirs."""
    return clock.at(day, 23, 59)


def found_customers(user: User, ids: list[int]) -> dict[int, dict]:
    """Search hits by id, for the frame's search box. One query."""
    rows = Customer.objects.visible_to(user).filter(pk__in=ids).only("pk", "name", "number", "phone")
    shown = phones.display if user.has_perm("customers.see_contacts") else phones.mask
    return {
        row.pk: {
            "title": row.name,
            "subtitle": " · ".join(filter(None, [row.number, shown(row.phone) if row.phone else ""])),
            "url": reverse("customers:detail", args=[row.pk]),
        }
        for row in rows
    }


def found_vehicles(user: User, ids: list[int]) -> dict[int, dict]:
    """Search hits by id, for the frame's search box. One query."""
    rows = Vehicle.objects.visible_to(user).filter(pk__in=ids).select_related("owner", "model__brand")
    return {
        row.pk: {
            "title": " · ".join(filter(None, [row.model_name, row.owner.name])),
            "subtitle": row.vin,
            "plate": row.plate,
            "url": reverse("customers:vehicle", args=[row.pk]),
        }
        for row in rows
    }
