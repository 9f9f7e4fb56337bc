"""Three times a day what came in online is given to advisors; who does not call in time is helped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.appointments import online, online_times
from apps.appointments.models import OnlineBatch, OnlineRequest
from apps.capacity import working_time
from apps.core import clock
from apps.desk.models import Event, Notice, Task

NOBODY = gettext_noop("Online requests wait and nobody is on duty: %(n)d")
SHARED_OUT = gettext_noop("Online requests given to advisors: %(n)d")
LATE = gettext_noop("%(number)s is not confirmed in time; %(advisor)s has it")


def go_round(now: datetime | None = None) -> int:
    """Distribute what is due in every store and escalate what is late; returns how many requests moved."""
    now = now or clock.now()
    waiting = OnlineRequest.objects.filter(status=OnlineRequest.Status.RECEIVED).values("store")
    moved = 0
    for store in Store.objects.filter(pk__in=waiting).order_by("pk"):
        moved += distribute(store, now=now)
    for request in OnlineRequest.objects.late(now).order_by("pk")[:200]:
        moved += escalate(request, now=now)
    return moved


@transaction.atomic
def distribute(store: Store, *, now: datetime) -> int:
    """Give what was received until the last distribution to advisors, in the order received; how many.

    A customer's dedicated advisor gets it if he is on duty, else whoever has the fewest to confirm.
    """
    until = online_times.last_distribution(store, now)
    if until is None:
        return 0
    rows = OnlineRequest.objects.filter(store=store).to_distribute(until)
    requests = list(rows.select_for_update(no_key=True, of=("self",)).select_related("customer", "store"))
    if not requests:
        return 0
    on_duty = working_time.advisors_on_duty(store, now)
    if not on_duty:
        _ask_the_manager(store, len(requests), now)
        return 0
    batch, _new = OnlineBatch.objects.get_or_create(store=store, at=until)
    people = User.objects.in_bulk(on_duty)
    busy = Counter(OnlineRequest.objects.open().filter(store=store).values_list("assigned_to", flat=True))
    for request in requests:
        own = request.customer.advisor_id if request.customer else None
        chosen = own if own in on_duty else min(on_duty, key=lambda pk: busy[pk])
        busy[chosen] += 1
        online.assign(request, people[chosen], by=None, batch=batch, now=now)
    _tell_managers(store, SHARED_OUT, n=len(requests))
    Task.drop(_key(store), by=None, outcome=gettext_noop("Distributed"))
    return len(requests)


def _ask_the_manager(store: Store, count: int, now: datetime) -> None:
    Task.put(
        _key(store),
        about=store,
        store=store,
        kind="online.nobody",
        title=NOBODY,
        params={"n": count},
        role=Role.SERVICE_MANAGER,
        due_at=now,
        url=reverse("appointments:online"),
    )


def _key(store: Store) -> str:
    return f"online.nobody:{store.pk}"


@transaction.atomic
def escalate(request: OnlineRequest, *, now: datetime) -> bool:
    """The service manager takes care of what nobody has confirmed in time; False when it is settled."""
    request.lock()
    if not request.is_late(now) or request.escalated_at is not None:
        return False
    request.escalated_at = now
    request.save(update_fields=["escalated_at"])
    told = {"number": request.number, "advisor": request.assigned_to.name if request.assigned_to else ""}
    Task.put(
        f"online.late:{request.pk}",
        about=request,
        kind="online.late",
        title=LATE,
        params=told,
        role=Role.SERVICE_MANAGER,
        due_at=now,
        url=online.address_of(request),
    )
    _tell_managers(request.store, LATE, **told)
    Event.record("online.escalated", about=request, by=None, facts={"number": request.number})
    return True


def _tell_managers(store: Store, text: str, **told: object) -> None:
    managers = User.objects.active().filter(store=store, role=Role.SERVICE_MANAGER)
    Notice.tell(list(managers), text, url=reverse("appointments:online"), **told)
