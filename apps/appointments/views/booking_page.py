"""What the booking page shows: the caller, his file, the items as typed, the day with its slots."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from apps.accounts.models import Store, User
from apps.appointments import documents, kept, promises, selectors, waiting
from apps.appointments.draft import Draft
from apps.appointments.forms import BookingForm, CallBackForm, CallerForm, WishForm
from apps.appointments.models import Appointment, AppointmentItem, BookingDraft, WaitingEntry
from apps.capacity import slots
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from apps.messaging import quiet

STRIP_DAYS = 7
LOOK_AHEAD_DAYS = 14
FARTHEST_DAYS = 180
CALL_BACK_WITHIN = timedelta(hours=2)


def own_store(request: HttpRequest) -> Store:
    """Where is booked: the person's own store."""
    if request.user.store is None:
        raise Http404
    return request.user.store


def booking_page(
    request: HttpRequest,
    store: Store,
    data: QueryDict,
    *,
    form: BookingForm | None = None,
    draft: Draft | None = None,
    status: int = 200,
    refused: DomainError | None = None,
    partial: bool = False,
    caller_form: CallerForm | None = None,
    wish_form: WishForm | None = None,
    promise_form: CallBackForm | None = None,
) -> HttpResponse:
    """The page as typed so far, with what was refused."""
    vehicle = vehicle_of(request.user, data.get("vehicle"))
    context: dict[str, Any] = _in_progress(request, data)
    if vehicle is None:
        context |= _caller_context(request.user, data, caller_form)
        return render(request, "appointments/book.html", context, status=status)
    masked = not Vehicle.objects.visible_to(request.user).filter(pk=vehicle.pk).exists()
    draft = draft or Draft.read(data, request.user, store)
    if form is None:
        form = _unsaved_form(request, store, vehicle, data, masked=masked)
    context |= _slot_context(data, form, draft, store) | _told(vehicle, form, draft, store)
    context |= {
        "form": form,
        "wish_form": wish_form or _unsaved_wish(context["day"], data),
        "promise_form": promise_form or _unsaved_promise(data),
        "wishes": AppointmentItem.Wish.choices,
        "caller": selectors.caller(vehicle, masked=masked),
        "vehicle": vehicle,
        "refused": refused,
        "alternatives": alternatives(refused),
    }
    if partial:
        return render(request, "appointments/_draft.html", context, status=status)
    if not masked:
        context |= _file(vehicle, request.user)
    context |= found_things(request, store, data.get("thing", "")) | _promised(vehicle, store)
    return render(request, "appointments/book.html", context, status=status)


def _in_progress(request: HttpRequest, data: QueryDict) -> dict[str, Any]:
    """The page's own key, and the other bookings that are kept. One query, when drawn."""
    key = kept.key_of(data)
    rows = BookingDraft.objects.visible_to(request.user).order_by("-saved_at", "-pk")
    return {
        "kept_key": key or uuid.uuid4(),
        "kept_rows": rows.exclude(key=key) if key else rows,
        "is_typed": data is not request.GET,
    }


def _caller_context(user: User, data: QueryDict, form: CallerForm | None) -> dict[str, Any]:
    """Who is calling: the hits, or the form for a new customer with what was typed or said."""
    text = data.get("q", "")
    callers = selectors.callers(user, text) if text else []
    said = {name: data[f"new-{name}"] for name in CallerForm.base_fields if data.get(f"new-{name}")}
    if text and not callers:
        said |= selectors.spoken(text)
    new = form or CallerForm(prefix="new", initial=said)
    return {"q": text, "callers": callers, "caller_form": new, "is_new": bool(form or said)}


def _told(vehicle: Vehicle, form: BookingForm, draft: Draft, store: Store) -> dict[str, Any]:
    """The items with what is on the shelf, and what the customer brings. At most three queries."""
    draft.look_at_shelf(store)
    kind, mobility = (str(form[name].value() or "") for name in ("kind", "mobility"))
    return {"draft": draft, "bring": documents.of(vehicle, draft.lines, kind, mobility)}


def _file(vehicle: Vehicle, user: User) -> dict[str, Any]:
    """What the vehicle's file says to whoever may open it. At most six queries."""
    file = selectors.file_of(vehicle) | selectors.service_due(vehicle, user)
    return file | {"offers": _offers(file["recommendations"], user)}


def _promised(vehicle: Vehicle, store: Store) -> dict[str, Any]:
    """What the car is booked for already, what it waits for, which calls we owe. Three queries."""
    return {
        "owed": list(promises.open_promises(vehicle, store)[:3]),
        "booked": list(Appointment.objects.open().filter(vehicle=vehicle).select_related("store")[:3]),
        "waits": WaitingEntry.objects.of_car(vehicle).select_related("store").first(),
    }


def vehicle_of(user: User, pk: str | None) -> Vehicle | None:
    """The group's vehicle that the page is about. One query."""
    if not pk or not pk.isdecimal():
        return None
    rows = Vehicle.objects.in_group_of(user).select_related("owner__advisor", "driver", "model__brand")
    return rows.filter(pk=pk).first()


def _unsaved_form(
    request: HttpRequest, store: Store, vehicle: Vehicle, data: QueryDict, *, masked: bool
) -> BookingForm:
    """The form with what is known, or with what was typed so far, unjudged."""
    channel, kind = data.get("channel", ""), data.get("kind", "")
    known = {
        "vehicle": vehicle.pk,
        "kind": kind if kind in Appointment.Kind.values else Appointment.Kind.MAINTENANCE_REPAIR,
        "channel": channel if channel in Appointment.Channel.values else Appointment.Channel.PHONE,
        "people": 1,
        "advisor": _usual_advisor(request.user, store, vehicle),
    }
    if not masked:
        phone = phones.display(vehicle.owner.phone) if vehicle.owner.phone else ""
        known |= {"contact_name": vehicle.owner.name, "contact_phone": phone}
    form = BookingForm(initial=known, user=request.user, store=store)
    if data is not request.GET:
        form.initial = {**form.initial, **{name: data[name] for name in form.fields if name in data}}
    return form


def _unsaved_wish(day: date, data: QueryDict) -> WishForm:
    """The wish with what was typed so far, unjudged; the day that is shown as long as no other was typed."""
    typed = {name: data[f"wish-{name}"] for name in WishForm.base_fields if f"wish-{name}" in data}
    if typed.get("from_day") == typed.get("till_day") == data.get("shown_day"):
        typed = {name: value for name, value in typed.items() if name not in ("from_day", "till_day")}
    return WishForm(prefix="wish", initial={"from_day": day, "till_day": day, **typed})


def _unsaved_promise(data: QueryDict) -> CallBackForm:
    """The promise with what was typed so far; within two hours, on a full quarter, never at night."""
    now = clock.now()
    soon = timezone.localtime(now + CALL_BACK_WITHIN + timedelta(minutes=14))
    at = soon.replace(minute=soon.minute // 15 * 15, second=0, microsecond=0)
    if quiet.is_quiet(at):
        at = waiting.next_morning(now) + CALL_BACK_WITHIN
    typed = {name: data[f"back-{name}"] for name in CallBackForm.base_fields if data.get(f"back-{name}")}
    return CallBackForm(initial={"due_at": at, **typed})


def _usual_advisor(user: User, store: Store, vehicle: Vehicle) -> int | None:
    """The customer's dedicated advisor if that person receives here, else whoever is free."""
    receiving = set(selectors.receivers(store).values_list("pk", flat=True))
    return vehicle.owner.advisor_id if vehicle.owner.advisor_id in receiving else None


def _slot_context(data: QueryDict, form: BookingForm, draft: Draft, store: Store) -> dict[str, Any]:
    """The chosen day with its slots, the days beside it, and the chosen slot. Five queries."""
    now, today = clock.now(), clock.today()
    advisor = str(form["advisor"].value() or "")
    kind = str(form["kind"].value() or "")
    people = str(form["people"].value())
    needs = draft.needs(
        kind,
        int(advisor) if advisor.isdecimal() else None,
        people=int(people) if people.isdecimal() else 1,
        mobility=str(form["mobility"].value() or ""),
    )
    chosen = _moment(form["starts_at"].value())
    wanted = asked_day(_wanted_day(data, chosen), today)
    day_context = slot_days(store, needs, wanted, now)
    slot = next((s for s in day_context["slots"] if s.starts_at == chosen), None)
    gone = chosen if chosen and not slot else None
    return {**day_context, "chosen": chosen, "slot": slot, "needs": needs, "gone": gone}


def _wanted_day(data: QueryDict, chosen: datetime | None) -> str:
    """The day to show: a pressed button, a date that was just picked, the chosen time's, else as before."""
    shown = data.get("shown_day", "")
    picked = data.get("jump", "")
    if data.get("day") or (picked and picked != shown):
        return data.get("day") or picked
    return f"{timezone.localdate(chosen):%Y-%m-%d}" if chosen and timezone.is_aware(chosen) else shown


def asked_day(text: str | None, today: date, *, earliest: date | None = None) -> date | None:
    """The day that was asked for, if it can be shown; days before ``earliest`` (today) become it."""
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return min(max(day, earliest or today), today + timedelta(days=FARTHEST_DAYS)) if day else None


def slot_days(
    store: Store, needs: slots.Needs, wanted: date | None, now: datetime, without: Any = None
) -> dict[str, Any]:
    """A day's timeline and the strip of days around it; without a wish the first day with a slot."""
    today = clock.today()
    first = max(today, wanted - timedelta(days=2)) if wanted else today
    views = slots.days(store, needs=needs, date_from=first, days=LOOK_AHEAD_DAYS, now=now, without=without)
    view = next((v for v in views if v.day == wanted), None) if wanted else None
    view = view or next((v for v in views if v.slots), views[0])
    at = views.index(view)
    start = max(0, min(at - 2, len(views) - STRIP_DAYS))
    return {
        "day": view.day,
        "day_view": view,
        "slots": view.slots,
        "timeline": selectors.timeline(view),
        "strip": selectors.strip(views[start : start + STRIP_DAYS], view.day, today),
        "next_day": next((v.day for v in views[at + 1 :] if v.slots), None),
    }


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return parse_datetime(str(value)) if value else None
    except ValueError:
        return None


def alternatives(refused: DomainError | None) -> list[dict[str, Any]]:
    """What a taken slot offers instead, with real moments for the page."""
    if refused is None:
        return []
    return [
        {**a, "at": datetime.fromisoformat(a["starts_at"]), "till": datetime.fromisoformat(a["ends_at"])}
        for a in refused.extra.get("alternatives", [])
    ]


def found_things(request: HttpRequest, store: Store, text: str) -> dict[str, Any]:
    """Search hits priced as rows, for the list under the box."""
    found = selectors.things(request.user, text[:60])
    asked = [(f"{hit['kind']}:{hit['thing'].pk}", "1", "") for hit in found]
    return {"thing": text, "hits": Draft.of(asked, request.user, store).rows if asked else []}


def _offers(recommendations: list, user: User) -> dict[str, str]:
    """``{operation code: "operation:12"}`` of what recommendations can put on the list. One query."""
    codes = {r.operation_code for r in recommendations if r.operation_code}
    if not codes:
        return {}
    rows = selectors.KINDS["operation"].objects.visible_to(user).active().filter(code__in=codes)
    return {code: f"operation:{pk}" for code, pk in rows.values_list("code", "pk")}
