"""Campaigns follow the cars, and what their pages show."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import DealerGroup, User
from apps.core import clock
from apps.customers.models import Campaign, CampaignVehicle, CampaignVin, Vehicle
from apps.desk.models import Event

OPEN = "open"
"""The choice of cars that nothing came of yet."""


def vehicle_changed(event: Event) -> None:
    """A car was entered, or its VIN, plate or model changed. Six statements a running campaign."""
    pk = int(event.subject.partition(":")[2])
    vehicle = Vehicle.objects.filter(pk=pk).first()
    if vehicle is not None:
        Campaign.objects.filter(group_id=vehicle.group_id).running(clock.today()).refresh([pk])


def refresh(group: DealerGroup | int, today: date) -> None:
    """Every running campaign of the group with all cars: imports tell of no single car."""
    Campaign.objects.filter(group=group).running(today).refresh()


def overview(user: User, *, everything: bool, today: date) -> QuerySet[Campaign]:
    """Campaigns that run or are to come, or all, with ``car_count`` and ``open_count``; one query."""
    rows = Campaign.objects.visible_to(user)
    if not everything:
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    counted = rows.annotate(car_count=Count("cars"), open_count=Count("cars", filter=Q(cars__result="")))
    return counted.order_by("-begins_on", "-pk")


def cars_of(campaign: Campaign, user: User, result: str) -> QuerySet[CampaignVehicle]:
    """The campaign's cars of the person's stores that ended as ``result``, or that are ``OPEN``."""
    ours = CampaignVehicle.objects.filter(campaign=campaign).visible_to(user)
    return ours.filter(result="" if result == OPEN else result).select_related(
        "vehicle__owner", "vehicle__model__brand", "ended_by"
    )


def figures(campaign: Campaign, user: User) -> dict[str, Any]:
    """What a campaign's page counts: its cars by result, the whole, the list's. Five queries."""
    cars = CampaignVehicle.objects.filter(campaign=campaign)
    counts = dict(cars.visible_to(user).values_list("result").annotate(n=Count("pk")))
    known = Vehicle.objects.filter(group_id=campaign.group_id).exclude(vin="").values("vin")
    listed = CampaignVin.objects.filter(campaign=campaign)
    return {
        "results": [(OPEN, _("To be done"), counts.get("", 0))]
        + [(value, label, counts.get(value, 0)) for value, label in CampaignVehicle.Result.choices],
        "total": cars.count(),
        "done": cars.exclude(result="").count(),
        "listed": listed.count(),
        "unknown": listed.exclude(vin__in=known).count(),
    }
