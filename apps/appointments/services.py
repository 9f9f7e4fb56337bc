"""The verbs of an appointment. Each holds or frees capacity, tells the customer, and is history.

Locks are taken in this order: vehicle (while booking), waiting entry, appointment, capacity days, resources.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.appointments import items as work
from apps.appointments import messages
from apps.appointments.models import Appointment, AppointmentItem, WaitingEntry
from apps.capacity import services as capacity
from apps.capacity.needs import Needs, Slot
from apps.core import clock, when
from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, ServiceRecord, Vehicle
from apps.customers.services import grant_access
from apps.desk.live import announce
from apps.desk.models import Event, NumberSeries, SearchKey
from apps.messaging.models import Message

SERIES = "AP"
TOPIC = "appointments"


@capacity.restarting
@transaction.atomic
def book(
    *,
    store: Store,
    customer: Customer,
    vehicle: Vehicle,
    starts_at: datetime,
    asks: Sequence[work.Ask],
    by: User | None,
    contact_name: str = "",
    contact_phone: str = "",
    advisor: User | None = None,
    kind: str = Appointment.Kind.MAINTENANCE_REPAIR,
    channel: str = Appointment.Channel.PHONE,
    comeback_of: ServiceRecord | None = None,
    odometer_km: int | None = None,
    people: int = 1,
    mobility: str = "",
    fetched_from: str = "",
    customer_words: str = "",
    now: datetime | None = None,
) -> Appointment:
    """Book ``vehicle`` in from ``starts_at`` on; without ``advisor`` whoever is free receives.

    ``contact_phone`` is E.164 and, like the name, defaults to the customer's. Raises DomainError
    ``slot_taken`` with ``alternatives``, ``vehicle_booked`` when the car is promised already, or
    ``comeback_of_another_car``.
    """
    now = now or clock.now()
    Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
    lines = work.lines(asks, work.labour_rate(store))
    appointment = Appointment(
        store=store, customer=customer, vehicle=vehicle, kind=kind, channel=channel,
        contact_name=contact_name or customer.name, contact_phone=contact_phone or customer.phone,
        comeback_of=comeback_of, odometer_km=odometer_km, people=people, mobility=mobility,
        fetched_from=fetched_from, customer_words=customer_words, booked_by=by, booked_at=now,
    )  # fmt: skip
    needs = work.needs(lines, kind, advisor.pk if advisor else None, people=people, mobility=mobility)
    _hold(appointment, needs, starts_at)
    open_file(appointment, by=by)
    enter(appointment, lines)
    return appointment


def enter(appointment: Appointment, lines: list[AppointmentItem]) -> None:
    """Save a new appointment whose time is held: number, lines, history, messages to the customer."""
    _save(appointment, lines)
    facts = _times(appointment)
    _record("appointment.booked", appointment, by=appointment.booked_by, facts=facts)
    _tell(appointment, "appointment.booked", appointment.booked_at)


def _hold(appointment: Appointment, needs: Needs, starts_at: datetime) -> None:
    """Reserve what the new appointment takes, unless its car is promised elsewhere in that time."""
    vehicle, now = appointment.vehicle, appointment.booked_at
    appointment.guard_comeback()
    guard_vehicle(vehicle, starts_at, starts_at + needs.duration, now)
    appointment.holder, slot = capacity.reserve(
        appointment.store, needs=needs, starts_at=starts_at, label=str(vehicle), now=now
    )
    # Again with the true end: nights lie between the pieces of a long job.
    guard_vehicle(vehicle, slot.starts_at, slot.ends_at, now)
    appointment.arrives_at, appointment.ready_at = slot.starts_at, slot.ends_at
    appointment.advisor_id = receiver(slot)


def _save(appointment: Appointment, lines: list[AppointmentItem]) -> None:
    """Save the appointment with its number, lines and search keys."""
    appointment.number = NumberSeries.draw(appointment.store, SERIES)
    appointment.save(force_insert=True)
    for line in lines:
        line.appointment = appointment
    AppointmentItem.objects.bulk_create(lines)
    keys = _search_keys(appointment)
    SearchKey.objects.put("appointment", appointment.pk, keys, store=appointment.store)


def open_file(enquiry: Appointment | WaitingEntry, *, by: User | None) -> None:
    """Let the store see with whom it spoke, and keep the mileage that was told."""
    store, vehicle = enquiry.store, enquiry.vehicle
    for person in {enquiry.customer, vehicle.owner}:
        grant_access(store, person, "booking", by=by)
    if (km := enquiry.odometer_km) is not None:
        vehicle.record_reading(km, clock.today(), Reading.Source.CALL, by, store=store)


def receiver(slot: Slot) -> int:
    """The user id of the advisor who receives; the database allows no other advisor's row."""
    if slot.advisor.person_id is None:
        raise TypeError(f"the advisor {slot.advisor.name} is nobody")
    return slot.advisor.person_id


@transaction.atomic
def confirm(appointment: Appointment, *, by: User | None, version: int | None = None) -> None:
    """The customer has said yes; he gets it in writing."""
    now = clock.now()
    appointment.lock(version)
    appointment.confirm()
    _record("appointment.confirmed", appointment, by=by, facts=_times(appointment))
    _tell(appointment, "appointment.confirmed", now)


@capacity.restarting
@transaction.atomic
def reschedule(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: User | None,
    advisor: User | None = None,
    any_advisor: bool = False,
    reason: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Move it to ``starts_at``, with the same advisor unless another is named (or any may receive).

    Refused with ``slot_taken`` the old time stays held.
    """
    now = now or clock.now()
    appointment.lock(version)
    appointment.guard_open(_("moved"))
    if not any_advisor:
        advisor = advisor or appointment.advisor
    needs = work.needs_of(appointment, advisor.pk if advisor else None)
    before = _times(appointment)
    guard_vehicle(appointment.vehicle, starts_at, starts_at + needs.duration, now, but=appointment)
    if appointment.holder is None:
        appointment.holder, slot = capacity.reserve(
            appointment.store, needs=needs, starts_at=starts_at, label=str(appointment.vehicle), now=now
        )
        appointment.save(update_fields=["holder"])
    else:
        slot = capacity.move(appointment.holder, needs=needs, starts_at=starts_at, now=now)
    guard_vehicle(appointment.vehicle, slot.starts_at, slot.ends_at, now, but=appointment)
    appointment.shift(slot.starts_at, slot.ends_at, receiver(slot))
    facts = {**_times(appointment), "was": before["arrives_at"]}
    _record("appointment.moved", appointment, by=by, reason=reason, facts=facts)
    _tell(appointment, "appointment.moved", now)


@transaction.atomic
def cancel(appointment: Appointment, *, reason: str, by: User | None, version: int | None = None) -> None:
    """Nobody comes: the capacity is free again, the customer gets it in writing."""
    now = clock.now()
    appointment.lock(version)
    appointment.cancel(given(reason))
    _release(appointment)
    _record("appointment.cancelled", appointment, by=by, reason=reason, facts=_times(appointment))
    Message.withdraw(appointment, gettext_noop("The appointment was cancelled"))
    _tell(appointment, "appointment.cancelled", now)


@transaction.atomic
def mark_arrived(appointment: Appointment, *, by: User | None) -> None:
    """The car is here: called by the reception. The capacity stays held and passes to the order."""
    appointment.lock()
    appointment.arrive()
    _record("appointment.arrived", appointment, by=by, facts=_times(appointment))
    Message.withdraw(appointment, gettext_noop("The customer has arrived"))


@transaction.atomic
def mark_no_show(
    appointment: Appointment,
    *,
    reason: str,
    by: User | None,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Nobody came. Refused before the time of arrival."""
    appointment.lock(version)
    appointment.miss(given(reason), now or clock.now())
    _release(appointment)
    _record("appointment.no_show", appointment, by=by, reason=reason, facts=_times(appointment))
    Message.withdraw(appointment, gettext_noop("The customer did not come"))


def given(reason: str) -> str:
    """A reason that was really given."""
    if not reason.strip():
        raise DomainError(_("Say why: the reason stays with the appointment."), code="reason_missing")
    return reason.strip()[:200]


def guard_vehicle(
    vehicle: Vehicle, start: datetime, end: datetime, now: datetime, but: Appointment | None = None
) -> None:
    """One car stands in one place (``vehicle_booked``). The vehicle's row is locked while booking."""
    clashing = Appointment.objects.clashing(vehicle, start, end)
    clash = (clashing.exclude(pk=but.pk) if but else clashing).first()
    if clash is not None:
        raise DomainError(
            _("%(vehicle)s is already booked: %(number)s, %(time)s. Move that appointment instead.")
            % {"vehicle": vehicle, "number": clash.number, "time": when.words(clash.arrives_at, now)},
            code="vehicle_booked",
            extra={"appointment": clash.number},
        )


def _release(appointment: Appointment) -> None:
    if appointment.holder is not None:
        capacity.release(appointment.holder)


def _times(appointment: Appointment) -> dict[str, Any]:
    return {
        "number": appointment.number,
        "arrives_at": appointment.arrives_at.isoformat(),
        "ready_at": appointment.ready_at.isoformat(),
    }


def _record(kind: str, appointment: Appointment, *, by: User | None, **details: Any) -> None:
    Event.record(kind, about=appointment, by=by, **details)
    announce(appointment.store_id, TOPIC)


def _search_keys(appointment: Appointment) -> list[str]:
    """The number and its last part, as people read it out."""
    number = appointment.number
    return [number, number.partition("-")[2], "".join(number.split("-")[-2:])]


def _tell(appointment: Appointment, act: str, now: datetime) -> None:
    """Write the plan into the ledger: what goes, what does not go any more, and why."""
    planned = messages.plan(appointment, now, act=act)
    going = {p.kind for p in planned}
    stale = [kind for kind in (*messages.REMINDERS, *messages.ACTS) if kind not in going]
    Message.withdraw(appointment, gettext_noop("Replaced by what holds now"), kinds=stale)
    for message in planned:
        Message.plan(
            message.kind,
            about=appointment,
            key=_key(appointment, message.kind),
            phone=appointment.contact_phone,
            at=message.planned_at,
            useless_after=message.useless_after,
            params={"arrives_at": appointment.arrives_at.isoformat()},
            answers_customer=message.answers_customer,
        )
    if act == "appointment.booked":
        for kind in messages.REMINDERS.keys() - going:
            Message.record_suppressed(
                kind,
                about=appointment,
                key=_key(appointment, kind),
                phone=appointment.contact_phone,
                reason=gettext_noop("Booked too late for it"),
            )


def _key(appointment: Appointment, kind: str) -> str:
    return f"{kind}:{appointment.pk}"
