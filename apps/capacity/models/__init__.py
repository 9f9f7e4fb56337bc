"""What the house can do when: bays, people, shifts, and the reservations that fill them.

Reservations are the plan. Each is one resource for one continuous working segment; the
database refuses two that overlap on one resource. A later room's row (an appointment, an
order) points one-to-one to a ``Holder`` and hands it on.
"""

from apps.capacity.models.hours import (
    MADE_UP,
    PUBLIC_HOLIDAY,
    Absence,
    Blackout,
    CapacityDay,
    OpeningHours,
)
from apps.capacity.models.incidents import Incident, IncidentRecord, IncidentResource
from apps.capacity.models.learning import DayUse
from apps.capacity.models.reservations import Holder, Reservation, ReservationQuerySet
from apps.capacity.models.resources import Qualification, Resource
from apps.capacity.models.shifts import Duty, Shift

__all__ = [
    "MADE_UP",
    "PUBLIC_HOLIDAY",
    "Absence",
    "Blackout",
    "CapacityDay",
    "DayUse",
    "Duty",
    "Holder",
    "Incident",
    "IncidentRecord",
    "IncidentResource",
    "OpeningHours",
    "Qualification",
    "Reservation",
    "ReservationQuerySet",
    "Resource",
    "Shift",
]
