"""The caller is to be called back: by the advisor himself, or by a superior who is told at once."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.appointments import kept, promises
from apps.appointments.draft import Draft
from apps.appointments.forms import BookingForm, CallBackForm
from apps.appointments.views.booking_page import booking_page, own_store, vehicle_of
from apps.core import clock, when
from apps.customers.models import Vehicle
from apps.desk.once import once


@require_POST
@require_perm("appointments.book")
@once
def call_back_create(request: HttpRequest) -> HttpResponse:
    """POST /appointments/new/call-back/ with the booking page as typed → a task; the page goes on."""
    store = own_store(request)
    vehicle = vehicle_of(request.user, request.POST.get("vehicle"))
    if vehicle is None:
        raise Http404
    form = BookingForm(request.POST, user=request.user, store=store, has_time=False)
    promise = CallBackForm(request.POST, words=request.POST.get("customer_words", ""))
    if not (form.is_valid() & promise.is_valid()):
        return booking_page(request, store, request.POST, form=form, promise_form=promise, status=422)
    task = promises.call_back(
        vehicle,
        store=store,
        name=form.cleaned_data["contact_name"],
        phone=form.cleaned_data["contact_phone"],
        what=promise.cleaned_data["what"],
        due_at=promise.cleaned_data["due_at"],
        role=promise.cleaned_data["to"],
        by=request.user,
    )
    who = task.get_role_display() or request.user.name
    told = {"who": who, "time": when.words(task.due_at, clock.now())}
    messages.success(request, _("Promised: %(who)s calls back by %(time)s. The booking can go on.") % told)
    return redirect(_on_with(request, store, vehicle))


def _on_with(request: HttpRequest, store: Store, vehicle: Vehicle) -> str:
    """Where the page stands as it was typed, without the promise."""
    typed = request.POST.copy()
    for name in CallBackForm.base_fields:
        typed.pop(f"back-{name}", None)
    kept.keep(request.user, typed, vehicle=vehicle, draft=Draft.read(typed, request.user, store))
    key = kept.key_of(typed)
    asked = {"kept": key} if key else {"vehicle": vehicle.pk}
    return f"{reverse('appointments:create')}?{urlencode(asked)}"
