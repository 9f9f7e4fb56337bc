"""Furnished stores and moments, for this room's tests and for later rooms'."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.accounts.models import Store, User
from apps.capacity.models import OpeningHours, Resource
from apps.capacity.services import seed
from apps.core import clock


def furnish(store: Store) -> Store:
    """Bays, the store's technicians and advisors, and hours from 8 to 18 on all days."""
    seed(store, User.objects.filter(store=store, is_active=True).order_by("pk"))
    return store


def tomorrow(hour: int = 9, minute: int = 0, *, days: int = 1) -> datetime:
    """A moment on a coming day in the active zone."""
    day = timezone.localdate(clock.now()) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def hours(store: Store, opens: int = 8, closes: int = 18) -> None:
    """Open every day from ``opens`` to ``closes`` o'clock."""
    for weekday in range(1, 8):
        OpeningHours.objects.update_or_create(
            store=store, weekday=weekday, defaults={"opens": time(opens), "closes": time(closes)}
        )


def bay(store: Store, name: str = "Bay", kind: str = "general", **fields) -> Resource:
    """One bay."""
    return Resource.objects.create(store=store, kind="bay", name=name, bay_kind=kind, **fields)


def technician(store: Store, person: User, *skills: str, **fields) -> Resource:
    """One technician with ``skills`` (default general)."""
    return Resource.objects.create(
        store=store, kind="technician", name=person.name, person=person,
        skills=list(skills) or ["general"], **fields,
    )  # fmt: skip


def advisor(store: Store, person: User, **fields) -> Resource:
    """One advisor who receives."""
    return Resource.objects.create(store=store, kind="advisor", name=person.name, person=person, **fields)


def narrow_house(cast) -> None:
    """One general bay, one technician, one advisor: the last place is also the first."""
    hours(cast.store)
    bay(cast.store)
    technician(cast.store, cast.technician)
    advisor(cast.store, cast.advisor)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment on ``day`` in the active zone."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
