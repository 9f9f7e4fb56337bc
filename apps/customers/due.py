"""When a car's next scheduled service is due: by kilometres or by date, whichever comes first."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from apps.catalog.models import Brand, VehicleModel
from apps.core import clock
from apps.customers.models import Reading, ServiceRecord, Vehicle
from apps.customers.texts import SERVICE_WORDS

SOON_KM, SOON_DAYS = 1_500, 30
RECORDS = 30
FARTHEST_DAYS = 3_650


@dataclass(frozen=True)
class NextService:
    """``at_km`` is the odometer at which it is due, ``number_km`` its place in the schedule (20,000)."""

    at_km: int
    number_km: int
    due_on: date | None = None
    km_left: int | None = None
    is_first: bool = False

    def is_overdue(self, today: date) -> bool:
        """Past its kilometres or its date."""
        return (self.km_left is not None and self.km_left < 0) or bool(self.due_on and self.due_on < today)

    def is_soon(self, today: date) -> bool:
        """Overdue, or within 1,500 km or 30 days."""
        near = self.km_left is not None and self.km_left <= SOON_KM
        return near or bool(self.due_on and self.due_on <= today + timedelta(days=SOON_DAYS))


def next_service(
    model: VehicleModel,
    *,
    odometer_km: int | None,
    per_day: Decimal | None,
    purchased_on: date | None,
    last: ServiceRecord | None,
    today: date,
    read_on: date | None = None,
) -> NextService | None:
    """From the last service, else the first one from the purchase on, else the schedule by mileage. Pure.

    ``read_on`` is the day of ``odometer_km``: from then on the car has been driven. None when neither a
    service, nor a purchase, nor a mileage is known.
    """
    every, brand = model.service_every_km, model.brand
    by_date: date | None = None
    is_first = False
    if last is not None and last.odometer_km is not None:
        at_km = last.odometer_km + every
        by_date = _months_later(last.arrived_on, model.service_every_months)
        number = max(round(at_km / every), 1) * every
    elif last is None and purchased_on and (odometer_km or 0) <= brand.first_service_km:
        at_km = number = brand.first_service_km
        by_date, is_first = _months_later(purchased_on, brand.first_service_months), True
    elif odometer_km is not None:
        at_km = number = max(-(-odometer_km // every), 1) * every
    else:
        return None
    left = None if odometer_km is None else at_km - odometer_km
    by_km = _day(left, per_day, read_on or today)
    days = [day for day in (by_date, by_km) if day]
    return NextService(at_km, number, min(days, default=None), left, is_first)


def _months_later(day: date, months: int) -> date:
    """The same day ``months`` later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_statutory(vehicle: Vehicle, today: date) -> bool:
    """Whether the car stands under statutory liability (三包) today: by its file, its age and its mileage.

    No query if the model's brand is fetched; without a model the usual 24 months and 50,000 km count.
    Without a day of purchase nobody can say so.
    """
    brand = vehicle.model.brand if vehicle.model else Brand()
    since = vehicle.purchased_on or vehicle.licensed_on
    if not vehicle.is_statutory or since is None:
        return False
    young = today <= _months_later(since, brand.statutory_months)
    return young and (vehicle.odometer_km or 0) <= brand.statutory_km


def _day(km_left: int | None, per_day: Decimal | None, read_on: date) -> date | None:
    """When the kilometres are driven; nothing for what was due at the reading or lies ten years ahead."""
    if km_left is None or km_left < 0 or not per_day:
        return None
    days = int(km_left / per_day)
    return read_on + timedelta(days=days) if days <= FARTHEST_DAYS else None


def last_service(records: Iterable[ServiceRecord]) -> ServiceRecord | None:
    """The first of ``records`` (newest first) that was a scheduled service."""
    return next((r for r in records if any(w in r.description.lower() for w in SERVICE_WORDS)), None)


def of_vehicle(vehicle: Vehicle) -> NextService | None:
    """The next service of ``vehicle``; None without a model of the catalogue. Two queries."""
    records = vehicle.service_records.order_by("-arrived_on", "-pk")[:RECORDS]
    readings = vehicle.readings.accepted().order_by("-read_on", "-pk")[:RECORDS]
    return of_read(vehicle, readings, records, clock.today())


def of_read(
    vehicle: Vehicle, readings: Iterable[Reading], records: Iterable[ServiceRecord], today: date
) -> NextService | None:
    """The same from accepted readings and visits, the latest first, that were read already."""
    if vehicle.model is None:
        return None
    readings = list(readings)
    return next_service(
        vehicle.model,
        odometer_km=vehicle.odometer_km,
        read_on=readings[0].read_on if readings else None,
        per_day=vehicle.km_per_day_by(readings),
        purchased_on=vehicle.purchased_on,
        last=last_service(records),
        today=today,
    )
