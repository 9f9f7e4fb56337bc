"""Verbs of the settings page: what the store has, when it is open, who is away.

Those that take something away raise ``breaking.Breaks`` until the bookings they break are ``seen``.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.capacity import breaking
from apps.capacity.models import Absence, CapacityDay, OpeningHours, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event


@transaction.atomic
def record_saved(
    resource: Resource, *, by: User, permits: dict[str, date] | None = None, seen: str = ""
) -> None:
    """History of a bay or person that was saved; ``permits`` are all of his, ``{skill: last day}``."""
    if not resource.is_active:
        breaking.refuse_unseen(breaking.by_leaving(resource), seen)
    facts: dict[str, Any] = {"name": resource.name, "kind": resource.kind, "is_active": resource.is_active}
    if permits is not None:
        resource.qualifications.exclude(skill__in=permits).delete()
        for skill, day in permits.items():
            resource.qualifications.update_or_create(skill=skill, defaults={"valid_until": day})
        facts["permits"] = {skill: day.isoformat() for skill, day in permits.items()}
    Event.record("capacity.resource_saved", about=resource, by=by, facts=facts)


@transaction.atomic
def set_hours(store: Store, hours: dict[int, tuple[time, time] | None], *, by: User, seen: str = "") -> None:
    """Open ``{weekday: (opens, closes) or None}``; None closes the weekday. Bookings stay as they are."""
    breaking.refuse_unseen(breaking.by_hours(store, hours), seen)
    for weekday, span in hours.items():
        if span is None:
            OpeningHours.objects.filter(store=store, weekday=weekday).delete()
        else:
            OpeningHours.objects.update_or_create(
                store=store, weekday=weekday, defaults={"opens": span[0], "closes": span[1]}
            )
    facts: dict[str, Any] = {
        str(day): [f"{span[0]:%H:%M}", f"{span[1]:%H:%M}"] if span else None for day, span in hours.items()
    }
    Event.record("capacity.hours_saved", about=store, by=by, store=store, facts=facts)


@transaction.atomic
def close_day(store: Store, day: date, *, reason: str, by: User, seen: str = "") -> None:
    """Take no new work on ``day``. What is booked stays until somebody moves it."""
    if day < clock.today():
        raise DomainError(_("A day that is over cannot be closed."), code="day_past")
    row, _new = CapacityDay.objects.select_for_update().get_or_create(store=store, day=day)
    if row.is_closed:
        raise DomainError(_("This day is closed already."), code="day_closed")
    breaking.refuse_unseen(breaking.by_closure(store, day), seen)
    row.is_closed, row.closed_reason = True, reason
    row.save(update_fields=["is_closed", "closed_reason"])
    Event.record("capacity.day_closed", about=row, by=by, reason=reason, facts={"day": day.isoformat()})


@transaction.atomic
def reopen_day(row: CapacityDay, *, by: User) -> None:
    """Take work again on a closed day."""
    row.refresh_from_db(from_queryset=CapacityDay.objects.select_for_update())
    if not row.is_closed:
        raise DomainError(_("This day is open already."), code="day_open")
    row.is_closed, row.closed_reason = False, ""
    row.save(update_fields=["is_closed", "closed_reason"])
    Event.record("capacity.day_reopened", about=row, by=by, facts={"day": row.day.isoformat()})


@transaction.atomic
def add_absence(
    resource: Resource, *, start: datetime, end: datetime, reason: str, by: User, seen: str = ""
) -> None:
    """``resource`` is away from ``start`` to ``end``. What is booked stays until somebody moves it."""
    resource.lock()
    breaking.refuse_unseen(breaking.by_absence(resource, start, end), seen)
    absence = Absence.objects.create(resource=resource, during=(start, end), reason=reason)
    Event.record("capacity.absence_added", about=absence, by=by, store=resource.store_id, reason=reason)


@transaction.atomic
def remove_absence(absence: Absence, *, by: User) -> None:
    """The resource is there after all."""
    Event.record("capacity.absence_removed", about=absence, by=by, store=absence.resource.store_id)
    absence.delete()
