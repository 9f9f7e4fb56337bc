"""Who did not come: called within the next days, asked why, and booked again in the same call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.appointments.models import Appointment
from apps.callbacks import windows
from apps.callbacks.models import NoShowTalk
from apps.calls.models import Call
from apps.desk.models import Event
from apps.reception.models import Visit

NO_SHOW = "no_show"
CAME = gettext_noop("The car has come after all")
BOOKED = gettext_noop("Booked again meanwhile")


def missed(event: Event) -> None:
    """Nobody came to the appointment: one call, unless the car is booked again already. Four queries."""
    appointment = Appointment.objects.select_related("customer", "vehicle").get(pk=_pk(event))
    if Appointment.objects.filter(vehicle=appointment.vehicle_id).open().exists():
        return
    day = timezone.localdate(event.at)
    opens_on, closes_on = windows.of(windows.NO_SHOW, day, appointment.store_id)
    Call.schedule(
        NO_SHOW,
        f"no-show-{appointment.pk}",
        about=appointment,
        customer=appointment.customer,
        vehicle=appointment.vehicle,
        role=Role.CALLBACK_AGENT,
        opens_on=opens_on,
        closes_on=closes_on,
        previous_on=day,
        topic=appointment.number,
    )


def booked_again(event: Event) -> None:
    """The car has another appointment: nobody need ask."""
    _drop(Appointment.objects.get(pk=_pk(event)).vehicle_id, BOOKED)


def came(event: Event) -> None:
    """The car stands in front of the house after all."""
    _drop(Visit.objects.get(pk=_pk(event)).vehicle_id, CAME)


def _drop(vehicle_id: int | None, reason: str) -> None:
    waiting = Call.objects.filter(queue=NO_SHOW, vehicle=vehicle_id, reached_at=None)
    for call in waiting.filter(state__in=["open", "correction", "suspended"]):
        if not call.is_claimed:
            call.cancel(reason, by=None)


def _pk(event: Event) -> int:
    return int(event.subject.rpartition(":")[2])


@transaction.atomic
def complete(call: Call, said: Mapping[str, Any], *, by: User) -> NoShowTalk:
    """Complete the call. ``said`` holds ``person_spoken_to`` and the fields of NoShowTalk."""
    call.complete(by=by, person_spoken_to=said["person_spoken_to"], note=said["note"])
    return NoShowTalk.objects.create(call=call, store_id=call.store_id, reason=said["reason"])


def book_url(call: Call, user: User) -> str:
    """Where the same car gets a new time, or "" for whoever may not book."""
    if call.vehicle_id is None or not user.has_perm("appointments.book"):
        return ""
    return f"{reverse('appointments:create')}?{urlencode({'vehicle': call.vehicle_id})}"
