"""What customers ask for, what is booked for them, and who waits for a time."""

from apps.appointments.models.appointment import Appointment, AppointmentItem, AppointmentQuerySet
from apps.appointments.models.kept import BookingDraft
from apps.appointments.models.online import OnlineBatch, OnlineCode, OnlineItem, OnlineRequest
from apps.appointments.models.preparation import PreparationStep, with_preparation
from apps.appointments.models.proactive import ProactiveCall
from apps.appointments.models.waiting import WaitingEntry, WaitingItem, WaitingQuerySet

__all__ = [
    "Appointment",
    "AppointmentItem",
    "AppointmentQuerySet",
    "BookingDraft",
    "OnlineBatch",
    "OnlineCode",
    "OnlineItem",
    "OnlineRequest",
    "PreparationStep",
    "ProactiveCall",
    "WaitingEntry",
    "WaitingItem",
    "WaitingQuerySet",
    "with_preparation",
]
