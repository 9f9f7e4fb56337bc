"""The verbs of the waiting list. Freed capacity goes to it in recorded order.

Whoever stands first and can use what is free gets it held, as a real reservation that expires, and a
message with a link. Nobody is told between 21:00 and 08:00: what becomes free at night is held at once
and told at 08:00, and the time to accept starts when the message goes. It ends one hour before the
arrival at the latest.

The place in the list is never lost by an answer, or by none:
- accepted: an ordinary appointment is made of the held reservation, at the prices told;
- declined: the customer stays where he is, unless he wants off the list;
- unanswered: he stays where he is; after the second time only a person offers again, and is asked to call.
What was let pass goes on to those behind. Who let it pass is looked at again when something else becomes
free, or the next morning, and never offered a start within two hours of it again. An offer that could not
be told (the message is still on its way) counts for nothing.

Locks are taken in this order: vehicle, entry, capacity days, resources.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store, User
from apps.appointments import items as work
from apps.appointments import services
from apps.appointments.models import Appointment, AppointmentItem, WaitingEntry, WaitingItem
from apps.appointments.models.enquiry import Enquiry, Item, shared
from apps.appointments.models.waiting import Offer
from apps.capacity import services as capacity
from apps.capacity.models import Holder
from apps.core import clock, when
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk.live import announce
from apps.desk.models import Event, Link, Notice, NumberSeries, Task
from apps.desk.nudge import nudge
from apps.messaging import quiet
from apps.messaging.models import Message

SERIES = "WL"
ACCEPT_MINUTES = "appointments.accept_minutes"
LINK = OFFER = "waiting.offer"
CUT, SHORTEST = timedelta(hours=1), timedelta(minutes=15)
"""An answer comes so long before the arrival; and nobody gets less time than this to give it."""
MOST_UNANSWERED, FARTHEST_DAYS = 2, 180
CALL_TITLE = gettext_noop("Call %(name)s: a time is held for %(plate)s, no answer yet (%(number)s)")
SILENT_TITLE = gettext_noop("Call %(name)s: two offered times unanswered (%(number)s)")
OVER_TITLE = gettext_noop("Call %(name)s: no time became free in the wished days (%(number)s)")


@transaction.atomic
def put(
    *,
    store: Store,
    vehicle: Vehicle,
    asks: Sequence[work.Ask],
    by: User,
    customer: Customer | None = None,
    contact_name: str = "",
    contact_phone: str = "",
    now: datetime | None = None,
    **wish: Any,
) -> WaitingEntry:
    """Put a customer on the list. The entry stands until the last wished day.

    ``wish`` are the entry's own fields: from_day, till_day, from_time, till_time (None: any hour), advisor
    (None: whoever is free), kind, comeback_of, channel, odometer_km, people, customer_words. Raises
    DomainError ``wish_*``, ``vehicle_booked``, ``vehicle_waits``.
    """
    now = now or clock.now()
    Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
    customer = customer or vehicle.owner
    entry = WaitingEntry(
        store=store,
        customer=customer,
        vehicle=vehicle,
        contact_name=contact_name or customer.name,
        contact_phone=contact_phone or customer.phone,
        recorded_by=by,
        recorded_at=now,
        due_at=now,
        **wish,
    )
    _guard_wish(entry, now)
    # The series stays locked until the end, so ids are committed in the order in which they were drawn.
    entry.number = NumberSeries.draw(store, SERIES)
    entry.save(force_insert=True)
    rows = work.lines(asks, work.labour_rate(store))
    WaitingItem.objects.bulk_create(WaitingItem(entry=entry, **shared(row, Item)) for row in rows)
    services.open_file(entry, by=by)
    _record("waiting.put", entry, by=by)
    return entry


def _guard_wish(entry: WaitingEntry, now: datetime) -> None:
    """Refuse days and hours in which nobody can come, and a car that is promised or waits already."""
    if entry.till_day < entry.from_day:
        raise DomainError(_("The last wished day comes before the first."), code="wish_days")
    if entry.from_time and entry.till_time and entry.till_time < entry.from_time:
        raise DomainError(_("The wished hours end before they begin."), code="wish_hours")
    end = timezone.make_aware(datetime.combine(entry.till_day, entry.till_time or time.max))
    if end - CUT <= now:
        raise DomainError(_("The wished time is past. Choose a later one."), code="wish_past")
    if entry.till_day > timezone.localdate(now) + timedelta(days=FARTHEST_DAYS):
        raise DomainError(
            _("Nobody waits longer than %(days)d days. Choose an earlier last day.")
            % {"days": FARTHEST_DAYS},
            code="wish_far",
        )
    start = timezone.make_aware(datetime.combine(entry.from_day, time()))
    services.guard_vehicle(entry.vehicle, start, end, now)
    entry.guard_comeback()
    if waits := WaitingEntry.objects.of_car(entry.vehicle).first():
        raise DomainError(
            _("%(vehicle)s waits already: %(number)s, since %(time)s. Withdraw that entry first.")
            % {"vehicle": entry.vehicle, "number": waits, "time": when.words(waits.recorded_at, now)},
            code="vehicle_waits",
            extra={"entry": waits.number},
        )


@capacity.restarting
@transaction.atomic
def offer(
    entry: WaitingEntry,
    *,
    starts_at: datetime,
    by: User | None,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Hold ``starts_at`` for the customer and tell him. A person may offer what was not wished.

    Raises DomainError ``slot_taken`` with ``alternatives``, ``vehicle_booked``, or ``offer_too_late`` when
    no time would be left to answer.
    """
    now = now or clock.now()
    entry.lock(version)
    told_at = quiet.permitted(now, now=now, before=starts_at - CUT)
    until = _answer_by(entry, starts_at, told_at or starts_at)
    if told_at is None or until - told_at < SHORTEST:
        raise DomainError(
            _("%(time)s is too near for an offer. Call the customer and book it.")
            % {"time": when.words(starts_at, now)},
            code="offer_too_late",
        )
    needs = work.needs_of(entry, entry.advisor_id)
    services.guard_vehicle(entry.vehicle, starts_at, starts_at + needs.duration, now)
    holder, slot = capacity.reserve(
        entry.store, needs=needs, starts_at=starts_at, label=str(entry.vehicle), now=now, expires_at=until
    )
    services.guard_vehicle(entry.vehicle, slot.starts_at, slot.ends_at, now)
    held = Offer(holder, slot.starts_at, slot.ends_at, services.receiver(slot), until)
    entry.offer(held)
    _tell(entry, held, told_at)
    _drop_calls(entry, by=by, outcome=gettext_noop("A time is offered"))
    _ask_to_call(entry, CALL_TITLE, held.receiver_id, told_at + (until - told_at) / 2)
    _tell_house(entry, held)
    _record("waiting.offered", entry, by=by, facts=_start(held))


def _tell_house(entry: WaitingEntry, held: Offer) -> None:
    """Who put the customer on the list, and who would receive him, hear of it."""
    Notice.tell(
        list(User.objects.filter(pk__in={entry.recorded_by_id, held.receiver_id})),
        gettext_noop("%(vehicle)s waited (%(number)s): %(time)s is held for the customer until %(until)s"),
        url=reverse("appointments:waiting_detail", args=[entry.pk]),
        vehicle=str(entry.vehicle),
        number=entry.number,
        time=f"{timezone.localtime(held.starts_at):%m-%d %H:%M}",
        until=f"{timezone.localtime(held.until):%m-%d %H:%M}",
    )


def next_morning(now: datetime) -> datetime:
    """The next end of quiet hours."""
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=local.time() >= quiet.ENDS)
    return timezone.make_aware(datetime.combine(day, quiet.ENDS))


def _answer_by(entry: WaitingEntry, starts_at: datetime, told_at: datetime) -> datetime:
    minutes = Setting.value_of(ACCEPT_MINUTES, entry.store_id)
    return min(told_at + timedelta(minutes=minutes), starts_at - CUT)


@capacity.restarting
@transaction.atomic
def accept(
    entry: WaitingEntry,
    *,
    by: User | None,
    starts_at: datetime | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Appointment:
    """Make an appointment of the held time; ``by`` None: the customer himself, by his link.

    ``starts_at`` is the offer that the page showed. Raises DomainError ``offer_over`` or ``hold_expired``
    when it does not stand any more, ``vehicle_booked`` when the car was promised elsewhere meanwhile.
    """
    now = now or clock.now()
    Vehicle.objects.select_for_update(no_key=True).get(pk=entry.vehicle_id)
    entry.lock(version)
    held = entry.guard_standing(starts_at, now)
    services.guard_vehicle(entry.vehicle, held.starts_at, held.ends_at, now)
    capacity.keep(held.holder, now=now)
    appointment = Appointment(
        store=entry.store,
        **shared(entry, Enquiry, but=("version",)),
        advisor_id=held.receiver_id,
        arrives_at=held.starts_at,
        ready_at=held.ends_at,
        holder=held.holder,
        booked_by=by,
        booked_at=now,
    )
    services.enter(appointment, [AppointmentItem(**shared(row, Item)) for row in entry.items.all()])
    entry.close(WaitingEntry.Status.BOOKED, appointment=appointment)
    _done_with(entry, gettext_noop("The customer has accepted"), by=by)
    _record("waiting.booked", entry, by=by, facts={**_start(held), "appointment": appointment.number})
    return appointment


@transaction.atomic
def decline(
    entry: WaitingEntry,
    *,
    by: User | None,
    stays: bool = True,
    reason: str = "",
    starts_at: datetime | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """The offered time does not suit: the next in the list gets it. Who ``stays`` keeps his place."""
    now = now or clock.now()
    entry.lock(version)
    held = entry.guard_standing(starts_at, now)
    if stays:
        entry.wait_on(next_morning(now), is_answered=True)
    else:
        entry.close(WaitingEntry.Status.DECLINED, reason.strip()[:200])
    _free(held.holder)
    _done_with(entry, gettext_noop("The customer has declined"), by=by)
    _record("waiting.declined", entry, by=by, reason=reason, facts={**_start(held), "stays": stays})


@transaction.atomic
def expire(entry: WaitingEntry, *, now: datetime) -> None:
    """The time to accept is over; nothing happens when it is not, or was answered meanwhile."""
    entry.lock()
    held = entry.offered
    if held is None or held.until > now:
        return
    on_its_way = Message.State.PLANNED, Message.State.SENDING
    is_told = not Message.objects.about(entry).filter(kind=OFFER, state__in=on_its_way).exists()
    is_last = is_told and entry.unanswered + 1 >= MOST_UNANSWERED
    due_at = next_morning(now) if is_told else now
    entry.wait_on(None if is_last else due_at, is_answered=False, is_told=is_told)
    _free(held.holder)
    _done_with(entry, gettext_noop("The time to accept is over"), by=None)
    if is_last:
        _ask_to_call(entry, SILENT_TITLE, entry.caller_id, now + timedelta(hours=2))
    _record("waiting.unanswered", entry, by=None, facts={**_start(held), "told": is_told})


@transaction.atomic
def withdraw(entry: WaitingEntry, *, reason: str, by: User, version: int | None = None) -> None:
    """Off the list, with a reason; what was held for it goes to the next."""
    entry.lock(version)
    holder = entry.holder
    entry.close(WaitingEntry.Status.WITHDRAWN, services.given(reason))
    _free(holder)
    _done_with(entry, gettext_noop("Withdrawn from the waiting list"), by=by)
    _record("waiting.withdrawn", entry, by=by, reason=reason)


@transaction.atomic
def end(entry: WaitingEntry, *, today: date) -> None:
    """The wished days are over without a time: somebody calls. Nothing happens when they are not."""
    entry.lock()
    if entry.status != WaitingEntry.Status.WAITING or entry.till_day >= today:
        return
    entry.close(WaitingEntry.Status.EXPIRED)
    _done_with(entry, gettext_noop("The wished days are over"), by=None)
    _ask_to_call(entry, OVER_TITLE, entry.caller_id, clock.now() + timedelta(hours=2))
    _record("waiting.expired", entry, by=None)


@transaction.atomic
def book_otherwise(entry: WaitingEntry, appointment: Appointment) -> None:
    """The car got an appointment in the wished days by another way: it waits no longer."""
    entry.lock()
    arrival = timezone.localdate(appointment.arrives_at)
    if not entry.is_open or not entry.from_day <= arrival <= entry.till_day:
        return
    by, holder = appointment.booked_by, entry.holder
    entry.close(WaitingEntry.Status.BOOKED, appointment=appointment)
    _free(holder)
    _done_with(entry, gettext_noop("Booked otherwise"), by=by)
    _record("waiting.booked", entry, by=by, facts={"appointment": appointment.number})


@transaction.atomic
def start_clock(entry: WaitingEntry, starts_at: datetime, *, now: datetime) -> bool:
    """The message goes now: the time to accept begins. False when the offer of ``starts_at`` is over."""
    entry.lock()
    until = _answer_by(entry, starts_at, now)
    try:
        held = entry.guard_standing(starts_at, now)
        capacity.keep(held.holder, now=now, until=until)
    except DomainError:
        return False
    entry.accept_until = until
    entry.save(update_fields=["accept_until"])
    return until > now


def hurry_call(entry: WaitingEntry, *, now: datetime) -> None:
    """The message cannot go: the call for the offer is due at once."""
    Task.objects.about(entry).open().update(due_at=now)


def _tell(entry: WaitingEntry, held: Offer, told_at: datetime) -> None:
    last = max(entry.till_day, timezone.localdate(held.starts_at))
    expires_at = timezone.make_aware(datetime.combine(last, time.max))
    _link, url = Link.objects.issue(LINK, about=entry, store=entry.store, expires_at=expires_at, by=None)
    Message.plan(
        OFFER,
        about=entry,
        key=f"{OFFER}:{entry.pk}:{entry.version}",
        phone=entry.contact_phone,
        at=told_at,
        useless_after=held.starts_at - CUT,
        params={"url": url, "starts_at": held.starts_at.isoformat()},
    )
    nudge("messaging.send_due")


def _ask_to_call(entry: WaitingEntry, title: str, owner_id: int, due_at: datetime) -> None:
    Task.put(
        f"waiting.call:{entry.pk}",
        about=entry,
        kind="waiting.call",
        title=title,
        params={"name": entry.contact_name, "plate": entry.vehicle.plate, "number": entry.number},
        owner_id=owner_id,
        due_at=due_at,
        url=f"/appointments/waiting/{entry.pk}/",
    )


def _drop_calls(entry: WaitingEntry, *, by: User | None, outcome: str) -> None:
    Task.drop(f"waiting.call:{entry.pk}", by=by, outcome=outcome)


def _done_with(entry: WaitingEntry, why: str, *, by: User | None) -> None:
    """What was to be told and to be called for the offer falls away."""
    Message.withdraw(entry, why, kinds=[OFFER])
    _drop_calls(entry, by=by, outcome=why)


def _free(holder: Holder | None) -> None:
    if holder is not None:
        capacity.release(holder)
        holder.delete()


def _start(held: Offer) -> dict[str, Any]:
    return {"starts_at": held.starts_at.isoformat()}


def _record(
    kind: str, entry: WaitingEntry, *, by: User | None, reason: str = "", facts: dict[str, Any] | None = None
) -> None:
    facts = {"number": entry.number, **(facts or {})}
    Event.record(kind, about=entry, by=by, reason=reason, facts=facts)
    announce(entry.store_id, services.TOPIC)
    nudge("desk.deliver_events")
