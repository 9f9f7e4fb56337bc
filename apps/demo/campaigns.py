"""A recall by a range and a list of VINs, and a campaign for everybody's battery before the winter."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from apps.catalog.models import VehicleModel
from apps.customers.models import Campaign, Vehicle
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.time import Clock

CARS, UNKNOWN = 14, 5


def lay(house: House, clock: Clock) -> None:
    """Both began a week ago; some cars of the maker's list have never been here."""
    clerk = house.advisors[0]
    rows = Vehicle.objects.filter(group=house.group).exclude(vin="").order_by("pk")
    vins = list(rows.values_list("vin", flat=True)[:CARS])
    recall = _campaign(house, clock, Campaign.Kind.RECALL, people.RECALL)
    recall.concern(ranges=[], vehicle_models=[], by=clerk)
    elsewhere = [f"{vin[:11]}9{n:05d}" for n, vin in enumerate(vins[:UNKNOWN])]
    recall.add_vins([*vins, *elsewhere], by=clerk)
    winter = _campaign(house, clock, Campaign.Kind.CAMPAIGN, people.CAMPAIGN)
    winter.ends_on = clock.day + timedelta(days=60)
    models = VehicleModel.objects.filter(brand__group=house.group).order_by("pk")[:1]
    winter.concern(ranges=[], vehicle_models=models, regions=["\u6d59"], by=clerk)


def _campaign(house: House, clock: Clock, kind: str, told: tuple[str, str, str, str]) -> Campaign:
    number, title, words, hours = told
    return Campaign(
        group=house.group,
        kind=kind,
        number=number,
        title=title,
        words=words,
        hours=Decimal(hours),
        begins_on=clock.day - timedelta(days=7),
    )
