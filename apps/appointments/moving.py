"""What moving an appointment would mean, before anybody agrees to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from apps.appointments import items, services
from apps.appointments.models import Appointment
from apps.capacity import services as capacity
from apps.capacity import slots
from apps.capacity.needs import DayView, Slot
from apps.core.errors import DomainError


@dataclass(frozen=True)
class Proposal:
    """The slot at ``starts_at``, or why there is none: ``refused`` brings ``alternatives``."""

    starts_at: datetime
    slot: Slot | None = None
    refused: DomainError | None = None


def propose(appointment: Appointment, starts_at: datetime, *, now: datetime) -> Proposal:
    """Judge the move as ``services.reschedule`` would; another advisor receives where the own one cannot.

    Raises DomainError when nobody is expected any more. At most 27 queries.
    """
    appointment.guard_open(_("moved"))
    try:
        return Proposal(starts_at, _judge(appointment, starts_at, now))
    except DomainError as refused:
        return Proposal(starts_at, refused=refused)


def _judge(appointment: Appointment, starts_at: datetime, now: datetime) -> Slot:
    store, holder = appointment.store, appointment.holder
    reasons: tuple[str, ...] = ()
    for advisor in (appointment.advisor_id, None):
        needs = items.needs_of(appointment, advisor)
        _guard(appointment, starts_at, starts_at + needs.duration, now)
        verdict = slots.judge(store, needs=needs, starts_at=starts_at, now=now, without=holder)
        if isinstance(verdict, Slot):
            _guard(appointment, verdict.starts_at, verdict.ends_at, now)
            return verdict
        reasons = verdict.reasons
    raise capacity.taken(store, needs, starts_at, now, reasons=reasons, without=holder)


def _guard(appointment: Appointment, start: datetime, end: datetime, now: datetime) -> None:
    services.guard_vehicle(appointment.vehicle, start, end, now, but=appointment)


def openings(appointment: Appointment, day: date, *, now: datetime) -> DayView:
    """Where the appointment could go on ``day``, whoever receives, and why not elsewhere. Twelve queries."""
    needs = items.needs_of(appointment, None)
    views = slots.days(appointment.store, needs=needs, date_from=day, now=now, without=appointment.holder)
    return views[0]
