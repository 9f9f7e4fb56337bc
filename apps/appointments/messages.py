"""Which messages an appointment sends and when; what they say; whether they still go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.messaging import quiet

if TYPE_CHECKING:
    from apps.appointments.models import Appointment

REMINDERS = {
    "appointment.reminder_72": timedelta(hours=72),
    "appointment.reminder_24": timedelta(hours=24),
    "appointment.reminder_1": timedelta(hours=1),
}
ACTS = ("appointment.booked", "appointment.confirmed", "appointment.moved", "appointment.cancelled")


@dataclass(frozen=True)
class Planned:
    """One message to be: its kind, when it goes, and when it has become useless."""

    kind: str
    planned_at: datetime
    useless_after: datetime
    answers_customer: bool = False


def plan(appointment: Appointment, now: datetime, *, act: str = "appointment.booked") -> list[Planned]:
    """All messages that ``appointment`` sends after ``act`` at ``now``, in order of time. Pure.

    The answer to the customer's act goes at once, at any hour. A cancelled appointment is not
    reminded of. Source of the reminders: domain description §4.
    """
    useless = appointment.arrives_at if appointment.arrives_at > now else now + timedelta(hours=1)
    answer = Planned(act, now, useless, answers_customer=True)
    if act == "appointment.cancelled":
        return [answer]
    return [answer, *reminders(appointment.arrives_at, now)]


def reminders(arrives_at: datetime, now: datetime) -> list[Planned]:
    """The reminders still to come: those whose moment lies ahead, moved out of the quiet hours.

    Each is useless once the next one is due, the last at the arrival.
    """
    going = []
    for kind, ahead in REMINDERS.items():
        due_at = arrives_at - ahead
        moment = quiet.permitted(due_at, now=now, before=arrives_at) if due_at >= now else None
        if moment is not None:
            going.append((kind, moment))
    ends = [*(moment for _kind, moment in going), arrives_at][1:]
    return [
        Planned(kind, moment, end if end > moment else arrives_at)
        for (kind, moment), end in zip(going, ends, strict=True)
    ]
