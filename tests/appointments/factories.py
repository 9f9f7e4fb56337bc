"""Appointments made by the verb that people use, with whatever they need around them."""

from datetime import datetime, time
from decimal import Decimal

from apps.accounts.models import Store, User
from apps.appointments import items, services, waiting, waiting_round
from apps.appointments.items import Ask
from apps.appointments.models import Appointment, WaitingEntry
from apps.capacity import slots
from apps.capacity.models import OpeningHours
from apps.catalog.models import LabourOperation, Package, PackageLine, Part
from apps.core import clock
from apps.customers.models import Customer, StoreAccess, Vehicle
from apps.desk.models import EventDelivery
from tests.capacity.factories import furnish, tomorrow

__all__ = [
    "fill",
    "furnish",
    "make_appointment",
    "make_customer",
    "make_operation",
    "make_package",
    "make_part",
    "make_vehicle",
    "make_waiting",
    "settle",
]


def make_customer(store: Store, name: str = "李明", phone: str = "+8613812345678", **fields) -> Customer:
    """A customer whom ``store`` may see."""
    number = f"C{Customer.objects.count() + 1:05d}"
    customer = Customer.objects.create(
        group=store.group, number=fields.pop("number", number), name=name, phone=phone, **fields
    )
    StoreAccess.objects.create(store=store, customer=customer, reason="entry", since=clock.now())
    customer.index()
    return customer


def make_vehicle(
    store: Store, plate: str = "浙A12345", *, owner: Customer | None = None, **fields
) -> Vehicle:
    """A vehicle with its owner."""
    vin = fields.pop("vin", f"LSVAG2180E2{Vehicle.objects.count() + 100001:06d}")
    vehicle = Vehicle.objects.create(
        group=store.group, vin=vin, plate=plate, owner=owner or make_customer(store), **fields
    )
    vehicle.index()
    return vehicle


def make_operation(store: Store, code: str = "M001", **fields) -> LabourOperation:
    """A labour operation, one general hour of maintenance unless said otherwise."""
    fields = {
        "name": f"Operation {code}",
        "work_kind": "maintenance",
        "flat_rate_hours": Decimal("1.0"),
    } | fields
    operation, _new = LabourOperation.objects.get_or_create(group=store.group, code=code, defaults=fields)
    return operation


def make_part(store: Store, code: str = "P001", **fields) -> Part:
    """A part at 99.50."""
    fields = {"name": f"Part {code}", "price": Decimal("99.50")} | fields
    part, _new = Part.objects.get_or_create(group=store.group, code=code, defaults=fields)
    return part


def make_package(store: Store, code: str = "K001", *, quantity: Decimal = Decimal(4)) -> Package:
    """A package of one operation (1.0 h) and four litres of one part."""
    package = Package.objects.create(group=store.group, code=code, name=f"Package {code}")
    PackageLine.objects.create(package=package, operation=make_operation(store))
    PackageLine.objects.create(package=package, part=make_part(store), quantity=quantity)
    return package


def make_appointment(
    store: Store,
    *,
    by: User | None = None,
    vehicle: Vehicle | None = None,
    starts_at: datetime | None = None,
    **fields,
) -> Appointment:
    """A booked appointment, by default one general hour at the first free time from tomorrow at 9 on.

    A bare store is furnished.
    """
    if not OpeningHours.objects.filter(store=store).exists():
        furnish(store)
    vehicle = vehicle or make_vehicle(store, plate=f"浙A{Vehicle.objects.count() + 10001:05d}")
    fields.setdefault("asks", [Ask(make_operation(store))])
    return services.book(
        store=store,
        customer=fields.pop("customer", vehicle.owner),
        vehicle=vehicle,
        starts_at=starts_at or _first_free(store, fields),
        by=by,
        **fields,
    )


def _first_free(store: Store, fields: dict) -> datetime:
    """The first start from tomorrow at 9 on that fits."""
    advisor = fields.get("advisor")
    lines = items.lines(fields["asks"], items.labour_rate(store))
    needs = items.needs(lines, fields.get("kind", "maintenance"), advisor.pk if advisor else None)
    found = slots.find(store, needs=needs, date_from=tomorrow().date(), now=clock.now())
    return next((s.starts_at for s in found if s.starts_at >= tomorrow()), tomorrow())


def make_waiting(store: Store, *, by: User, plate: str = "", hours: str = "1.0", **wish) -> WaitingEntry:
    """Somebody who waits for a time tomorrow, by default for one general hour, till 17:00, with anybody.

    Later than that a car may be left for the night, so the day is never quite full.
    """
    vehicle = wish.pop("vehicle", None)
    if vehicle is None:
        plate = plate or f"浙B{Vehicle.objects.count() + 20001:05d}"
        phone = f"+86139{Vehicle.objects.count() + 10000001:08d}"
        vehicle = make_vehicle(store, plate, owner=make_customer(store, f"客户{plate[-2:]}", phone))
    operation = make_operation(store, f"W{hours}", flat_rate_hours=Decimal(hours))
    day = tomorrow().date()
    return waiting.put(
        store=store,
        vehicle=vehicle,
        asks=wish.pop("asks", [Ask(operation)]),
        by=by,
        **{"from_day": day, "till_day": day, "till_time": time(17)} | wish,
    )


def fill(store: Store, *, days: int = 1, **fields) -> Appointment:
    """A day of a narrow house that is full: eight hours of the ten are booked, the rest is the reserve."""
    operation = make_operation(store, "W8.0", flat_rate_hours=Decimal("8.0"))
    return make_appointment(store, starts_at=tomorrow(8, days=days), asks=[Ask(operation)], **fields)


def settle() -> None:
    """What workers do within seconds: deliver events, go round the list, until nothing is left to do."""
    for _round in range(4):
        while EventDelivery.objects.deliver_one(clock.now()) is not None:
            pass
        waiting_round.look_after()
