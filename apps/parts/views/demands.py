"""Demands: the queue of what may be issued, what is short, what comes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core.errors import DomainError
from apps.desk.once import once
from apps.parts import services
from apps.parts.forms import ExpectForm, ReasonForm, ReturnForm
from apps.parts.models import Demand
from apps.parts.selectors import queue

QUEUE = 200


@require_GET
@require_perm("parts.handle")
def to_issue(request: HttpRequest) -> HttpResponse:
    """GET /parts/to-issue/ → what customers consented to, and what is short. Three queries."""
    waiting = queue(request.user, QUEUE)
    sections = [(key, waiting[key]) for key in ("ready", "partly", "missing", "ahead", "out")]
    return render(request, "parts/to_issue.html", waiting | {"sections": sections})


def _demand(request: HttpRequest, pk: int) -> Demand:
    demands = Demand.objects.visible_to(request.user).select_related("part", "store")
    return get_object_or_404(demands, pk=pk)


@require_POST
@require_perm("parts.handle")
@once
def issue_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/issue/ → everything that is there for the demand goes out."""
    demand = _demand(request, pk)
    movement = services.issue(demand, by=request.user)
    messages.success(
        request,
        _("%(quantity)s × %(part)s issued to %(purpose)s.")
        % {
            "quantity": services.amount_of(-movement.quantity),
            "part": demand.part,
            "purpose": demand.purpose,
        },
    )
    return redirect("parts:to_issue")


@require_POST
@require_perm("parts.handle")
@once
def expectation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/expected/: the day on which the missing part arrives; empty: unknown."""
    demand = _demand(request, pk)
    form = ExpectForm(request.POST)
    if not form.is_valid():
        raise DomainError(" ".join(form.errors["expected_on"]), code="invalid_date")
    services.expect(demand, form.cleaned_data["expected_on"], by=request.user)
    return redirect("parts:to_issue")


@require_POST
@require_perm("parts.handle")
@once
def return_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/return/: issued parts come back to the shelf."""
    demand = _demand(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        raise DomainError(
            " ".join(str(message) for errors in form.errors.values() for message in errors), code="invalid"
        )
    services.return_(demand, form.cleaned_data["quantity"], by=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("%(part)s is back on the shelf.") % {"part": demand.part})
    return redirect("parts:to_issue")


@require_POST
@require_perm("parts.handle")
@once
def release_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/release/: give up a reservation so that another order can have the part."""
    demand = _demand(request, pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    services.release_reservation(demand, by=request.user, reason=reason)
    messages.success(request, _("The reservation for %(purpose)s is given up.") % {"purpose": demand.purpose})
    return redirect("parts:to_issue")


@require_POST
@require_perm("parts.handle")
@once
def reservation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/reservation/: reserve for this demand what is free now."""
    services.reserve(_demand(request, pk))
    return redirect("parts:to_issue")
