"""Who is expected and does not come: after a while his advisor calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store
from apps.appointments.models import Appointment
from apps.core import clock
from apps.desk.models import Task

AFTER = "appointments.missing_minutes"
KIND = "appointment.missing"
LOOK_BACK = timedelta(hours=24)
"""What nobody settled within a day is no call any more; it stays on the list of the overdue."""
TO_CALL = timedelta(minutes=15)


def look_for_missing(now: datetime | None = None) -> int:
    """Give every advisor a call for those of his who are late; returns how many calls are new.

    Once for each time of arrival, whoever asks and however often. Two queries a store and one a call.
    """
    now = now or clock.now()
    return sum(_look(store, now) for store in Store.objects.order_by("pk"))


@transaction.atomic
def _look(store: Store, now: datetime) -> int:
    late = now - timedelta(minutes=Setting.value_of(AFTER, store))
    rows = Appointment.objects.open().filter(store=store, arrives_at__range=(now - LOOK_BACK, late))
    missing = {_key(row): row for row in rows.select_related("vehicle").order_by("arrives_at", "pk")}
    known = Task.objects.filter(key__in=missing).values_list("key", flat=True) if missing else ()
    fresh = [row for key, row in missing.items() if key not in set(known)]
    for row in fresh:
        Task.put(
            _key(row),
            about=row,
            kind=KIND,
            title=gettext_noop("Call %(name)s: expected, has not come (%(number)s)"),
            params={"name": row.contact_name, "number": row.number},
            url=reverse("appointments:detail", args=[row.pk]),
            owner_id=row.advisor_id,
            due_at=now + TO_CALL,
        )
    return len(fresh)


def settle(appointment: Appointment) -> None:
    """He came, or it is known why not: nobody need call any more."""
    for task in Task.objects.about(appointment).open().filter(kind=KIND):
        Task.drop(task.key, by=None, outcome=appointment.get_status_display())


def _key(appointment: Appointment) -> str:
    return f"{KIND}:{appointment.pk}:{appointment.arrives_at:%Y%m%d%H%M}"
