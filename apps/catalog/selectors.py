"""What prices depend on, and what can be chosen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.accounts.models import Setting, Store, User
from apps.catalog.models import LabourOperation, Part

LABOUR_RATE = "catalog.labour_rate"


def labour_rate(store: Store | int | None, on: date | None = None) -> Decimal:
    """Yuan per flat-rate hour in ``store`` on ``on`` (default today). One query."""
    return Setting.value_of(LABOUR_RATE, store, on)


def items(user: User) -> list[tuple[str, str]]:
    """``(code, name)`` of every operation and part in use, for typing ahead. Two queries."""
    operations = LabourOperation.objects.visible_to(user).active().values_list("code", "name")
    parts = Part.objects.visible_to(user).active().values_list("code", "name")
    return [*operations, *parts]
