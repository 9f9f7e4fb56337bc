"""The preparation chain: what is to be ready by when, and who says that it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import preparation, selectors
from apps.appointments.models import PreparationStep
from apps.appointments.views.appointments import detail_page, own
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.once import once

BESIDE_THE_STEP = {"parts_short", "reason_missing"}
"""Refusals that the person at the form can answer there."""


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


@require_POST
@require_perm("appointments.prepare")
@once
def completion_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/completion/ with ``note`` → done."""
    step, note = _own(request, pk), request.POST.get("note", "")
    try:
        preparation.complete(step, by=request.user, note=note)
    except DomainError as error:
        return _refused(request, step, error, note=note)
    messages.success(request, _("%(step)s: done.") % {"step": step})
    return redirect("appointments:detail", step.appointment_id)


@require_POST
@require_perm("appointments.prepare")
@once
def failure_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/failure/ with ``reason`` → the advisor calls the customer before he comes."""
    step, reason = _own(request, pk), request.POST.get("reason", "")
    try:
        preparation.fail(step, reason=reason, by=request.user)
    except DomainError as error:
        return _refused(request, step, error, reason=reason)
    messages.warning(request, _("%(step)s: not possible. The advisor calls the customer.") % {"step": step})
    return redirect("appointments:detail", step.appointment_id)


def _refused(request: HttpRequest, step: PreparationStep, error: DomainError, **typed: str) -> HttpResponse:
    """The appointment's page again, with the message beside the step and what was typed."""
    if error.code not in BESIDE_THE_STEP:
        raise error
    refused = {"pk": step.pk, "message": error.message, **typed}
    return detail_page(request, own(request, step.appointment_id), step_refused=refused)
