"""What the booking page reads across rooms: callers, things to be done, what is on the vehicle's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.appointments.models import Appointment, WaitingEntry, with_preparation
from apps.capacity.models import Resource
from apps.capacity.needs import Closed, DayView, Slot
from apps.catalog.models import LabourOperation, Package, Part
from apps.catalog.selectors import service_package
from apps.core import clock, phones, plates, when
from apps.customers import due
from apps.customers.models import Vehicle, keys

CALLERS, THINGS, HISTORY, WAITING = 8, 8, 5, 300
KINDS: dict[str, Any] = {"package": Package, "operation": LabourOperation, "part": Part}


def callers(user: User, text: str) -> list[dict[str, Any]]:
    """Vehicles found under a plate, VIN tail, phone tail or name: ``[{vehicle, name, phone, masked}]``.

    Of the whole group; those of other stores masked. Two queries.
    """
    if not text.strip():
        return []
    owned = Q(owner__in=keys.ids(keys.CUSTOMER, text)) | Q(driver__in=keys.ids(keys.CUSTOMER, text))
    found = (
        Vehicle.objects.in_group_of(user)
        .filter(Q(pk__in=keys.ids(keys.VEHICLE, text)) | owned)
        .select_related("owner", "model__brand")
        .order_by("plate", "pk")[:CALLERS]
    )
    vehicles = list(found)
    ours = set(
        Vehicle.objects.visible_to(user).filter(pk__in=[v.pk for v in vehicles]).values_list("pk", flat=True)
    )
    return [caller(vehicle, masked=vehicle.pk not in ours) for vehicle in vehicles]


def spoken(text: str) -> dict[str, str]:
    """What a text that finds nobody says of a new customer, ``{field: value}``; of half a number, nothing."""
    text = text.strip()
    if plates.kind(plates.normalise(text)):
        return {"plate": text}
    if text and not any(c.isdigit() for c in text):
        return {"name": text}
    return {"phone": text} if len(text) >= 7 and not any(c.isalpha() for c in text) else {}


def caller(vehicle: Vehicle, *, masked: bool) -> dict[str, Any]:
    """One vehicle with its owner as the page shows them."""
    owner = vehicle.owner
    return {
        "vehicle": vehicle,
        "name": owner.masked_name if masked else owner.name,
        "phone": (phones.mask(owner.phone) if masked else phones.display(owner.phone)) if owner.phone else "",
        "masked": masked,
    }


def file_of(vehicle: Vehicle) -> dict[str, Any]:
    """Past visits, running campaigns and open recommendations. Three queries."""
    return {
        "campaigns": list(vehicle.campaigns.due(clock.today())),
        "records": list(vehicle.service_records.order_by("-arrived_on", "-pk")[:HISTORY]),
        "recommendations": list(
            vehicle.recommendations.open().order_by("-is_safety_relevant", "-pk")[:HISTORY]
        ),
    }


def service_due(vehicle: Vehicle, user: User) -> dict[str, Any]:
    """The next scheduled service with the package that fits. Three queries."""
    service = due.of_vehicle(vehicle)
    if service is None or vehicle.model is None:
        return {}
    today = clock.today()
    tone, words = ("wait", _("Service later"))
    if service.is_overdue(today):
        tone, words = "late", _("Service overdue")
    elif service.is_soon(today):
        tone, words = "block", _("Service soon")
    return {
        "service": service,
        "service_tone": tone,
        "service_words": words,
        "service_package": service_package(user, vehicle.model, service.number_km),
    }


def things(user: User, text: str) -> list[dict[str, Any]]:
    """Packages, operations and parts by name or code: ``[{kind, thing}]``. Three queries."""
    text = text.strip()
    if not text:
        return []
    match = Q(name__icontains=text) | Q(code__istartswith=text)
    found = []
    for kind, model in KINDS.items():
        rows = model.objects.visible_to(user).active().filter(match).order_by("code")[:THINGS]
        if model is Package:
            rows = rows.prefetch_related("lines__operation", "lines__part")
        found += [{"kind": kind, "thing": row} for row in rows]
    return found[: 2 * THINGS]


def receivers(store: Store) -> QuerySet[User]:
    """Advisors with a reception in ``store``."""
    known = Resource.objects.filter(store=store, kind=Resource.Kind.ADVISOR, is_active=True).values("person")
    return User.objects.active().filter(pk__in=known).order_by("name", "pk")


def timeline(view: DayView) -> list[dict[str, Any]]:
    """A day in order of time: ``{"hour", "slots"}`` for offered starts, ``{"closed"}`` for the others."""
    pieces: list[tuple[datetime, Slot | Closed]] = [
        *((slot.starts_at, slot) for slot in view.slots),
        *((closed.from_at, closed) for closed in view.closed),
    ]
    rows: list[dict[str, Any]] = []
    for moment, piece in sorted(pieces, key=lambda pair: pair[0]):
        if isinstance(piece, Closed):
            rows.append({"closed": piece})
        elif rows and rows[-1].get("hour") == moment.hour:
            rows[-1]["slots"].append(piece)
        else:
            rows.append({"hour": moment.hour, "slots": [piece]})
    return rows


def strip(views: Iterable[DayView], chosen: date, today: date) -> list[dict[str, Any]]:
    """The days to choose from: ``[{day, words, count, is_chosen, first}]``."""
    return [
        {
            "day": view.day,
            "words": when.day_words(view.day, today),
            "count": len(view.slots),
            "shut": view.shut,
            "is_chosen": view.day == chosen,
        }
        for view in views
    ]


def day_list(user: User, day: date, *, advisor: int | None = None, status: str = "") -> QuerySet[Appointment]:
    """Appointments of one day with all that a row shows. One query."""
    rows = Appointment.objects.visible_to(user).arriving_on(day)
    if advisor:
        rows = rows.filter(advisor_id=advisor)
    if status:
        rows = rows.filter(status=status)
    return with_preparation(rows).select_related("vehicle__model__brand", "customer", "advisor")


def waiting_list(user: User, *, closed: bool = False) -> list[WaitingEntry]:
    """Who waits, in recorded order, with the ``place`` in the store; or who did, last first. One query."""
    rows = WaitingEntry.objects.visible_to(user).select_related(
        "vehicle__model__brand", "advisor", "receiver", "store", "appointment"
    )
    if closed:
        return list(rows.filter(status__in=WaitingEntry.ENDS).order_by("-pk")[:WAITING])
    places: Counter[int] = Counter()
    entries = list(rows.open().order_by("pk")[:WAITING])
    for entry in entries:
        places[entry.store_id] += 1
        entry.place = places[entry.store_id]
    return entries


PREPARED_DAYS = 4


def to_prepare(user: User, now: datetime, *, mine: bool, everything: bool) -> list[dict[str, Any]]:
    """The cars of today and the four days after it, by day, each with its steps by kind. Two queries.

    ``[{day, sign, rows: [{appointment, steps, is_ready, is_late}]}]``; without ``everything`` only those
    that are not ready.
    """
    today = timezone.localdate(now)
    last = clock.at(today + timedelta(days=PREPARED_DAYS + 1), 0)
    rows = Appointment.objects.visible_to(user).open().filter(arrives_at__gte=clock.at(today, 0))
    rows = rows.filter(arrives_at__lt=last).select_related("vehicle__model__brand", "advisor")
    rows = rows.prefetch_related("steps").order_by("arrives_at", "pk")
    days: dict[date, list[dict[str, Any]]] = {}
    for appointment in rows.of_advisor(user) if mine else rows:
        steps = {step.kind: step for step in appointment.steps.all()}
        is_ready = bool(steps) and not any(step.is_open for step in steps.values())
        if everything or not is_ready:
            day = days.setdefault(timezone.localdate(appointment.arrives_at), [])
            late = any(step.is_late(now) or step.state == "failed" for step in steps.values())
            day.append({"appointment": appointment, "steps": steps, "is_ready": is_ready, "is_late": late})
    return [
        {"day": day, "sign": f"N-{(day - today).days}" if day > today else "N", "rows": found}
        for day, found in days.items()
    ]
