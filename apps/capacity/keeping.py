"""Verbs of the settings page: what the store has, when it is open, who is away.

Those that take something away raise ``breaking.Breaks`` until the bookings they break are ``seen``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.capacity import breaking
from apps.capacity.models import (
    PUBLIC_HOLIDAY,
    Absence,
    Blackout,
    CapacityDay,
    OpeningHours,
    Resource,
)
from apps.catalog.models import BayKind, SkillLevel
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event

Held = dict[str, tuple[int, date | None]]
"""A technician's skills: level and the last day on which he may, by skill."""


@transaction.atomic
def record_saved(resource: Resource, *, by: User, held: Held | None = None, seen: str = "") -> None:
    """History of a bay, tool or person that was saved; ``held`` are all of a technician's skills."""
    facts: dict[str, Any] = {"name": resource.name, "kind": resource.kind, "is_active": resource.is_active}
    if held is not None:
        _write_skills(resource, held)
        facts["skills"] = {skill: [level, day and day.isoformat()] for skill, (level, day) in held.items()}
    gone = breaking.unfit(resource) if resource.is_active else breaking.by_leaving(resource)
    breaking.refuse_unseen(gone, seen, by=by)
    Event.record("capacity.resource_saved", about=resource, by=by, facts=facts)


def _write_skills(resource: Resource, held: Held) -> None:
    """Only what differs from "skilled, for good" has a row."""
    resource.skills = list(held)
    resource.save(update_fields=["skills"])
    told = {skill: have for skill, have in held.items() if have != (SkillLevel.SKILLED, None)}
    resource.qualifications.exclude(skill__in=told).delete()
    for skill, (level, day) in told.items():
        resource.qualifications.update_or_create(skill=skill, defaults={"level": level, "valid_until": day})


@transaction.atomic
def set_hours(store: Store, hours: breaking.HoursByKind, *, by: User, seen: str = "") -> None:
    """Open ``{kind of day: (opens, closes) or None}``: None closes a weekday or the public holidays.

    Left out, a kind has no hours of its own: public holidays and worked weekends are as their weekday.
    """
    breaking.refuse_unseen(breaking.by_hours(store, hours), seen, by=by)
    OpeningHours.objects.filter(store=store).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=kind, opens=span and span[0], closes=span and span[1])
        for kind, span in hours.items()
        if span or kind == PUBLIC_HOLIDAY
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
    breaking.refuse_unseen(breaking.by_closure(store, day), seen, by=by)
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
    breaking.refuse_unseen(breaking.by_absence(resource, start, end), seen, by=by)
    absence = Absence.objects.create(resource=resource, during=(start, end), reason=reason)
    Event.record("capacity.absence_added", about=absence, by=by, store=resource.store_id, reason=reason)


@transaction.atomic
def remove_absence(absence: Absence, *, by: User) -> None:
    """The resource is there after all. What an incident made, its card takes back."""
    if absence.incident is not None:
        raise DomainError(
            _("This absence belongs to the incident “%(incident)s”. End the incident on its card.")
            % {"incident": absence.incident},
            code="absence_of_incident",
        )
    Event.record("capacity.absence_removed", about=absence, by=by, store=absence.resource.store_id)
    absence.delete()


@transaction.atomic
def set_day(row: CapacityDay, *, by: User, seen: str = "") -> None:
    """Give one day hours and limits of its own; ``row`` is locked or new, what is empty is as usual."""
    if row.day < clock.today():
        raise DomainError(_("This day is over."), code="day_past")
    breaking.refuse_unseen(breaking.by_day(row), seen, by=by)
    row.save()
    facts = {name: str(getattr(row, name)) for name in OWN if getattr(row, name) is not None}
    facts["day"] = row.day.isoformat()
    Event.record("capacity.day_set", about=row, by=by, facts=facts)


OWN = ("opens", "closes", "intake_per_hour", "people_per_hour", "reserve_percent", "express_lanes")
"""What a day may have of its own."""


@transaction.atomic
def add_blackout(
    store: Store, *, start: datetime, end: datetime, bay_kind: str, reason: str, by: User
) -> None:
    """Take no new booking that arrives from ``start`` to ``end``; empty ``bay_kind``: of any kind."""
    row = Blackout.objects.create(store=store, during=(start, end), bay_kind=bay_kind, reason=reason)
    facts = {"from": start.isoformat(), "till": end.isoformat(), "bay": str(bay_kind and BayKind(bay_kind))}
    Event.record("capacity.blackout_added", about=row, by=by, reason=reason, facts=facts)


@transaction.atomic
def remove_blackout(row: Blackout, *, by: User) -> None:
    """Bookings may arrive then after all."""
    Event.record("capacity.blackout_removed", about=row, by=by)
    row.delete()
