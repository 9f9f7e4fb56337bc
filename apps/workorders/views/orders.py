"""Orders: list, page, opening, options, promise, the side door."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.desk.once import once
from apps.reception.models import Visit
from apps.workorders import services
from apps.workorders.forms import DeclineForm, OptionsForm, PromiseForm
from apps.workorders.listing import Listing
from apps.workorders.models import WorkOrder
from apps.workorders.views.page import answer, ask_again, find_order, page_context


@require_GET
@require_perm("workorders.see")
def order_list(request: HttpRequest) -> HttpResponse:
    """GET /work-orders/?status=&advisor=&q= → the orders of the reader's stores, newest first."""
    listing = Listing(request.user, request.GET)
    return render(
        request, "workorders/list.html", {"listing": listing, "rows": listing.rows, "page": listing.page}
    )


@require_GET
@require_perm("workorders.see")
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /work-orders/<id>/ → the page an advisor works on."""
    order = find_order(request, pk)
    return render(request, "workorders/detail.html", page_context(request, order))


@require_POST
@require_perm("workorders.edit")
@once
def order_create(request: HttpRequest, visit_pk: int) -> HttpResponse:
    """POST /visits/<id>/work-order/ → the new order; the visit's own order when it has one."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=visit_pk)
    if existing := WorkOrder.objects.visible_to(request.user).filter(visit=visit).first():
        return redirect("workorders:detail", pk=existing.pk)
    order = services.open_order(visit=visit, by=request.user)
    messages.success(request, _("%(order)s is open. Build the estimate.") % {"order": order})
    return redirect("workorders:detail", pk=order.pk)


@require_http_methods(["GET", "POST"])
@require_perm("workorders.edit")
@once
def options_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/options/: what was agreed beside the lines. A stale form shows both values."""
    order = find_order(request, pk)
    if request.method == "POST":
        order.lock()
    form = OptionsForm(request.POST or None, instance=order)
    if request.method == "POST" and form.is_valid():
        services.change_options(WorkOrder.objects.get(pk=pk), by=request.user, **form.options())
        return answer(request, order)
    return ask_again(request, "workorders/_options_form.html", {"form": form, "order": order})


@require_http_methods(["GET", "POST"])
@require_perm("workorders.edit")
@once
def promise_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/promise/: the promised time; earlier than computed needs a reason."""
    order = find_order(request, pk)
    initial = {"promised_at": order.promised_at, "reason": order.promise_reason}
    form = PromiseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_promise(
            order, form.cleaned_data["promised_at"], by=request.user, reason=form.cleaned_data["reason"]
        )
        return answer(request, order)
    computed = services.compute_ready_at(order)
    return ask_again(
        request, "workorders/_promise_form.html", {"form": form, "order": order, "computed": computed}
    )


@require_http_methods(["GET", "POST"])
@require_perm("workorders.decline")
@once
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/decline/: the customer leaves without repair; the lines become recommendations."""
    order = find_order(request, pk)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.decline(order, by=request.user, **form.cleaned_data)
        messages.success(
            request, _("%(order)s is declined. The lines stay on the vehicle's file.") % {"order": order}
        )
        return redirect("workorders:detail", pk=order.pk)
    safety = order.lines.waiting().filter(is_safety_relevant=True)
    return ask_again(
        request, "workorders/_decline_form.html", {"form": form, "order": order, "safety": safety}
    )
