"""What prices depend on, and what can be chosen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Value
from django.db.models.functions import Mod

from apps.accounts.models import Setting, Store, User
from apps.catalog.models import Energy, LabourOperation, Package, Part, VehicleModel

LABOUR_RATE = "catalog.labour_rate"


def labour_rate(store: Store | int | None, on: date | None = None) -> Decimal:
    """Yuan per flat-rate hour in ``store`` on ``on`` (default today). One query."""
    return Setting.value_of(LABOUR_RATE, store, on)


def items(user: User) -> list[tuple[str, str]]:
    """``(code, name)`` of every operation and part in use, for typing ahead. Two queries."""
    operations = LabourOperation.objects.visible_to(user).active().values_list("code", "name")
    parts = Part.objects.visible_to(user).active().values_list("code", "name")
    return [*operations, *parts]


def service_package(user: User, model: VehicleModel, km: int) -> Package | None:
    """The package for ``model``'s scheduled service at ``km``: the largest whose kilometres divide it.

    What is made for the car's energy goes first; an electric car takes nothing else. One query.
    """
    fits = Q(energy=model.energy) if model.energy == Energy.ELECTRIC else Q(energy__in=["", model.energy])
    rows = Package.objects.visible_to(user).active().filter(fits, service_km__gt=0)
    dividing = rows.annotate(rest=Mod(Value(km), F("service_km"))).filter(rest=0)
    return dividing.order_by("-energy", "-service_km", "code").first()
