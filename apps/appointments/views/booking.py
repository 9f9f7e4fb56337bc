"""The phone rings: from a plate or a phone tail to a booked appointment on one page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.appointments import kept, selectors, services
from apps.appointments.draft import Draft
from apps.appointments.forms import BookingForm, CallerForm
from apps.appointments.models import Appointment, BookingDraft
from apps.appointments.views.booking_page import booking_page, found_things, own_store, vehicle_of
from apps.calls.models import Call
from apps.capacity.services import restarting
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.services import register_with_vehicle
from apps.desk.once import once


@require_http_methods(["GET", "POST"])
@require_perm("appointments.book")
@restarting
@once
def appointment_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /appointments/new/ → the booking page, and the booking.

    GET takes ``vehicle``, ``q`` (a caller search without scripts), ``add`` (a thing, such as
    ``package:3@recommended``) and ``kept`` (a booking in progress to return to). A taken slot answers
    409 with the page, everything typed and alternatives.
    """
    store = own_store(request)
    if request.method == "GET":
        shown = _kept_page if "kept" in request.GET else booking_page
        return shown(request, store, request.GET)
    form = BookingForm(request.POST, user=request.user, store=store)
    draft = Draft.read(request.POST, request.user, store)
    if not (form.is_valid() and draft.is_valid):
        return booking_page(request, store, request.POST, form=form, draft=draft, status=422)
    try:
        appointment = _book(request, store, form.cleaned_data, draft)
    except DomainError as error:
        return booking_page(request, store, request.POST, form=form, draft=draft, status=409, refused=error)
    kept.discard(request.user, kept.key_of(request.POST))
    messages.success(
        request,
        _("%(number)s is booked. The customer gets a message at once.") % {"number": appointment.number},
    )
    # Booked in the middle of a call: the agent goes on where the customer still is.
    call = Call.objects.held_by(request.user, clock.now()).filter(customer=appointment.customer).first()
    if call is not None:
        return redirect(f"{call.get_absolute_url()}#form")
    return redirect("appointments:detail", appointment.pk)


def _kept_page(request: HttpRequest, store: Store, asked: QueryDict) -> HttpResponse:
    """The page with all that was typed on it before."""
    key = kept.key_of(asked)
    row = BookingDraft.objects.visible_to(request.user).filter(key=key).first() if key else None
    if row is None:
        messages.warning(request, _("This booking is not kept any more."))
        return redirect("appointments:create")
    return booking_page(request, store, row.typed())


def _book(request: HttpRequest, store: Store, data: dict[str, Any], draft: Draft) -> Appointment:
    vehicle = data["vehicle"]
    return services.book(
        store=store,
        customer=vehicle.owner,
        vehicle=vehicle,
        starts_at=data["starts_at"],
        asks=draft.asks,
        by=request.user,
        contact_name=data["contact_name"],
        contact_phone=data["contact_phone"],
        advisor=data["advisor"],
        kind=data["kind"],
        comeback_of=data["comeback_of"],
        channel=data["channel"],
        odometer_km=data["odometer_km"],
        people=data["people"],
        mobility=data["mobility"],
        fetched_from=data["fetched_from"],
        customer_words=data["customer_words"],
    )


@require_POST
@require_perm("appointments.book")
def draft_create(request: HttpRequest) -> HttpResponse:
    """POST /appointments/new/draft/ → the page as typed so far, priced and with slots; kept, not booked.

    For htmx only what depends on the items and the day.
    """
    store, partial = own_store(request), bool(request.headers.get("HX-Request"))
    draft = Draft.read(request.POST, request.user, store)
    vehicle = vehicle_of(request.user, request.POST.get("vehicle"))
    kept.keep(request.user, request.POST, vehicle=vehicle, draft=draft)
    return booking_page(request, store, request.POST, draft=draft, partial=partial)


@require_GET
@require_perm("appointments.book")
def caller_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/new/callers/?q= → vehicles with their owners."""
    text = request.GET.get("q", "")[:60]
    context = {"q": text, "callers": selectors.callers(request.user, text), "unknown": selectors.spoken(text)}
    return render(request, "appointments/_callers.html", context)


@require_GET
@require_perm("appointments.book")
def thing_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/new/things/?thing= → packages, operations and parts with hours and price."""
    store = own_store(request)
    found = found_things(request, store, request.GET.get("thing", ""))
    return render(request, "appointments/_things.html", found)


@require_POST
@require_perm("appointments.book")
@once
def caller_create(request: HttpRequest) -> HttpResponse:
    """POST /appointments/new/caller/ → a new customer with a vehicle, and on with the booking."""
    store = own_store(request)
    form = CallerForm(request.POST, prefix="new")
    if form.is_valid():
        data = form.cleaned_data
        try:
            _customer, vehicle = register_with_vehicle(
                store=store,
                by=request.user,
                customer={"name": data["name"], "phone": data["phone"]},
                vehicle={key: data[key] for key in ("plate", "vin", "model_text")},
                odometer_km=None,
            )
        except ValidationError as error:
            for name, errors in error.message_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            kept.discard(request.user, kept.key_of(request.POST))
            return redirect(f"{reverse('appointments:create')}?{urlencode({'vehicle': vehicle.pk})}")
    return booking_page(request, store, request.POST, caller_form=form, status=422)
