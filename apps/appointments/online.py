"""The verbs of online requests: asked for by the customer, held, given to an advisor, confirmed by a call.

A number is proved by a code before anything is held or anybody is bothered. Nothing that is answered on
the way depends on what the house knows of the number or the plate.

Locks are taken in this order: vehicle, request, capacity days, resources.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.appointments import items as work
from apps.appointments import online_codes, online_times, services
from apps.appointments.models import Appointment, AppointmentItem, OnlineItem, OnlineRequest
from apps.appointments.models.enquiry import Item, shared
from apps.appointments.selectors import receivers
from apps.capacity import services as capacity
from apps.capacity import working_time
from apps.capacity.models import Holder
from apps.capacity.needs import Needs, Slot
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.locks import one_at_a_time
from apps.customers.models import Customer, Vehicle
from apps.desk.live import announce
from apps.desk.models import Event, Notice, NumberSeries, Task
from apps.desk.nudge import nudge
from apps.messaging.models import Message

SERIES = "OR"
RECEIVED, DECLINED = "online.received", "online.declined"
CALL = "online.call"
CALL_TITLE = gettext_noop("Call %(name)s to confirm %(number)s: %(time)s")
HELD_FOR = timedelta(hours=20)
"""Open hours for which a time is held without a call; never beyond the arrival itself."""
CONFIRM_WITHIN = timedelta(hours=4)
"""Working hours between the distribution and the escalation."""
OPEN_PER_PHONE = 3


@transaction.atomic
def begin(
    *, store: Store, asks: Sequence[work.Ask], address: str, now: datetime | None = None, **typed: Any
) -> OnlineRequest:
    """Keep what was typed (name, phone, plate, starts_at, words, model_text) and send a code to the phone.

    ``address`` is where the request comes from. Raises DomainError ``online_time``, ``online_too_many``.
    """
    now = now or clock.now()
    _guard_time(store, typed["starts_at"], now)
    request = OnlineRequest(store=store, channel=Appointment.Channel.ONLINE, typed_at=now, **typed)
    _save(request, asks)
    online_codes.send(request, address=address, now=now)
    return request


def _guard_time(store: Store, starts_at: datetime, now: datetime) -> None:
    late = timezone.localdate(starts_at) > online_times.last_day(now)
    if late or starts_at < online_times.first_start(store, now):
        raise DomainError(
            _("This time cannot be asked for here. Choose one from the list."), code="online_time"
        )


def _save(request: OnlineRequest, asks: Sequence[work.Ask]) -> None:
    request.save(force_insert=True)
    rows = work.lines(asks, work.labour_rate(request.store))
    OnlineItem.objects.bulk_create(OnlineItem(request=request, **shared(row, Item)) for row in rows)


@capacity.restarting
@transaction.atomic
def receive(
    request: OnlineRequest, *, starts_at: datetime | None = None, now: datetime | None = None
) -> None:
    """The number is proved: hold the time and take the request in. A second time changes nothing.

    Raises DomainError ``slot_taken`` with ``alternatives``, ``online_time``, or ``online_too_many`` when
    the number has enough requests open.
    """
    now = now or clock.now()
    request.lock()
    if request.status != OnlineRequest.Status.TYPED:
        return
    one_at_a_time(f"online:{request.phone}")
    mine = OnlineRequest.objects.open().filter(phone=request.phone, store=request.store)
    if mine.count() >= OPEN_PER_PHONE:
        raise DomainError(
            _("We have %(n)d requests from this number already. We will call you.") % {"n": OPEN_PER_PHONE},
            code="online_too_many",
        )
    request.starts_at = starts_at or request.starts_at
    _guard_time(request.store, request.starts_at, now)
    _take_in(request, now)


@capacity.restarting
@transaction.atomic
def take_in(
    *,
    store: Store,
    by: User,
    external_id: str,
    asks: Sequence[work.Ask],
    now: datetime | None = None,
    **typed: Any,
) -> tuple[OnlineRequest, bool]:
    """A request from an outside channel, which has proved the number; False when it came before.

    ``external_id`` is the channel's own. Raises DomainError ``slot_taken`` with ``alternatives``,
    ``online_time``.
    """
    now = now or clock.now()
    one_at_a_time(f"online:{by.pk}:{external_id}")
    known = OnlineRequest.objects.filter(taken_by=by, external_id=external_id).first()
    if known is not None:
        return known, False
    _guard_time(store, typed["starts_at"], now)
    request = OnlineRequest(
        store=store,
        channel=Appointment.Channel.MAKER,
        taken_by=by,
        external_id=external_id,
        typed_at=now,
        **typed,
    )
    _save(request, asks)
    _take_in(request, now)
    return request, True


def _take_in(request: OnlineRequest, now: datetime) -> None:
    """Hold the time, know the customer where number and plate are those of the file, tell him."""
    request.vehicle = _vehicle(request)
    request.customer = request.vehicle.owner if request.vehicle else _customer(request)
    holder, slot = _hold(request, now)
    request.receive(
        number=NumberSeries.draw(request.store, SERIES),
        received_at=now,
        customer=request.customer,
        vehicle=request.vehicle,
        holder=holder,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        receiver_id=services.receiver(slot),
    )
    _record("online.received", request, by=request.taken_by)
    _tell(RECEIVED, request, now)


def _vehicle(request: OnlineRequest) -> Vehicle | None:
    """The car of the plate, if the number is its owner's or its driver's."""
    people = Q(owner__phone=request.phone) | Q(driver__phone=request.phone)
    rows = Vehicle.objects.filter(people, group=request.store.group_id, plate=request.plate)
    return rows.select_related("owner").order_by("pk").first()


def _customer(request: OnlineRequest) -> Customer | None:
    people = Customer.objects.with_phone(request.phone).filter(group=request.store.group_id)
    return people.order_by("pk").first()


def needs_of(request: OnlineRequest, advisor_id: int | None = None) -> Needs:
    """What the request takes. One query."""
    rows = request.items.select_related("operation", "part")
    return work.needs(rows, kind_of(request), advisor_id)


def kind_of(request: OnlineRequest) -> str:
    """What was chosen from the menu is maintenance; what was only described has to be looked at."""
    if request.items.exists():
        return Appointment.Kind.MAINTENANCE_REPAIR
    return Appointment.Kind.INSPECTION_REPAIR


def _hold(request: OnlineRequest, now: datetime) -> tuple[Holder, Slot]:
    """Hold the time with the dedicated advisor if he can receive, else with whoever is free."""
    own = request.customer.advisor_id if request.customer else None
    if own is not None and not receivers(request.store).filter(pk=own).exists():
        own = None
    until = min(working_time.after(request.store, now, HELD_FOR), request.starts_at)
    for advisor in dict.fromkeys((own, None)):
        try:
            with transaction.atomic():
                return capacity.reserve(
                    request.store,
                    needs=needs_of(request, advisor),
                    starts_at=request.starts_at,
                    label=request.plate,
                    now=now,
                    expires_at=until,
                )
        except DomainError:
            if advisor is None:
                raise
    raise AssertionError("the last try returns or raises")


@transaction.atomic
def assign(
    request: OnlineRequest,
    to: User,
    *,
    by: User | None,
    version: int | None = None,
    now: datetime | None = None,
    **more: Any,
) -> None:
    """Give the request to ``to``, who is to call within four working hours from now on. ``more``: batch.

    Raises DomainError ``online_advisor`` for somebody who does not receive here, ``stale``.
    """
    request.lock(version)
    if not receivers(request.store).filter(pk=to.pk).exists():
        raise DomainError(_("%(name)s does not receive here.") % {"name": to.name}, code="online_advisor")
    due_at = working_time.after(request.store, now or clock.now(), CONFIRM_WITHIN)
    request.assign(to, due_at=due_at, escalated_at=None, **more)
    _drop_tasks(request, by=by, outcome=gettext_noop("Given to somebody"))
    told = {"name": request.name, "number": request.number, "time": _moment(request.starts_at)}
    Task.put(
        f"{CALL}:{request.pk}",
        about=request,
        kind=CALL,
        title=CALL_TITLE,
        params=told,
        owner=to,
        due_at=due_at,
        url=address_of(request),
    )
    Notice.tell([to], CALL_TITLE, url=address_of(request), **told)
    _record("online.assigned", request, by=by, personal={"to": to.name})


@capacity.restarting
@transaction.atomic
def confirm(
    request: OnlineRequest,
    *,
    vehicle: Vehicle,
    by: User,
    starts_at: datetime | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Appointment:
    """The customer was called and comes with ``vehicle``: a confirmed appointment, at the prices shown.

    Raises DomainError ``slot_taken`` with ``alternatives`` where the time is not held any more or another
    one does not fit, ``vehicle_booked``, ``stale``, ``online_state``.
    """
    now = now or clock.now()
    Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
    request.lock(version)
    appointment = Appointment(
        store=request.store, customer=vehicle.owner, vehicle=vehicle, kind=kind_of(request),
        channel=request.channel, contact_name=request.name, contact_phone=request.phone,
        customer_words=request.words, booked_by=by, booked_at=now,
    )  # fmt: skip
    held = _keep(request, starts_at or request.starts_at, now)
    appointment.holder, appointment.arrives_at, appointment.ready_at, appointment.advisor_id = held
    services.guard_vehicle(vehicle, appointment.arrives_at, appointment.ready_at, now)
    request.close(OnlineRequest.Status.BOOKED, appointment=_book(appointment, request, by))
    _settled(request, by=by, outcome=gettext_noop("Confirmed"))
    _record("online.booked", request, by=by, facts={"appointment": appointment.number})
    return appointment


def _book(appointment: Appointment, request: OnlineRequest, by: User) -> Appointment:
    services.open_file(appointment, by=by)
    services.enter(appointment, [AppointmentItem(**shared(row, Item)) for row in request.items.all()])
    services.confirm(appointment, by=by)
    return appointment


def _keep(
    request: OnlineRequest, starts_at: datetime, now: datetime
) -> tuple[Holder, datetime, datetime, int]:
    """Holder, arrival, hand-back and advisor's user id: what is held, or another time instead."""
    holder = request.holder
    stands = holder is not None and holder.expires_at is not None and holder.expires_at > now
    if holder and stands and starts_at == request.starts_at and request.ends_at and request.receiver_id:
        capacity.keep(holder, now=now)
        return holder, request.starts_at, request.ends_at, request.receiver_id
    needs, label = needs_of(request), request.plate
    if holder and stands:
        slot = capacity.move(holder, needs=needs, starts_at=starts_at, now=now)
        capacity.keep(holder, now=now)
    else:
        if holder:  # what it held is free already
            holder.delete()
        holder, slot = capacity.reserve(request.store, needs=needs, starts_at=starts_at, label=label, now=now)
    return holder, slot.starts_at, slot.ends_at, services.receiver(slot)


@transaction.atomic
def decline(
    request: OnlineRequest, *, reason: str, by: User, version: int | None = None, now: datetime | None = None
) -> None:
    """It comes to nothing, with a reason for the house; the customer is told that it was not confirmed."""
    request.lock(version)
    _close(request, OnlineRequest.Status.DECLINED, services.given(reason), by=by)
    _tell(DECLINED, request, now or clock.now())
    _record("online.declined", request, by=by, reason=reason)


@transaction.atomic
def withdraw(request: OnlineRequest) -> None:
    """The customer himself needs it no more, before anybody has called."""
    request.lock()
    _close(request, OnlineRequest.Status.WITHDRAWN, "", by=None)
    _record("online.withdrawn", request, by=None)


def _close(request: OnlineRequest, to: Any, reason: str, *, by: User | None) -> None:
    holder = request.holder
    request.close(to, reason)
    if holder is not None:
        capacity.release(holder)
        holder.delete()
    _settled(request, by=by, outcome=str(to.label))


def _settled(request: OnlineRequest, *, by: User | None, outcome: str) -> None:
    _drop_tasks(request, by=by, outcome=outcome)
    Message.withdraw(request, gettext_noop("The request is settled"))


def _drop_tasks(request: OnlineRequest, *, by: User | None, outcome: str) -> None:
    for task in Task.objects.about(request).open():
        Task.drop(task.key, by=by, outcome=outcome)


def _tell(kind: str, request: OnlineRequest, now: datetime) -> None:
    Message.plan(
        kind,
        about=request,
        key=f"{kind}:{request.pk}",
        phone=request.phone,
        at=now,
        params={"url": settings.PUBLIC_URL + public_address(request)},
        answers_customer=kind == RECEIVED,
    )
    nudge("messaging.send_due")


def address_of(request: OnlineRequest) -> str:
    """Where the house looks at it."""
    return reverse("appointments:online_detail", args=[request.pk])


def public_address(request: OnlineRequest) -> str:
    """Where the customer looks at it."""
    return reverse("appointments:online_state", args=[request.store.code, request.key])


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def _record(kind: str, request: OnlineRequest, *, by: User | None, **details: Any) -> None:
    facts = {"number": request.number, **details.pop("facts", {})}
    Event.record(kind, about=request, by=by, facts=facts, **details)
    announce(request.store_id, services.TOPIC)
