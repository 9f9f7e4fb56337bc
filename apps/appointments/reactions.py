"""What the waiting list hears of: something became free, or a waiting car was booked otherwise."""

from __future__ import annotations

from apps.appointments import missing, preparation, proactive, waiting, waiting_round
from apps.appointments.models import Appointment, WaitingEntry
from apps.capacity import breaking
from apps.core import clock
from apps.desk.models import Event, Task
from apps.desk.subscriptions import subscribe

FREED = (
    "appointment.cancelled",
    "appointment.moved",
    "appointment.no_show",
    "capacity.absence_removed",
    "capacity.blackout_removed",
    "capacity.day_reopened",
    "capacity.day_set",
    "capacity.duties_set",
    "capacity.hold_expired",
    "capacity.hours_saved",
    "capacity.resource_saved",
    "capacity.shift_*",
    "waiting.booked",
    "waiting.declined",
    "waiting.put",
    "waiting.unanswered",
    "waiting.withdrawn",
)


LAID = ("appointment.booked", "appointment.moved")
STOPPED = ("appointment.arrived", "appointment.cancelled", "appointment.no_show")
SETTLED = ("appointment.arrived", "appointment.cancelled", "appointment.moved", "appointment.no_show")


def register() -> None:
    """Called by the menu."""
    subscribe(waiting_round.SUBSCRIPTION, *FREED, handler=capacity_freed)
    subscribe("appointments.waiting_booked", "appointment.booked", handler=vehicle_booked)
    subscribe(
        "appointments.proactive_done",
        "campaign.ended",
        "recommendation.closed",
        handler=proactive.ground_gone,
    )
    subscribe("appointments.proactive_booked", "appointment.booked", handler=proactive.vehicle_booked)
    subscribe("appointments.preparation", *LAID, *STOPPED, handler=prepare)
    subscribe("appointments.step_ticked", "task.done", handler=step_ticked)
    subscribe("appointments.missing", *SETTLED, handler=arrival_settled)


def capacity_freed(event: Event) -> None:
    """Have the store's list looked at from the top.

    What was held for one entry goes on to those behind it: whoever stands before it had it offered already,
    or no use for it.
    """
    if event.store_id is not None:
        was_held = event.kind.startswith("waiting.") and event.kind != "waiting.put"
        after = int(event.subject.partition(":")[2]) if was_held else 0
        waiting_round.wake(event.store_id, now=clock.now(), after=after)


def vehicle_booked(event: Event) -> None:
    """A car that is booked in the days it waits for waits no longer."""
    booked = Appointment.objects.select_related("booked_by").get(pk=event.subject.partition(":")[2])
    for entry in WaitingEntry.objects.of_car(booked.vehicle):
        waiting.book_otherwise(entry, booked)


def prepare(event: Event) -> None:
    """Preparation follows the appointment, as it stands when this is heard."""
    appointment = Appointment.objects.select_related("store", "holder").get(
        pk=event.subject.partition(":")[2]
    )
    if appointment.is_open:
        preparation.lay(appointment)
    else:
        preparation.stop(appointment)


def step_ticked(event: Event) -> None:
    """A task of the preparation chain was ticked on "my work"."""
    if event.facts.get("kind") == preparation.TASK and event.actor is not None:
        task = Task.objects.get(pk=event.subject.partition(":")[2])
        preparation.task_done(task, by=event.actor)


def arrival_settled(event: Event) -> None:
    """Nobody need ask any more where the customer is, nor move what an edit of the house has broken."""
    appointment = Appointment.objects.get(pk=event.subject.partition(":")[2])
    missing.settle(appointment)
    if appointment.holder_id:
        key = breaking.task_key(appointment.holder_id)
        Task.drop(key, by=None, outcome=appointment.get_status_display())
