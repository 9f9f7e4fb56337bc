"""The gate: who has arrived."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments.models import Appointment
from apps.core import plates
from apps.customers.models import Vehicle
from apps.desk.once import once
from apps.reception import selectors, services


@require_GET
@require_perm("reception.arrive")
def arrival(request: HttpRequest) -> HttpResponse:
    """GET /reception/arrival/?plate= → what is known of the plate; without it who is expected today."""
    text = request.GET.get("plate", "").strip()[:30]
    context = {
        "text": text,
        "plate": plates.normalise(text),
        "plate_kind": plates.kind(plates.normalise(text)),
        "candidates": selectors.candidates(request.user, text) if text else [],
        "expected": [] if text else selectors.expected_today(request.user)[:100],
        "register_url": _register_url(plates.normalise(text))
        if request.user.has_perm("customers.edit")
        else "",
    }
    return render(request, "reception/arrival.html", context)


@require_POST
@require_perm("reception.arrive")
@once
def arrive(request: HttpRequest) -> HttpResponse:
    """POST /reception/arrivals/ (vehicle or appointment, waits_here) → the gate, ready for the next."""
    store = request.user.store
    if store is None:
        raise Http404
    vehicle = appointment = None
    if request.POST.get("appointment"):
        appointment = get_object_or_404(
            Appointment.objects.visible_to(request.user).filter(store=store),
            pk=_number(request, "appointment"),
        )
    else:
        vehicle = get_object_or_404(
            Vehicle.objects.in_group_of(request.user).select_related("owner__advisor"),
            pk=_number(request, "vehicle"),
        )
    visit = services.arrive(
        store,
        by=request.user,
        vehicle=vehicle,
        appointment=appointment,
        waits_here=request.POST.get("waits_here") == "1",
    )
    if visit.advisor:
        told = _("%(vehicle)s is registered as arrived; %(advisor)s has been told.")
    else:
        told = _("%(vehicle)s is registered as arrived; it waits for the next free advisor.")
    messages.success(request, told % {"vehicle": visit.vehicle, "advisor": visit.advisor})
    return redirect("reception:arrival")


def _number(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _register_url(plate: str) -> str:
    """Where an unknown plate is registered, coming back here afterwards."""
    back = f"{reverse('reception:arrival')}?{urlencode({'plate': plate})}"
    return f"{reverse('customers:create')}?{urlencode({'plate': plate, 'next': back})}"
