"""Level 1 (sales) and level 2 (service): the two calls to the owner of a new car, and their windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.appointments.models.enquiry import Item
from apps.callbacks import surveys, windows
from apps.callbacks.models import NewCarTalk, Questionnaire, Response
from apps.calls.models import Call
from apps.catalog.models import Package
from apps.catalog.selectors import labour_rate, service_package
from apps.core import clock
from apps.customers import due
from apps.customers.models import Reading
from apps.desk.models import Event, Task
from apps.handover.models import Handover

LEVEL_1, LEVEL_2 = "level_1", "level_2"
ROLES = {LEVEL_1: Role.INFORMATION_CLERK, LEVEL_2: Role.CALLBACK_AGENT}
HAND_ON_WITHIN = timedelta(days=2)
NOTE_TITLE = gettext_noop("From the new-car call: %(customer)s, %(vehicle)s")


def key(level: str, handover_pk: int) -> str:
    """One call of each level a handover."""
    return f"{level}-{handover_pk}"


@transaction.atomic
def new_car_delivered(event: Event) -> None:
    """Both calls are made at once; level 2 counts from the end of level 1's window until that is over."""
    pk = int(event.subject.rpartition(":")[2])
    handover = Handover.objects.select_related("customer", "vehicle").get(pk=pk)
    day = timezone.localdate(handover.delivered_at or event.at)
    first = windows.of(windows.LEVEL_1, day, handover.store_id)
    second = windows.of(windows.LEVEL_2, first[1], handover.store_id)
    for level, (opens_on, closes_on), previous in ((LEVEL_1, first, day), (LEVEL_2, second, None)):
        Call.schedule(
            level,
            key(level, pk),
            about=handover,
            customer=handover.customer,
            vehicle=handover.vehicle,
            role=ROLES[level],
            opens_on=opens_on,
            closes_on=closes_on,
            previous_on=previous,
        )


def level_1_over(event: Event) -> None:
    """Level 1 was completed, or closed as unreached: level 2 counts from that day."""
    if event.facts.get("queue") != LEVEL_1:
        return
    first = Call.objects.get(pk=int(event.subject.rpartition(":")[2]))
    second = Call.objects.filter(key=key(LEVEL_2, first.object_id)).first()
    if second is not None and (window := window_of(second)):
        second.move_window(**window)


def window_of(call: Call) -> dict[str, Any]:
    """What ``move_window`` takes for a call of level 1 or 2 by now; empty where nothing tells. Two queries.

    Level 2 has no previous level, and counts from the last day of level 1, until that is over.
    """
    if call.queue == LEVEL_1:
        kind, day, previous_on = windows.LEVEL_1, call.previous_on, None
    else:
        kind, day, previous_on = windows.LEVEL_2, None, None
        first = Call.objects.filter(key=key(LEVEL_1, call.object_id)).first()
        if first is not None and first.finished_at is not None:
            day = previous_on = timezone.localdate(first.finished_at)
        elif first is not None:
            day = first.closes_on
    if day is None:
        return {}
    opens_on, closes_on = windows.of(kind, day, call.store_id)
    return {"opens_on": opens_on, "closes_on": closes_on, "previous_on": previous_on}


@transaction.atomic
def complete(
    call: Call,
    said: Mapping[str, Any],
    *,
    questionnaire: Questionnaire | None = None,
    answers: Mapping[str, Any] | None = None,
    by: User,
) -> NewCarTalk:
    """Complete a call of level 1 or 2. A mileage goes on file, a note becomes somebody's task.

    Beside level 1 the SSI is asked: ``answers`` by the question's code, None when it was left out.

    ``said`` holds ``person_spoken_to`` and the fields of NewCarTalk.
    """
    call.complete(by=by, person_spoken_to=said["person_spoken_to"], note=said.get("remarks", ""))
    fields = {name: value for name, value in said.items() if name != "person_spoken_to"}
    level = 1 if call.queue == LEVEL_1 else 2
    talk = NewCarTalk.objects.create(call=call, store_id=call.store_id, level=level, **fields)
    if talk.odometer_km is not None and call.vehicle is not None:
        on = timezone.localdate(call.finished_at)
        call.vehicle.record_reading(talk.odometer_km, on, Reading.Source.CALL, by, store=call.store_id)
    if questionnaire is not None and answers is not None:
        bought = Handover.objects.select_related("store", "vehicle").get(pk=call.object_id)
        surveys.record_once(questionnaire, bought, answers, channel=Response.Channel.PHONE, call=call, by=by)
    if level == 2 and talk.note_to_next.strip():
        _hand_on(call, talk)
    return talk


def _hand_on(call: Call, talk: NewCarTalk) -> None:
    """After level 2 the next level is the customer's own advisor."""
    advisor = call.customer.advisor
    ours = advisor is not None and advisor.is_active and advisor.store_id == call.store_id
    Task.put(
        f"new-car-note-{call.pk}",
        about=call,
        kind="callbacks.note_to_next",
        title=NOTE_TITLE,
        params={"customer": call.customer.name, "vehicle": str(call.vehicle or "")},
        note=talk.note_to_next,
        owner=advisor if ours else None,
        role="" if ours else Role.RECEPTION_SUPERVISOR,
        due_at=clock.now() + HAND_ON_WITHIN,
        url=call.get_absolute_url(),
    )


def note_of_level_1(call: Call) -> str:
    """What level 1 wanted level 2 to know. One query."""
    talks = NewCarTalk.objects.filter(call__key=key(LEVEL_1, call.object_id))
    return talks.values_list("note_to_next", flat=True).first() or ""


def offer(call: Call, user: User) -> dict[str, Any]:
    """The next service with package, price and where to book it; the group's stations. Nine queries."""
    stations = Store.objects.filter(group_id=call.store.group_id).exclude(address="").order_by("code")
    found: dict[str, Any] = {"stations": sorted(stations, key=lambda s: s.pk != call.store_id)}
    vehicle = call.vehicle
    service = due.of_vehicle(vehicle) if vehicle is not None else None
    if vehicle is None or vehicle.model is None or service is None:
        return found
    package = service_package(user, vehicle.model, service.number_km)
    told: dict[str, Any] = {"vehicle": vehicle.pk}
    if package is not None:
        lines = Package.objects.with_lines().get(pk=package.pk)
        found |= {"package": package, "price": lines.price_at(labour_rate(call.store_id))}
        told["add"] = f"package:{package.pk}@{Item.Wish.RECOMMENDED}"
    book_url = f"{reverse('appointments:create')}?{urlencode(told)}"
    return found | {"service": service, "book_url": book_url if user.has_perm("appointments.book") else ""}
