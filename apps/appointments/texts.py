"""What the messages of an appointment say, whether they still go, and what happens when they fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Setting, Store
from apps.appointments import documents, replies
from apps.appointments.models import Appointment
from apps.appointments.waiting_texts import moment
from apps.core import clock
from apps.core.registry import MessageKind
from apps.desk.models import Task
from apps.messaging.models import Message
from apps.messaging.replies import ENABLED

CALL_TITLE = gettext_noop("Call %(name)s: the message about %(number)s could not be delivered")


def read(messages: Sequence[Message]) -> None:
    """What the messages speak of, read for all of them just before they go. Four queries."""
    rows = _rows().prefetch_related("items__operation", "items__package")
    found = rows.in_bulk({message.object_id for message in messages})
    for message in messages:
        message.spoken_of = found[message.object_id]


def _rows() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("vehicle__model__brand", "customer", "advisor", "store")


def _appointment(message: Message) -> Appointment:
    return message.spoken_of or _rows().get(pk=message.object_id)


def decide(message: Message) -> str:
    """Judged at the moment of sending: "" to send, or the reason (a message id) not to."""
    appointment = _appointment(message)
    told = message.params.get("arrives_at", "")
    if told and datetime.fromisoformat(told) != appointment.arrives_at:
        return gettext_noop("The appointment was moved")
    if message.kind == "appointment.cancelled":
        return "" if appointment.status == Appointment.Status.CANCELLED else gettext_noop("Booked again")
    if appointment.status == Appointment.Status.CANCELLED:
        return gettext_noop("The appointment was cancelled")
    if appointment.status == Appointment.Status.ARRIVED:
        return gettext_noop("The customer has arrived")
    return "" if appointment.is_open else gettext_noop("The customer did not come")


def facts(message: Message) -> dict[str, Any]:
    """What holds when it is sent."""
    appointment = _appointment(message)
    return {
        "name": appointment.contact_name,
        "plate": str(appointment.vehicle),
        "store": appointment.store.name,
        "advisor": appointment.advisor.name,
        "phone": appointment.store.hotline or appointment.advisor.phone,
        "time": moment(appointment.arrives_at),
        "ready": moment(appointment.ready_at),
        "number": appointment.number,
        "bring": lazy(lambda: documents.spoken(documents.of_appointment(appointment)), str)(),
    }


def words(kind: str, store: Store) -> str:
    """The house's own words; what asks for an answer says how, where the gateway takes replies."""
    told = str(TEXTS[kind])
    if kind in ASKING and Setting.value_of(ENABLED, store.pk):
        told += " " + _("Reply 1 to confirm, 2 for other times, 3 to cancel, T for no more messages.")
    return told


def failed(message: Message) -> None:
    """What could not be delivered becomes the advisor's call."""
    appointment = _appointment(message)
    Task.put(
        f"appointment.call:{appointment.pk}",
        about=appointment,
        kind="appointment.call",
        title=CALL_TITLE,
        params={"name": appointment.contact_name, "number": appointment.number},
        owner=appointment.advisor,
        due_at=clock.now(),
        url=reverse("appointments:detail", args=[appointment.pk]),
    )


TEXTS = {
    "appointment.booked": gettext_lazy(
        "%(store)s: %(plate)s is booked for %(time)s with %(advisor)s, expected ready %(ready)s "
        "(%(number)s). Please bring: %(bring)s. Questions: %(phone)s"
    ),
    "appointment.confirmed": gettext_lazy(
        "%(store)s: your appointment for %(plate)s on %(time)s is confirmed. %(advisor)s expects you. "
        "Questions: %(phone)s"
    ),
    "appointment.moved": gettext_lazy(
        "%(store)s: your appointment for %(plate)s is now on %(time)s with %(advisor)s, expected ready "
        "%(ready)s. Questions: %(phone)s"
    ),
    "appointment.cancelled": gettext_lazy(
        "%(store)s: your appointment for %(plate)s on %(time)s is cancelled. For a new one call %(phone)s"
    ),
    "appointment.reminder_72": gettext_lazy(
        "%(store)s: we expect %(plate)s on %(time)s. If your wishes have changed, tell %(advisor)s: %(phone)s"
    ),
    "appointment.reminder_24": gettext_lazy(
        "%(store)s: bay and technician are ready for %(plate)s on %(time)s. Please bring: %(bring)s."
    ),
    "appointment.reminder_1": gettext_lazy(
        "%(store)s: %(advisor)s welcomes you and %(plate)s at %(time)s. Questions on the way: %(phone)s"
    ),
}
LABELS = {
    "appointment.booked": gettext_lazy("Booking confirmed to the customer"),
    "appointment.confirmed": gettext_lazy("Confirmation"),
    "appointment.moved": gettext_lazy("New time told"),
    "appointment.cancelled": gettext_lazy("Cancellation told"),
    "appointment.reminder_72": gettext_lazy("Reminder 72 h before: customer and parts"),
    "appointment.reminder_24": gettext_lazy("Reminder 24 h before: bay, technician and parts"),
    "appointment.reminder_1": gettext_lazy("Reminder 1 h before: advisor and welcome"),
}
VARIABLES = ("store", "plate", "name", "time", "ready", "advisor", "phone", "number", "bring")
ASKING = ("appointment.booked", "appointment.moved", "appointment.reminder_72", "appointment.reminder_24")
"""They say what can be replied, where the gateway takes replies."""
KINDS = [
    *(
        MessageKind(
            kind,
            label,
            decide,
            partial(words, kind),
            facts,
            VARIABLES,
            needed=("time",),
            failed=failed,
            reply=replies.answer,
            read=read,
        )
        for kind, label in LABELS.items()
    ),
    replies.KIND,
]
