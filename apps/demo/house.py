"""The empty house: group, stores, people, price list, bays, stock, questionnaire."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import DealerGroup, Store, User
from apps.accounts.roles import GROUP_WIDE
from apps.callbacks import surveys
from apps.capacity import furnishing
from apps.capacity.models import Duty, Resource, Shift
from apps.catalog import services as catalog
from apps.catalog.models import Equipment, LabourOperation, Package, Part, VehicleModel
from apps.core import vin
from apps.customers.models import Vehicle
from apps.customers.services import register_with_vehicle
from apps.demo.texts import people
from apps.parts import services as parts


@dataclass
class House:
    """What the script of the day works with."""

    group: DealerGroup
    store: Store
    people: dict[str, User]
    dice: random.Random
    models: list[VehicleModel] = field(default_factory=list)
    count: int = 0

    def __getitem__(self, username: str) -> User:
        return self.people[username]

    def operation(self, code: str) -> LabourOperation:
        """A labour operation of the price list."""
        return LabourOperation.objects.get(group=self.group, code=code)

    def part(self, code: str) -> Part:
        """A part of the price list."""
        return Part.objects.get(group=self.group, code=code)

    def package(self, code: str) -> Package:
        """A package of the price list."""
        return Package.objects.get(group=self.group, code=code)

    def bay(self, kind: str, n: int) -> Resource:
        """The ``n``-th bay of a kind, from 1."""
        return Resource.objects.filter(store=self.store, kind="bay", bay_kind=kind).order_by("order")[n - 1]

    @property
    def advisors(self) -> list[User]:
        """The three service advisors."""
        return [self["advisor"], self["advisor2"], self["advisor3"]]

    def car(self, advisor: User | None = None, *, odometer_km: int | None = None, **vehicle: Any) -> Vehicle:
        """A new customer with a car, registered at the desk."""
        self.count += 1
        n = self.count
        model = vehicle.pop("model", None) or self.models[n % len(self.models)]
        advisor = advisor or self.advisors[n % 3]
        name = people.SURNAMES[n % len(people.SURNAMES)] + people.GIVEN[(n * 7) % len(people.GIVEN)]
        fields = {
            "vin": _vin(n),
            "plate": _plate(n, electric=model.energy in ("electric", "hybrid")),
            "model": model,
            "energy": model.energy,
            "colour": people.COLOURS[n % len(people.COLOURS)],
        } | vehicle
        customer = {
            "name": name,
            "phone": f"13{(n * 37) % 10}{(n * 7_919_311) % 100_000_000:08d}",
            "gender": "male" if n % 2 else "female",
            "advisor": advisor,
        }
        km = 8_000 + (n * 6_731) % 70_000 if odometer_km is None else odometer_km
        _customer, made = register_with_vehicle(
            store=self.store, by=advisor, customer=customer, vehicle=fields, odometer_km=km
        )
        if made is None:
            raise RuntimeError("a car was asked for")
        return made


def build(seed: int) -> House:
    """Everything that stands before the first car comes. A few seconds."""
    group = DealerGroup.objects.create(name=people.GROUP)
    stores = [
        Store.objects.create(
            group=group,
            code=code,
            name=name,
            address=address,
            hotline=hotline,
            city_plate_prefix=people.PREFIX,
        )
        for code, name, address, hotline in people.STORES
    ]
    code, name, address, hotline = people.OUTLET
    Store.objects.create(
        group=group, parent=stores[0], code=code, name=name, address=address, hotline=hotline
    )
    staff = {
        username: User.objects.create_user(
            username,
            people.PASSWORD,
            name=shown,
            role=role,
            group=group,
            store=None if role in GROUP_WIDE else stores[0],
        )
        for role, username, shown in people.STAFF
    }
    role, username, shown = people.NEIGHBOUR
    User.objects.create_user(username, people.PASSWORD, name=shown, role=role, group=group, store=stores[1])
    catalog.seed(group)
    for store in stores:
        furnishing.seed(store, User.objects.filter(store=store))
    _equip(stores[0])
    parts.seed_stock(stores[0], by=staff["parts"], quantity=60)
    surveys.seed(group)
    models = list(VehicleModel.objects.filter(brand__group=group).select_related("brand").order_by("pk"))
    return House(group, stores[0], staff, random.Random(seed), models)


def _equip(store: Store) -> None:
    """What some work takes beside bay and technician, and where it stands."""
    for name, is_mobile, code in people.EQUIPMENT:
        Equipment.objects.create(group=store.group, name=name, is_mobile=is_mobile)
        asking = LabourOperation.objects.filter(group=store.group, code=code)
        asking.update(**{"tools" if is_mobile else "equipment": [name]})
        if is_mobile:
            Resource.objects.create(store=store, kind="tool", name=name, equipment=[name])
        else:
            Resource.objects.filter(store=store, bay_kind="alignment").update(equipment=[name])


def roster(store: Store) -> None:
    """Two shifts with their lunch breaks, from today on: half of them work while the others eat."""
    shifts = [Shift.objects.create(store=store, name=name, times=times) for name, times in people.SHIFTS]
    technicians = Resource.objects.filter(store=store, kind="technician").order_by("order")
    Duty.objects.bulk_create(
        Duty(resource=technician, weekday=weekday, shift=shifts[n % 2])
        for n, technician in enumerate(technicians)
        for weekday in range(1, 8)
    )


def _vin(n: int) -> str:
    raw = f"LHB4A2B00S{n % 10}{(n * 9_973) % 1_000_000:06d}"
    return raw[:8] + vin.check_digit(raw) + raw[9:]


def bulk_vin(n: int) -> str:
    """A valid VIN of the long history, another one for each ``n``."""
    raw = f"LJX7C3D40{n // 1_000_000:02d}{n % 1_000_000:06d}"
    return raw[:8] + vin.check_digit(raw) + raw[9:]


def _plate(n: int, *, electric: bool) -> str:
    digits = (n * 48_611) % 100_000
    if electric:
        return f"{people.PREFIX}D{digits:05d}"
    letter = "BCEFGHJKLMNPQRSTUVWXYZ"[n % 22]
    return f"{people.PREFIX}{letter}{digits % 10_000:04d}"
