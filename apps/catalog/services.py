"""Keeping the price list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts.models import DealerGroup, User
from apps.catalog.models import (
    Brand,
    Equipment,
    LabourOperation,
    Package,
    PackageLine,
    Part,
    Priced,
    VehicleModel,
)
from apps.catalog.texts import seed as texts
from apps.desk.models import Event


@transaction.atomic
def keep(row: Priced, *, by: User, lines: list[PackageLine] | None = None) -> None:
    """Save a row of the price list and tell who did it; ``lines`` replace those of a package."""
    kind = "catalog.changed" if row.pk else "catalog.added"
    row.save()
    if isinstance(row, Package) and lines is not None:
        PackageLine.objects.filter(package=row).delete()
        PackageLine.objects.bulk_create(
            PackageLine(package=row, operation=line.operation, part=line.part, quantity=line.quantity)
            for line in lines
        )
    Event.record(kind, about=row, by=by, store=by.store_id, facts=_facts(row))


@transaction.atomic
def add_equipment(row: Equipment, *, by: User) -> None:
    """Put something on the list of equipment."""
    row.save()
    facts = {"name": row.name, "is_mobile": row.is_mobile}
    Event.record("catalog.equipment_added", about=row, by=by, store=by.store_id, facts=facts)


def _facts(row: Priced) -> dict[str, Any]:
    names = ("code", "name", "price", "flat_rate_hours", "is_active")
    return {name: str(getattr(row, name)) for name in names if hasattr(row, name)}


@transaction.atomic
def seed(group: DealerGroup) -> dict[str, int]:
    """Give ``group`` the starter catalogue; what stands there under the same code stays.

    Returns how many rows there are now, by table.
    """
    for name, months, km in texts.BRANDS:
        Brand.objects.get_or_create(
            group=group, name=name, defaults={"warranty_months": months, "warranty_km": km}
        )
    brands = {brand.name: brand for brand in Brand.objects.filter(group=group)}
    VehicleModel.objects.bulk_create(
        [
            VehicleModel(
                brand=brands[make],
                name=name.removeprefix(make).strip(),
                energy=energy,
                service_every_km=km,
                service_every_months=months,
            )
            for make, name, energy, km, months in texts.MODELS
        ],
        ignore_conflicts=True,
    )
    _seed_operations(group)
    _seed_parts(group)
    _seed_packages(group)
    return {
        "models": VehicleModel.objects.filter(brand__group=group).count(),
        "operations": LabourOperation.objects.filter(group=group).count(),
        "parts": Part.objects.filter(group=group).count(),
        "packages": Package.objects.filter(group=group).count(),
    }


def _seed_operations(group: DealerGroup) -> None:
    LabourOperation.objects.bulk_create(
        [
            LabourOperation(
                group=group,
                code=code,
                name=name,
                work_kind=kind,
                bay_kind=bay,
                skill=skill,
                flat_rate_hours=Decimal(hours),
                is_safety_relevant=safety,
            )
            for code, name, kind, bay, skill, hours, safety in texts.OPERATIONS
        ],
        ignore_conflicts=True,
    )


def _seed_parts(group: DealerGroup) -> None:
    Part.objects.bulk_create(
        [
            Part(group=group, code=code, name=name, unit=unit, price=Decimal(price))
            for code, name, unit, price in texts.PARTS
        ],
        ignore_conflicts=True,
    )


def _seed_packages(group: DealerGroup) -> None:
    by_code: dict[str, LabourOperation | Part] = {}
    by_code.update({row.code: row for row in LabourOperation.objects.filter(group=group)})
    by_code.update({row.code: row for row in Part.objects.filter(group=group)})
    for code, name, contents in texts.PACKAGES:
        km, energy = texts.SERVICES.get(code, (None, ""))
        known = {"name": name, "service_km": km, "energy": energy}
        package, is_new = Package.objects.get_or_create(group=group, code=code, defaults=known)
        if is_new:
            PackageLine.objects.bulk_create(
                _line(package, by_code[thing], Decimal(quantity or 1))
                for thing, _times, quantity in (word.partition(texts.TIMES) for word in contents.split())
            )


def _line(package: Package, thing: LabourOperation | Part, quantity: Decimal) -> PackageLine:
    if isinstance(thing, LabourOperation):
        return PackageLine(package=package, operation=thing, quantity=quantity)
    return PackageLine(package=package, part=thing, quantity=quantity)
