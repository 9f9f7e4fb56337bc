"""Verbs on one handover."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.core.errors import DomainError
from apps.desk.once import once
from apps.handover import checklists, services
from apps.handover.forms import AdvisorForm, DeliveryForm, ReasonForm, TimeForm
from apps.handover.views.handovers import find, handover_page


@require_POST
@require_perm("handover.prepare")
def tick_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/ticks/ ``list items`` (the ticked ones) → the whole list; with ``item`` that one alone.

    With htmx the counts and the button come back, never the boxes: a swap would swallow the taps that
    a quick hand makes meanwhile. Else a redirect. Ticking twice changes nothing.
    """
    handover, name = find(request, pk), request.POST.get("list", "")
    if name not in checklists.LISTS:
        return HttpResponseBadRequest()
    known, chosen = checklists.keys(name, statutory=True), request.POST.getlist("items")
    item = request.POST.get("item")
    wanted = {key: key in chosen for key in ([item] if item else known)}
    if not wanted.keys() <= set(known):
        return HttpResponseBadRequest()
    handover.tick(name, wanted)
    if request.headers.get("HX-Request"):
        return handover_page(request, find(request, pk), template="handover/_progress.html")
    return redirect(handover)


@require_POST
@require_perm("handover.prepare")
@once
def readiness_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/readiness/ → deliverable, once all is prepared."""
    handover = find(request, pk)
    handover.make_deliverable(by=request.user)
    messages.success(request, _("Deliverable. The advisor has been told."))
    return redirect(handover)


@require_POST
@require_perm("handover.prepare")
@once
def return_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/return/ ``reason`` → back into preparation."""
    handover = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return handover_page(request, handover, status=422, reason_form=form)
    handover.send_back(form.cleaned_data["reason"], by=request.user)
    return redirect(handover)


@require_POST
@require_perm("handover.deliver")
@once
def delivery_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/delivery/ → delivered."""
    handover = find(request, pk)
    form = DeliveryForm(request.POST, handover=handover)
    if not form.is_valid():
        return handover_page(request, handover, status=422, delivery_form=form)
    try:
        services.deliver(handover, form.delivery(), by=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return handover_page(request, find(request, pk), status=409, delivery_form=form)
    messages.success(request, _("Handed over. The N+15 call is in the queue for its day."))
    return redirect(handover)


@require_POST
@require_perm("handover.plan")
@once
def time_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/time/ ``planned_at reason`` → moved."""
    handover = find(request, pk)
    form = TimeForm(request.POST)
    if not form.is_valid():
        return handover_page(request, handover, status=422, time_form=form)
    handover.replan(form.cleaned_data["planned_at"], by=request.user, reason=form.cleaned_data["reason"])
    return redirect(handover)


@require_POST
@require_perm("handover.plan")
@once
def advisor_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/advisor/ ``advisor`` → another dedicated advisor."""
    handover = find(request, pk)
    form = AdvisorForm(request.POST, store=handover.store)
    if not form.is_valid():
        return handover_page(request, handover, status=422, advisor_form=form)
    services.change_advisor(handover, form.cleaned_data["advisor"], by=request.user)
    return redirect(handover)


@require_POST
@require_perm("handover.plan")
@once
def cancellation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/cancellation/ ``reason`` → cancelled, its follow-up too."""
    handover = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return handover_page(request, handover, status=422, reason_form=form)
    services.cancel(handover, form.cleaned_data["reason"], by=request.user)
    return redirect("handover:list")
