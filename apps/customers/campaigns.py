"""Campaigns follow the cars, and what their pages show."""

from __future__ import annotations

from datetime import date

from apps.accounts.models import DealerGroup
from apps.core import clock
from apps.customers.models import Campaign, Vehicle
from apps.desk.models import Event


def vehicle_changed(event: Event) -> None:
    """A car was entered, or its VIN, plate or model changed. Six statements a running campaign."""
    pk = int(event.subject.partition(":")[2])
    vehicle = Vehicle.objects.filter(pk=pk).first()
    if vehicle is not None:
        Campaign.objects.filter(group_id=vehicle.group_id).running(clock.today()).refresh([pk])


def refresh(group: DealerGroup | int, today: date) -> None:
    """Every running campaign of the group with all cars: imports tell of no single car."""
    Campaign.objects.filter(group=group).running(today).refresh()
