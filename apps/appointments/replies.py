"""What a customer's reply does to the appointment: 1 confirms, 3 cancels, 2 brings three other times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Store
from apps.appointments import items, services
from apps.appointments.models import Appointment
from apps.appointments.waiting_texts import moment
from apps.capacity import slots
from apps.capacity.needs import DayView
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.registry import MessageKind
from apps.desk.models import Event, Task
from apps.messaging.models import Message

OFFER = "appointment.move_offer"
YES, MOVE, NO = "1", "2", "3"
CHOICES = ("21", "22", "23")
LOOK_AHEAD_DAYS, MOST_OFFERS = 14, 3
TITLE = gettext_noop("%(name)s replied about %(number)s: %(text)s")
CONFIRMED = gettext_noop("The appointment is confirmed")
CANCELLED = gettext_noop("The appointment is cancelled")
OFFERED = gettext_noop("Three other times were sent")
MOVED = gettext_noop("The appointment is moved")


def answer(message: Message, words: str) -> str:
    """Carry out what was replied to a message about an appointment; "" passes it on to the advisor."""
    rows = Appointment.objects.select_related("store", "vehicle", "advisor", "holder")
    appointment = rows.get(pk=message.object_id)
    Event.record("appointment.replied", about=appointment, by=None, personal={"text": words[:60]})
    try:
        done = _done(appointment, words) if appointment.is_open else ""
    except DomainError:
        done = ""
    if not done:
        _pass_on(appointment, words)
    return done


def _done(appointment: Appointment, words: str) -> str:
    if words == YES:
        if appointment.status == Appointment.Status.BOOKED:
            services.confirm(appointment, by=None)
        return CONFIRMED
    if words == NO:
        services.cancel(appointment, reason=_("By message from the customer"), by=None)
        return CANCELLED
    if words == MOVE:
        return _offer(appointment)
    return _choose(appointment, CHOICES.index(words)) if words in CHOICES else ""


def _offer(appointment: Appointment) -> str:
    """Send three times that keep the days flat; who has had three rounds of them is called instead."""
    now = clock.now()
    rounds = Message.objects.about(appointment).filter(kind=OFFER).count()
    starts = three(appointment, now) if rounds < MOST_OFFERS else []
    if not starts:
        return ""
    Message.plan(
        OFFER,
        about=appointment,
        key=f"{OFFER}:{appointment.pk}:{rounds}",
        phone=appointment.contact_phone,
        at=now,
        useless_after=appointment.arrives_at,
        params={
            "arrives_at": appointment.arrives_at.isoformat(),
            "offers": [start.isoformat() for start in starts],
        },
        answers_customer=True,
    )
    return OFFERED


def _choose(appointment: Appointment, position: int) -> str:
    """Take one of the times that were sent last; a taken one brings three others."""
    last = Message.objects.about(appointment).filter(kind=OFFER).order_by("-pk").first()
    offers = last.params["offers"] if last else []
    if position >= len(offers) or last is None:
        return ""
    if last.params["arrives_at"] != appointment.arrives_at.isoformat():
        return ""
    reason = _("By message from the customer")
    try:
        services.reschedule(
            appointment,
            starts_at=datetime.fromisoformat(offers[position]),
            by=None,
            any_advisor=True,
            reason=reason,
        )
    except DomainError as error:
        if error.code != "slot_taken":
            raise
        appointment.refresh_from_db()
        return _offer(appointment)
    return MOVED


def three(appointment: Appointment, now: datetime) -> list[datetime]:
    """Of the first three days with room the flattest start that is nearest to the old time of day."""
    needs = items.needs_of(appointment, None)
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    views = slots.days(
        appointment.store, needs=needs, date_from=tomorrow, days=LOOK_AHEAD_DAYS, now=now,
        without=appointment.holder,
    )  # fmt: skip
    best = [_best(view, appointment.arrives_at) for view in views]
    return [start for start in best if start is not None][:3]


def _best(view: DayView, old: datetime) -> datetime | None:
    starts = [slot.starts_at for slot in view.slots if slot.starts_at != old and not slot.continues]
    flat = [start for start in starts if start in view.level] or starts
    day: date = view.day
    same = timezone.make_aware(datetime.combine(day, timezone.localtime(old).time()))
    return min(flat, key=lambda start: abs(start - same), default=None)


def _pass_on(appointment: Appointment, words: str) -> None:
    Task.put(
        f"appointment.reply:{appointment.pk}:{clock.now().isoformat()}",
        about=appointment,
        kind="appointment.reply",
        title=TITLE,
        params={"name": appointment.contact_name, "number": appointment.number, "text": words[:60]},
        owner=appointment.advisor,
        due_at=clock.now(),
        url=reverse("appointments:detail", args=[appointment.pk]),
    )


def decide(message: Message) -> str:
    """Judged at the moment of sending."""
    appointment = Appointment.objects.get(pk=message.object_id)
    told = datetime.fromisoformat(message.params["arrives_at"])
    stands = appointment.is_open and appointment.arrives_at == told
    return "" if stands else gettext_noop("The appointment was moved")


def words(_store: Store) -> str:
    """The three times with the numbers to reply."""
    return _("%(store)s: other times for %(plate)s: %(times)s. Reply with the number, or call %(phone)s.")


def facts(message: Message) -> dict[str, str]:
    """What holds when it is sent."""
    rows = Appointment.objects.select_related("store", "vehicle", "advisor")
    appointment = rows.get(pk=message.object_id)
    offers = [datetime.fromisoformat(start) for start in message.params["offers"]]
    return {
        "store": appointment.store.name,
        "name": appointment.contact_name,
        "plate": str(appointment.vehicle),
        "times": _(", ").join(f"{n} = {moment(at)}" for n, at in zip(CHOICES, offers, strict=False)),
        "phone": appointment.store.hotline or appointment.advisor.phone,
    }


KIND = MessageKind(
    OFFER,
    gettext_lazy("Other times offered"),
    decide,
    words,
    facts,
    ("store", "name", "plate", "times", "phone"),
    needed=("times",),
    reply=answer,
)
