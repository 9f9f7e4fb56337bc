"""Bookings in progress that are kept for their owner."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.appointments import kept
from apps.appointments.models import BookingDraft
from apps.appointments.views.booking_page import vehicle_of


@require_POST
@require_perm("appointments.book")
def kept_create(request: HttpRequest) -> HttpResponse:
    """POST /appointments/new/kept/ with the booking page as typed → an empty page for the next caller.

    With ``quiet``, as the page is left, only 204.
    """
    vehicle = vehicle_of(request.user, request.POST.get("vehicle"))
    is_kept = kept.keep(request.user, request.POST, vehicle=vehicle)
    if "quiet" in request.POST:
        return HttpResponse(status=204)
    if is_kept:
        messages.success(request, _("Kept. You find it at the top and on “My work”."))
    return redirect("appointments:create")


@require_POST
@require_perm("appointments.book")
def kept_discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """POST /appointments/new/kept/<key>/discard/ → it is gone; back to the page."""
    get_object_or_404(BookingDraft.objects.visible_to(request.user), key=key)
    kept.discard(request.user, key)
    return redirect("appointments:create")
