"""What the reception's pages read across tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import Setting, Store, User
from apps.appointments.models import Appointment
from apps.core import clock, plates
from apps.customers.models import Vehicle, keys
from apps.reception import queue, register
from apps.reception.models import Damage, Visit, WalkAround

EXPECTED = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)


class Standards:
    """The store's settings that reception goes by, in force today. One query for each that is asked."""

    def __init__(self, store: Store | int | None) -> None:
        self.store = store

    def _value(self, name: str) -> Any:
        return Setting.value_of(f"reception.{name}", self.store)

    @cached_property
    def first_contact(self) -> timedelta:
        """From arrival to first contact."""
        return timedelta(minutes=self._value("first_contact_minutes"))

    @cached_property
    def listening(self) -> timedelta:
        """How long to listen before anything is proposed."""
        return timedelta(minutes=self._value("listening_minutes"))

    @cached_property
    def grace(self) -> timedelta:
        """How late an appointment may come and keep its place in the queue."""
        return timedelta(minutes=self._value("late_grace_minutes"))

    @cached_property
    def appointments_first(self) -> bool:
        """False: everybody is served by arrival."""
        return self._value("appointments_first")

    @cached_property
    def queue_limit(self) -> int:
        """More waiting than this calls helpers."""
        return self._value("queue_limit")


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's, in the active zone."""
    return clock.at(day, 0), clock.at(day + timedelta(days=1), 0)


def expected_today(user: User) -> QuerySet[Appointment]:
    """Appointments of today that have not arrived, by time."""
    start, end = day_bounds(clock.today())
    return (
        Appointment.objects.visible_to(user)
        .filter(arrives_at__gte=start, arrives_at__lt=end, status__in=EXPECTED)
        .select_related("vehicle__model", "customer", "advisor")
        .order_by("arrives_at", "pk")
    )


def appointment_of(vehicle: Vehicle, store: Store) -> Appointment | None:
    """The vehicle's open appointment of today at ``store``; the earliest when there are two."""
    start, end = day_bounds(clock.today())
    return (
        Appointment.objects.filter(
            store=store, vehicle=vehicle, arrives_at__gte=start, arrives_at__lt=end, status__in=EXPECTED
        )
        .order_by("arrives_at", "pk")
        .first()
    )


@dataclass
class Candidate:
    """A vehicle that may have arrived. ``masked`` for one whose file this store may not yet see."""

    vehicle: Vehicle
    masked: bool = False
    appointment: Appointment | None = None
    visit: Visit | None = None


def candidates(user: User, text: str, limit: int = 8) -> list[Candidate]:
    """Vehicles behind what was typed: a plate, its tail, a VIN. At most five queries.

    The exact plate is found in the whole group, masked where the store has no access;
    anything shorter only among the vehicles the user may see.
    """
    plate = plates.normalise(text)
    if len(plate) < 3:
        return []
    vehicles = Vehicle.objects.select_related("model", "owner", "owner__advisor")
    exact = vehicles.in_group_of(user).filter(plate=plate)[:limit]
    seen = {v.pk for v in Vehicle.objects.visible_to(user).filter(plate=plate)[:limit]}
    found = [Candidate(v, masked=v.pk not in seen) for v in exact]
    if not found:
        ids = keys.ids(keys.VEHICLE, plate)
        found = [Candidate(v) for v in vehicles.visible_to(user).filter(pk__in=ids).order_by("plate")[:limit]]
    if found:
        _add_what_is_known(found, user)
    return found


def _add_what_is_known(found: list[Candidate], user: User) -> None:
    pks = [c.vehicle.pk for c in found]
    booked: dict[int, Appointment] = {}
    for appointment in expected_today(user).filter(vehicle__in=pks):
        booked.setdefault(appointment.vehicle_id, appointment)
    here = {v.vehicle_id: v for v in Visit.objects.open().filter(vehicle__in=pks).select_related("store")}
    for candidate in found:
        candidate.appointment = booked.get(candidate.vehicle.pk)
        candidate.visit = here.get(candidate.vehicle.pk)


def queue_of(user: User, standards: Standards) -> list[Visit]:
    """Who waits, next one first. One query."""
    visits = {v.pk: v for v in Visit.objects.visible_to(user).waiting().for_pages()}
    ordered = queue.serving_order(
        (
            queue.Waiting(v.pk, v.arrived_at, v.appointment.arrives_at if v.appointment else None)
            for v in visits.values()
        ),
        now=clock.now(),
        grace=standards.grace,
        appointments_first=standards.appointments_first,
    )
    return [visits[w.key] for w in ordered]


def last_visit_with_marks(visit: Visit) -> Visit | None:
    """The vehicle's last earlier visit, at any store of the group, where it was walked around."""
    return (
        Visit.objects.filter(vehicle=visit.vehicle_id)
        .exclude(pk=visit.pk)
        .filter(pk__in=WalkAround.objects.filter(visit__vehicle=visit.vehicle_id).values("visit"))
        .order_by("-arrived_at", "-pk")
        .first()
    )


def register_of(
    visit: Visit, *, waits_here: bool | None = None, expected_hours: Any = None
) -> register.Register:
    """Whether the register must be signed for this visit, as it stands or as the form proposes. One query."""
    return register.decide(
        expected_hours=visit.expected_hours if expected_hours is None else expected_hours,
        waits_here=visit.waits_here if waits_here is None else waits_here,
        always=getattr(visit.vehicle, "always_register", False),
        hours_limit=Setting.value_of("reception.register_over_hours", visit.store_id),
    )


def marks_of(visit: Visit) -> list[Damage]:
    """The visit's marks with their photos, earlier ones first. One query."""
    marks = list(Damage.objects.filter(visit=visit).select_related("photo"))
    marks.sort(key=lambda d: (not d.is_carried, d.pk))
    return marks
