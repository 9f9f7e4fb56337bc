"""Which of an import's readings count, and what the vehicles' mileage is after them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Subquery

from apps.customers.models import Reading, Vehicle
from apps.imports.models import ImportedRow


def settle(vehicle_ids: Collection[int]) -> None:
    """Judge stated mileages against the visits, then set the mileage of each vehicle. Three statements.

    A mileage that the vehicle file states for the day of the export is kept, flagged and not used when a
    visit before that day shows more. Call it under lock of the vehicles, after their readings changed.
    """
    stated = Reading.objects.filter(
        ImportedRow.objects.making(ImportedRow.Kind.STATED), vehicle__in=vehicle_ids
    )
    higher = Exists(
        Reading.objects.accepted()
        .filter(vehicle=OuterRef("vehicle"), read_on__lte=OuterRef("read_on"))
        .filter(odometer_km__gt=OuterRef("odometer_km"), replaced_reason="")
        .exclude(pk=OuterRef("pk"))
    )
    stated.filter(higher, is_backwards=False).update(is_backwards=True)
    stated.filter(~higher, is_backwards=True).update(is_backwards=False)
    latest = Reading.objects.accepted().filter(vehicle=OuterRef("pk")).order_by("-read_on", "-pk")
    vehicles = Vehicle.objects.filter(pk__in=vehicle_ids).annotate(
        latest_km=Subquery(latest.values("odometer_km")[:1])
    )
    changed = [
        Vehicle(pk=pk, odometer_km=latest_km)
        for pk, km, latest_km in vehicles.values_list("pk", "odometer_km", "latest_km")
        if km != latest_km
    ]
    Vehicle.objects.bulk_update(changed, ["odometer_km"])
