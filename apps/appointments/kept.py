"""The phone rings in the middle: keep a booking in progress, and forget it when it is done."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from apps.accounts.models import User
from apps.appointments.draft import Draft
from apps.appointments.models import BookingDraft
from apps.appointments.models.kept import AT_MOST
from apps.core import clock
from apps.customers.models import Vehicle
from apps.desk.models import OnceKey

PLUMBING = {"csrfmiddlewaretoken", "_once", "quiet", "add", "remove", "day", "jump"}
LONGEST, MOST_VALUES = 2_100, 60
PAGES = ("appointments:create", "appointments:waiting_create", "appointments:caller_create")


def key_of(data: QueryDict) -> uuid.UUID | None:
    """Which page was typed on."""
    try:
        return uuid.UUID(str(data.get("kept", "")))
    except ValueError:
        return None


def keep(user: User, data: QueryDict, *, vehicle: Vehicle | None, draft: Draft | None = None) -> bool:
    """Keep what was typed under the page's key; at most five a person, the oldest goes. Three queries.

    ``draft`` are the items as they stand after a press. Nothing is kept of a page that is carried out
    already: the booking may overtake an answer.
    """
    key, typed = key_of(data), _typed(data, draft)
    worth = vehicle is not None or any(_first(typed, f"new-{name}") for name in ("name", "phone", "plate"))
    if key is None or not worth or _is_done(user, data):
        return False
    row = BookingDraft(
        owner=user,
        key=key,
        vehicle=vehicle,
        plate=vehicle.plate if vehicle else _first(typed, "new-plate")[:20],
        name=_first(typed, "contact_name" if vehicle else "new-name")[:100],
        data=typed,
        saved_at=clock.now(),
    )
    BookingDraft.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["owner", "key"],
        update_fields=["vehicle", "plate", "name", "data", "saved_at"],
    )
    mine = BookingDraft.objects.filter(owner=user)
    mine.exclude(pk__in=mine.order_by("-saved_at", "-pk").values("pk")[:AT_MOST]).delete()
    return True


def discard(user: User, key: uuid.UUID | None) -> None:
    """It was booked, put on the waiting list, or is not wanted any more."""
    if key is not None:
        BookingDraft.objects.filter(owner=user, key=key).delete()


def forget_old(now: datetime | None = None) -> int:
    """Delete what nobody came back to in 12 hours; returns how many."""
    count, _by_model = BookingDraft.objects.over(now or clock.now()).delete()
    return count


def _typed(data: QueryDict, draft: Draft | None) -> dict[str, list[str]]:
    """The fields without what the page needs for itself, as it stands after a press."""
    typed = {
        name: [value[:LONGEST] for value in values[:MOST_VALUES]]
        for name, values in data.lists()
        if name not in PLUMBING
    }
    if draft is not None:
        typed["item"] = [row.key for row in draft.rows]
        typed["quantity"] = [row.quantity_text for row in draft.rows]
        typed["wish"] = [row.wish for row in draft.rows]
    if day := data.get("day") or data.get("jump"):
        typed["shown_day"] = [day[:10]]
    return typed


def _first(typed: dict[str, list[str]], name: str) -> str:
    return (typed.get(name) or [""])[-1]


def _is_done(user: User, data: QueryDict) -> bool:
    pages = [reverse(page) for page in PAGES]
    token = data.get("_once", "")[:80]
    marks = OnceKey.objects.filter(user=user, key=token, path__in=pages, status__range=(300, 399))
    return bool(token) and marks.exists()
