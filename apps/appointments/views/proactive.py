"""What is due and was called about, and the form of one such call, which lives on the call's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import proactive, proactive_page
from apps.appointments.models import ProactiveCall
from apps.appointments.proactive_forms import ProactiveForm
from apps.calls.views.outcomes import on_to
from apps.calls.views.pages import call_page, find
from apps.core.errors import DomainError
from apps.desk.once import once

BESIDE = {"nothing_booked": "result", "again_in_the_past": "again_on"}
"""Refusals that belong to a field of the form."""


@require_GET
@require_perm("appointments.see")
def due_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/due/?result=&mine=1 → what is due and not settled, or the latest of one result."""
    result, mine = request.GET.get("result", ""), bool(request.GET.get("mine"))
    context = proactive_page.due_list(request.user, result=result, mine=mine)
    return render(request, "appointments/due.html", context)


@require_POST
@require_perm("calls.make")
@once
def result_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /appointments/proactive/<call>/result/ → completed; on to the next reason, or the queue."""
    call = find(request, pk)
    row = get_object_or_404(ProactiveCall.objects.select_related("vehicle", "store"), call=call)
    form = ProactiveForm(request.POST, call=call)
    if not form.is_valid():
        return call_page(request, call, status=422, form=form)
    try:
        proactive.complete(row, by=request.user, **form.cleaned_data)
    except DomainError as error:
        form.add_error(BESIDE.get(error.code), error.message)
        return call_page(request, find(request, pk), status=409, form=form)
    messages.success(request, _("%(call)s: completed.") % {"call": call})
    return on_to(request, call)
