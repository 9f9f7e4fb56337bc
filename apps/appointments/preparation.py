"""The preparation chain: from four days before until the customer comes, everything that must be ready.

Steps follow the appointment: laid when it is booked, laid anew when it is moved (what concerns the parts
stays), needless when it is cancelled or the customer has come. A step that cannot be done raises the call
to the customer before he comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.appointments import preparation_plan as planning
from apps.appointments import services
from apps.appointments.models import Appointment, PreparationStep
from apps.capacity import services as capacity
from apps.capacity.selectors import Hours
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.due import is_statutory
from apps.desk.live import announce
from apps.desk.models import Event, PdfJob, Task
from apps.desk.nudge import nudge
from apps.parts import services as stock
from apps.parts.models import Demand
from apps.parts.selectors import standing

Kind, State = PreparationStep.Kind, PreparationStep.State
TASK, CALL, PACK = "appointment.prepare", "appointment.unprepared", "appointments.pack"
CALL_TITLE = gettext_noop("Call %(name)s before they come (%(number)s): %(reason)s")
TITLES: dict[str, str] = {
    Kind.CONFIRM: gettext_noop("Confirm %(number)s with %(name)s: items, wishes, costs"),
    Kind.PARTS: gettext_noop("Order parts for %(number)s: %(parts)s"),
    Kind.SHELF: gettext_noop("Put the parts for %(number)s on its shelf: %(parts)s"),
    Kind.TOOLS: gettext_noop("Check the special tools for %(number)s"),
    Kind.PACK: gettext_noop("Print the document pack of %(number)s"),
}
APART = gettext_noop("Put the parts for %(number)s on its shelf, apart with the 3-guarantee cars: %(parts)s")
OWNERS: dict[str, str] = {
    Kind.PARTS: Role.PARTS_CLERK,
    Kind.SHELF: Role.PARTS_CLERK,
    Kind.TOOLS: Role.TEAM_LEAD,
}
"""Whose role a step is; the others are the advisor's."""
OF_PARTS = (Kind.PARTS, Kind.SHELF)
ON_SHELF, NO_STOCK = gettext_noop("All on the shelf"), gettext_noop("No stock is counted here")
BATCH = 200


# -- following the appointment --------------------------------------------------------------------


@transaction.atomic
def lay(appointment: Appointment, *, now: datetime | None = None) -> None:
    """Plan all steps, or plan them anew after a move; what is due begins at once. About ten queries.

    Heard twice for the same arrival it changes nothing.
    """
    now = now or clock.now()
    appointment.lock()
    if not appointment.is_open:
        return
    steps = PreparationStep.objects.filter(appointment=appointment)
    stale = steps.exclude(arrives_at=appointment.arrives_at)
    if stale.exists():
        _drop_tasks(appointment, gettext_noop("Planned anew"))
        stale.exclude(kind__in=OF_PARTS, state=State.DONE).delete()
        stale.update(arrives_at=appointment.arrives_at)
    kept = set(steps.values_list("kind", flat=True))
    PreparationStep.objects.bulk_create(
        PreparationStep(
            appointment=appointment,
            kind=p.kind,
            arrives_at=appointment.arrives_at,
            opens_at=p.opens_at,
            due_at=p.due_at,
        )
        for p in _planned(appointment, now)
        if p.kind not in kept
    )
    kept_parts = [item.demand for item in appointment.items.select_related("demand") if item.demand]
    stock.hand_on(kept_parts, purpose=appointment.number, needed_at=appointment.arrives_at)
    for step in steps.to_begin(now).select_related("appointment"):
        begin(step, now=now)


def _planned(appointment: Appointment, now: datetime) -> list[planning.Planned]:
    arrival = timezone.localdate(appointment.arrives_at)
    hours = Hours(appointment.store_id, arrival - timedelta(days=30), arrival)
    held = appointment.holder.reservations.all() if appointment.holder else None
    return planning.plan(
        appointment.arrives_at,
        now,
        has_parts=appointment.items.filter(part__isnull=False).exists(),
        has_tools=held is not None and held.filter(resource__kind="tool").exists(),
        is_open=lambda day: hours.on(day) is not None,
    )


@transaction.atomic
def stop(appointment: Appointment, *, now: datetime | None = None) -> None:
    """Nobody prepares any more: cancelled, missed, or here. Unless the car is here its parts are free."""
    now = now or clock.now()
    rows = PreparationStep.objects.filter(appointment=appointment).open()
    rows.update(state=State.NEEDLESS, settled_at=now)
    _drop_tasks(appointment, gettext_noop("Not needed any more"))
    if appointment.status != Appointment.Status.ARRIVED:
        for item in appointment.items.filter(demand__isnull=False).select_related("demand__part"):
            demand, item.demand = item.demand, None
            item.save(update_fields=["demand"])
            if demand is not None:
                stock.cancel(demand)


def _drop_tasks(appointment: Appointment, why: str) -> None:
    for task in Task.objects.about(appointment).open().filter(kind__in=[TASK, CALL]):
        Task.drop(task.key, by=None, outcome=why)


def begin_due(now: datetime | None = None) -> int:
    """Begin every step whose day has come, each in its own transaction; returns how many.

    What was booked before there was a preparation chain is planned first.
    """
    now = now or clock.now()
    unplanned = Appointment.objects.open().filter(arrives_at__gt=now, steps=None)
    for appointment in unplanned.select_related("store", "holder").order_by("arrives_at", "pk")[:BATCH]:
        lay(appointment, now=now)
    due = PreparationStep.objects.to_begin(now).select_related("appointment")[:BATCH]
    count = 0
    for step in list(due):
        with transaction.atomic():
            step.appointment.lock()
            step.lock()
            if step.state == State.OPEN and step.opened_at is None:
                begin(step, now=now)
                count += 1
    return count


# -- beginning a step -----------------------------------------------------------------------------


def begin(step: PreparationStep, *, now: datetime) -> None:
    """Do what the house can do by itself, else ask the step's owner. The appointment is locked."""
    step.opened_at = now
    step.save(update_fields=["opened_at"])
    BEGINNINGS.get(step.kind, _ask)(step, now)


def _ask(step: PreparationStep, now: datetime, title: str = "", **more: str) -> None:
    appointment = step.appointment
    role = OWNERS.get(step.kind, "")
    Task.put(
        _key(step),
        about=appointment,
        kind=TASK,
        title=title or TITLES[step.kind],
        params={"name": appointment.contact_name, "number": appointment.number, **more},
        url=reverse("appointments:detail", args=[appointment.pk]),
        owner=None if role else appointment.advisor,
        role=role,
        due_at=step.due_at,
    )


def _key(step: PreparationStep) -> str:
    return f"{TASK}:{step.appointment_id}:{step.kind}"


def _check_parts(step: PreparationStep, now: datetime) -> None:
    """Reserve every part for the appointment; only what is short is anybody's work."""
    appointment = step.appointment
    items = list(appointment.items.filter(part__isnull=False).select_related("part", "demand"))
    wants: defaultdict[int, Decimal] = defaultdict(Decimal)
    for item in items:
        wants[item.part.pk] += item.quantity  # type: ignore[union-attr]  # asked for above
    if not standing(appointment.store_id, wants):
        _settle(step, State.DONE, by=None, now=now, note=NO_STOCK)
        return
    fresh = [item for item in items if item.demand is None and item.part is not None]
    demands = stock.open_demands(
        appointment.store,
        [(item.part, item.quantity) for item in fresh if item.part is not None],
        purpose=appointment.number,
        needed_at=appointment.arrives_at,
    )
    for item, demand in zip(fresh, demands, strict=True):
        item.demand = demand
        item.save(update_fields=["demand"])
    if short := missing_parts(appointment):
        _ask(step, now, parts=_words(short))
    else:
        _settle(step, State.DONE, by=None, now=now, note=ON_SHELF)


def _check_shelf(step: PreparationStep, now: datetime) -> None:
    """The day before: what is still short cannot be there any more."""
    appointment = step.appointment
    if short := missing_parts(appointment):
        _fail(step, _("Parts are short: %(parts)s") % {"parts": _words(short)}, by=None, now=now)
        return
    kept = Demand.objects.open().filter(purpose=appointment.number, store=appointment.store)
    names = [str(demand.part) for demand in kept.select_related("part")]
    if names:
        apart = is_statutory(appointment.vehicle, timezone.localdate(now))
        _ask(step, now, APART if apart else "", parts=", ".join(names))
    else:
        _settle(step, State.DONE, by=None, now=now, note=NO_STOCK)


def _fix(step: PreparationStep, now: datetime) -> None:
    """Bay and technician stay as they are from now on."""
    holder = step.appointment.holder
    if holder is None or not capacity.fix(holder):
        _fail(step, _("Nothing is held for the appointment."), by=None, now=now)
    else:
        _settle(step, State.DONE, by=None, now=now)


def _print(step: PreparationStep, now: datetime) -> None:
    """Have the pack made; printing it is the advisor's."""
    PdfJob.ask(PACK, step, store=step.appointment.store, by=None)
    nudge("desk.render_pdfs")
    _ask(step, now)


BEGINNINGS: dict[str, Callable[[PreparationStep, datetime], None]] = {
    Kind.PARTS: _check_parts,
    Kind.SHELF: _check_shelf,
    Kind.FIX: _fix,
    Kind.PACK: _print,
}


def missing_parts(appointment: Appointment) -> list[Demand]:
    """What was reserved for the appointment only in part, or not at all. One query."""
    rows = Demand.objects.short().filter(purpose=appointment.number, store=appointment.store_id)
    return list(rows.select_related("part").order_by("pk"))


def _words(short: list[Demand]) -> str:
    return ", ".join(f"{demand.part} × {stock.amount_of(demand.short)}" for demand in short)


# -- what people say ------------------------------------------------------------------------------


@transaction.atomic
def complete(step: PreparationStep, *, by: User, note: str = "", now: datetime | None = None) -> None:
    """It is done; a confirmation call confirms the appointment. ``step_settled`` when it was before."""
    now = now or clock.now()
    step.appointment.lock()
    step.lock()
    step.appointment.guard_open(_("prepared"))
    if step.kind == Kind.SHELF and (short := missing_parts(step.appointment)):
        raise DomainError(
            _("Still short: %(parts)s. Receive them first, or say that they do not come.")
            % {"parts": _words(short)},
            code="parts_short",
        )
    _settle(step, State.DONE, by=by, now=now, note=note)
    if step.kind == Kind.CONFIRM and step.appointment.status == Appointment.Status.BOOKED:
        services.confirm(step.appointment, by=by)


@transaction.atomic
def task_done(task: Task, *, by: User) -> None:
    """A tick on "my work" says that the step is done; where that cannot be, somebody is asked again."""
    pk, _sep, kind = task.key.removeprefix(f"{TASK}:").partition(":")
    rows = PreparationStep.objects.select_related("appointment__advisor", "appointment__store")
    step = rows.filter(appointment=int(pk), kind=kind).open().first()
    if step is None or not step.appointment.is_open:
        return
    try:
        with transaction.atomic():
            complete(step, by=by, note=task.outcome)
    except DomainError as refused:
        step.refresh_from_db()
        _ask(step, clock.now(), parts=str(refused.message)[:120])


@transaction.atomic
def fail(step: PreparationStep, *, reason: str, by: User, now: datetime | None = None) -> None:
    """It cannot be done: the advisor calls the customer before he comes."""
    now = now or clock.now()
    step.appointment.lock()
    step.lock()
    step.appointment.guard_open(_("prepared"))
    _fail(step, services.given(reason), by=by, now=now)


def _fail(step: PreparationStep, reason: str, *, by: User | None, now: datetime) -> None:
    _settle(step, State.FAILED, by=by, now=now, note=reason)
    appointment = step.appointment
    Task.put(
        f"{CALL}:{appointment.pk}:{step.kind}",
        about=appointment,
        kind=CALL,
        title=CALL_TITLE,
        params={"name": appointment.contact_name, "number": appointment.number, "reason": reason[:120]},
        url=reverse("appointments:detail", args=[appointment.pk]),
        owner=appointment.advisor,
        due_at=now,
    )


def _settle(
    step: PreparationStep, to: PreparationStep.State, *, by: User | None, now: datetime, note: str = ""
) -> None:
    was_failed = step.state == State.FAILED
    step.settle(to, by=by, at=now, note=note)
    Task.drop(_key(step), by=by, outcome=str(to.label))
    if was_failed:
        Task.drop(f"{CALL}:{step.appointment_id}:{step.kind}", by=by, outcome=str(to.label))
    outcome = "done" if to == State.DONE else "failed"
    facts = {"number": step.appointment.number}
    kind, told = f"preparation.{step.kind}_{outcome}", note if by or to == State.FAILED else ""
    Event.record(kind, about=step.appointment, by=by, reason=told, facts=facts)
    announce(step.appointment.store_id, services.TOPIC)
