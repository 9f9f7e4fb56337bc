"""The inspector's queue and check, and the wash."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core.errors import DomainError
from apps.desk.once import once
from apps.quality import selectors, services
from apps.quality.forms import CheckForm, WashForm
from apps.quality.models import QualityCheck
from apps.workorders.models import WorkOrder


@require_GET
@require_perm("quality.see")
def queue(request: HttpRequest) -> HttpResponse:
    """GET /quality/ → cars waiting for their check and for the wash; with htmx the lists alone."""
    context = {
        "checks": selectors.waiting_for_check(request.user),
        "washes": selectors.waiting_for_wash(request.user),
    }
    return render(
        request, "quality/_queue.html" if request.headers.get("HX-Request") else "quality/queue.html", context
    )


@require_GET
@require_perm("quality.see")
def check(request: HttpRequest, number: str) -> HttpResponse:
    """GET /quality/<order>/ → the checklist, earlier rounds, the wash."""
    return _page(request, _find(request, number))


@require_POST
@require_perm("quality.check")
@once
def check_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/check/ ``verdict=pass|fail`` → the queue. A refusal keeps every tick."""
    order = _find(request, number)
    form = CheckForm(request.POST, order=order)
    if not form.is_valid():
        return _page(request, order, status=422, form=form)
    try:
        if request.POST.get("verdict") == "pass":
            services.pass_order(order, form.findings, by=request.user)
            messages.success(request, _("%(order)s has passed.") % {"order": order})
        else:
            services.fail_order(order, form.findings, form.reworks, by=request.user)
            messages.warning(request, _("%(order)s goes back to the workshop.") % {"order": order})
    except DomainError as refused:
        form.add_error(None, refused.message)
        return _page(request, order, status=409, form=form)
    return redirect("quality:queue")


@require_POST
@require_perm("quality.wash")
@once
def wash_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/wash/ → the queue; the car is ready."""
    order = _find(request, number)
    form = WashForm(request.POST)
    if not form.is_valid():
        return _page(request, order, status=422, wash_form=form)
    services.finish_wash(order, **form.cleaned_data, by=request.user)
    messages.success(request, _("%(order)s is ready.") % {"order": order})
    return redirect("quality:queue")


def _find(request: HttpRequest, number: str) -> WorkOrder:
    orders = WorkOrder.objects.visible_to(request.user).select_related(
        "vehicle__model__brand", "customer", "advisor", "store"
    )
    return get_object_or_404(orders, number=number)


def _page(request: HttpRequest, order: WorkOrder, *, status: int = 200, **forms: Any) -> HttpResponse:
    rounds = (
        QualityCheck.objects.filter(order=order)
        .select_related("checked_by")
        .prefetch_related("reworks__job__line")
    )
    context = {
        "order": order,
        "rounds": list(rounds),
        "wash": selectors.open_wash(order),
        "is_waiting": order.status == WorkOrder.Status.AWAITING_QC,
        "form": CheckForm(order=order),
        "wash_form": WashForm(),
        "may_check": request.user.has_perm("quality.check"),
        "may_wash": request.user.has_perm("quality.wash"),
        **forms,
    }
    return render(request, "quality/check.html", context, status=status)
