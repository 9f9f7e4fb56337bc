"""Writing named fields of a row: what really changes, judged before anything is saved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def apply(row: models.Model, changes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set ``changes`` on ``row`` and return ``{field: (old, new)}`` of what differs.

    Raises ValidationError by field for values that the fields refuse, TypeError for names that
    ``row`` does not have. Nothing is saved. Queries: one per changed foreign key.
    """
    different: dict[str, tuple[Any, Any]] = {}
    for name, value in changes.items():
        field = row._meta.get_field(name)
        if not field.editable:
            raise TypeError(f"{row._meta.label}.{name} is not changed by hand")
        old = getattr(row, name)
        if old != value:
            setattr(row, name, value)
            different[name] = (old, value)
    untouched = {field.name for field in row._meta.fields} - set(different)
    row.clean_fields(exclude=untouched)
    return different


def storable(value: Any) -> Any:
    """``value`` as an event keeps it: people and things by name, days in ISO order."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
    return str(value)


def field_error(name: str, error: ValidationError) -> ValidationError:
    """The same refusal, said beside the field ``name``."""
    return ValidationError({name: error.error_list})
