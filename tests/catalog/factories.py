"""Rows of the price list, made directly."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from apps.catalog.models import (
    BayKind,
    Brand,
    LabourOperation,
    Package,
    PackageLine,
    Part,
    Skill,
    VehicleModel,
    WorkKind,
)

_numbers = count(1)


def make_brand(cast: Any, **fields: Any) -> Brand:
    """A make of the cast's group."""
    fields.setdefault("name", f"远川 {next(_numbers)}")
    return Brand.objects.create(group=fields.pop("group", cast.group), **fields)


def make_model(cast: Any, **fields: Any) -> VehicleModel:
    """A model, of a new brand unless ``brand`` is given."""
    brand = fields.pop("brand", None) or make_brand(cast)
    fields.setdefault("name", f"云岭 {next(_numbers)}")
    return VehicleModel.objects.create(brand=brand, **fields)


def make_operation(cast: Any, **fields: Any) -> LabourOperation:
    """An operation of 0.5 h in a general bay."""
    n = next(_numbers)
    fields = {
        "code": f"OP{n:05d}",
        "name": f"更换机油 {n}",
        "work_kind": WorkKind.MAINTENANCE,
        "bay_kind": BayKind.GENERAL,
        "skill": Skill.GENERAL,
        "flat_rate_hours": Decimal("0.5"),
    } | fields
    return LabourOperation.objects.create(group=fields.pop("group", cast.group), **fields)


def make_part(cast: Any, **fields: Any) -> Part:
    """A part at 68.00."""
    n = next(_numbers)
    fields = {
        "code": f"PT{n:05d}",
        "name": f"机油滤清器 {n}",
        "unit": "个",
        "price": Decimal("68.00"),
    } | fields
    return Part.objects.create(group=fields.pop("group", cast.group), **fields)


def make_package(
    cast: Any,
    *,
    operations: list[LabourOperation] | None = None,
    parts: list[Part] | None = None,
    **fields: Any,
) -> Package:
    """A package of the given operations and parts, one of each; by default one operation and one part."""
    n = next(_numbers)
    fields = {"code": f"PK{n:05d}", "name": f"小保养 {n}"} | fields
    package = Package.objects.create(group=fields.pop("group", cast.group), **fields)
    operations = [make_operation(cast, group=package.group)] if operations is None else operations
    parts = [make_part(cast, group=package.group)] if parts is None else parts
    PackageLine.objects.bulk_create(
        [
            *(PackageLine(package=package, operation=operation) for operation in operations),
            *(PackageLine(package=package, part=part) for part in parts),
        ]
    )
    return package
