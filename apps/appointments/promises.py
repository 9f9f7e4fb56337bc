""" "We call you back": a promise made on the phone is a task with an owner and a time.

A complaint, a comeback or a hard fault goes to a superior this way while the customer is on the phone.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from apps.desk.models import Event, Notice, Task

KIND, EVENT = "appointment.call_back", "appointment.call_back_promised"
SUPERIORS = (Role.SERVICE_MANAGER, Role.TEAM_LEAD)
LONGEST = 300
TITLE = gettext_noop("Call %(name)s back about %(plate)s")
TOLD = gettext_noop("%(by)s asks you to call %(name)s back about %(plate)s")


@transaction.atomic
def call_back(
    vehicle: Vehicle,
    *,
    store: Store,
    name: str,
    phone: str,
    what: str,
    due_at: datetime,
    by: User,
    role: str = "",
    now: datetime | None = None,
) -> Task:
    """Promise the caller that ``role`` (empty: ``by`` himself) calls back until ``due_at``.

    ``phone`` is what the caller gave, E.164. Raises DomainError ``promise_unsaid`` or ``promise_past``.
    """
    now = now or clock.now()
    _guard(what, due_at, now)
    told = {"name": name, "plate": vehicle.plate or str(vehicle)}
    task = Task.put(
        f"{KIND}:{vehicle.pk}:{by.pk}:{now.isoformat()}",
        about=vehicle,
        store=store,
        kind=KIND,
        title=TITLE,
        params=told,
        note=f"{phones.display(phone)} · {what.strip()[:LONGEST]}",
        url=reverse("customers:vehicle", args=[vehicle.pk]),
        owner=None if role else by,
        role=role,
        due_at=due_at,
    )
    if role:
        readers = User.objects.active().filter(store=store, role=role)
        Notice.tell(list(readers), TOLD, url=reverse("desk:my_work"), by=by.name, **told)
    facts = {"due_at": due_at.isoformat()}
    Event.record(EVENT, about=vehicle, by=by, store=store, reason=what.strip()[:200], facts=facts)
    return task


def _guard(what: str, due_at: datetime, now: datetime) -> None:
    if not what.strip():
        raise DomainError(
            _("Say what about: whoever calls back was not on the phone."), code="promise_unsaid"
        )
    if due_at <= now:
        raise DomainError(_("This time is past. Choose a later one."), code="promise_past")


def open_promises(vehicle: Vehicle, store: Store) -> QuerySet[Task]:
    """Calls back that this store still owes about the car, the earliest first."""
    rows = Task.objects.open().about(vehicle).filter(store=store, kind=KIND)
    return rows.select_related("owner").order_by("due_at", "pk")
