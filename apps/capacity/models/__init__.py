"""What the house can do when: bays, people, shifts, and the reservations that fill them.

Reservations are the plan. Each is one resource for one continuous working segment; the
database refuses two that overlap on one resource. A later room's row (an appointment, an
order) points one-to-one to a ``Holder`` and hands it on.
"""

from apps.capacity.models.hours import Absence, CapacityDay, OpeningHours
from apps.capacity.models.reservations import Holder, Reservation, ReservationQuerySet
from apps.capacity.models.resources import Permit, Resource

__all__ = [
    "Absence",
    "CapacityDay",
    "Holder",
    "OpeningHours",
    "Permit",
    "Reservation",
    "ReservationQuerySet",
    "Resource",
]
