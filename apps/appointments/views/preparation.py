"""The preparation chain: what is to be ready by when, and who says that it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import preparation, selectors
from apps.appointments.models import PreparationStep
from apps.core import clock
from apps.desk.once import once


@require_GET
@require_perm("appointments.see")
def preparation_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/preparation/?mine=1&all=1 → cars of the next days and their steps."""
    mine, everything = bool(request.GET.get("mine")), bool(request.GET.get("all"))
    days = selectors.to_prepare(request.user, clock.now(), mine=mine, everything=everything)
    count = sum(len(day["rows"]) for day in days)
    context = {
        "days": days,
        "kinds": PreparationStep.Kind.choices,
        "mine": mine,
        "everything": everything,
        "summary": ngettext("%(n)d car", "%(n)d cars", count) % {"n": count},
    }
    template = "_preparation_rows.html" if request.headers.get("HX-Request") else "preparation.html"
    return render(request, f"appointments/{template}", context)


def _own(request: HttpRequest, pk: int) -> PreparationStep:
    rows = PreparationStep.objects.visible_to(request.user).select_related(
        "appointment__vehicle", "appointment__advisor", "appointment__store", "appointment__holder",
        "appointment__customer",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def _back(request: HttpRequest, step: PreparationStep) -> HttpResponse:
    """To the page whose button was pressed, if it is one of ours."""
    wanted = request.POST.get("back", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("appointments:detail", step.appointment_id)


@require_POST
@require_perm("appointments.prepare")
@once
def completion_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/completion/ with ``note`` → done."""
    step = _own(request, pk)
    preparation.complete(step, by=request.user, note=request.POST.get("note", ""))
    messages.success(request, _("%(step)s: done.") % {"step": step})
    return _back(request, step)


@require_POST
@require_perm("appointments.prepare")
@once
def failure_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/failure/ with ``reason`` → the advisor calls the customer before he comes."""
    step = _own(request, pk)
    preparation.fail(step, reason=request.POST.get("reason", ""), by=request.user)
    messages.warning(request, _("%(step)s: not possible. The advisor calls the customer.") % {"step": step})
    return _back(request, step)
