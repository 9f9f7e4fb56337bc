"""The document pack of an appointment: draft authorisation, interview sheet, loan-car agreement, job plan."""

from __future__ import annotations

from typing import Any

from apps.appointments import documents
from apps.appointments.models import Appointment, PreparationStep
from apps.capacity.models import Reservation
from apps.core import clock, phones
from apps.customers.due import is_statutory


def context(step_pk: int) -> dict[str, Any]:
    """All that is printed, as it stands. Five queries."""
    rows = Appointment.objects.select_related("store", "vehicle__model__brand", "vehicle__owner", "advisor")
    appointment = rows.get(steps=PreparationStep.objects.get(pk=step_pk))
    lines = list(appointment.items.select_related("operation", "part", "package"))
    held = Reservation.objects.filter(holder=appointment.holder_id or 0).select_related("resource")
    vehicle = appointment.vehicle
    return {
        "store": appointment.store,
        "appointment": appointment,
        "vehicle": vehicle,
        "phone": phones.display(appointment.contact_phone),
        "apart": any(line.part_id for line in lines) and is_statutory(vehicle, clock.today()),
        "lines": lines,
        "amount": sum(line.amount for line in lines),
        "hours": sum(line.flat_rate_hours for line in lines),
        "held": held.exclude(resource__kind="advisor").order_by("during", "pk"),
        "bring": documents.of(vehicle, lines, appointment.kind, appointment.mobility),
        "recommendations": list(vehicle.recommendations.open().order_by("-is_safety_relevant", "pk")[:10]),
    }


def file_name(context: dict[str, Any]) -> str:
    """``AP-….pdf``."""
    return f"{context['appointment'].number}.pdf"
