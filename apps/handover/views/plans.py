"""Planning a handover: the VIN first, then everything else on the same page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require_perm
from apps.desk.once import once
from apps.handover import planning
from apps.handover.forms import PlanForm, VinForm
from apps.handover.models import Handover


@require_http_methods(["GET", "POST"])
@require_perm("handover.plan")
@once
def plan(request: HttpRequest) -> HttpResponse:
    """GET /handovers/new/?vin= → the form for that car; POST → the handover's page."""
    user = request.user
    if user.store is None:
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    vin_form = VinForm(given) if "vin" in given else VinForm()
    if not vin_form.is_bound or not vin_form.is_valid():
        return _page(request, vin_form, status=422 if vin_form.is_bound else 200)
    known, shown = planning.known(user, vin_form.cleaned_data["vin"])
    form = PlanForm(request.POST or None, store=user.store, known=known, owner_shown=shown)
    if request.method == "POST" and form.is_valid():
        handover = planning.save(user, user.store, vin_form, form)
        if handover is not None:
            messages.success(request, _("Planned. Now tick the preparation."))
            return redirect(handover)
    taken = Handover.objects.visible_to(user).expected().filter(vehicle=known) if known else None
    context = {"form": form, "known": known, "owner_shown": shown, "taken": taken.first() if taken else None}
    return _page(request, vin_form, status=422 if form.errors else 200, **context)


def _page(request: HttpRequest, vin_form: VinForm, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "handover/plan.html", {"vin_form": vin_form, **context}, status=status)
