"""One order's way out, on one page: settle, pay, hand back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core.errors import DomainError
from apps.delivery import selectors, services
from apps.delivery.forms import HandBackForm, PaymentForm, ReversalForm, SettleForm
from apps.delivery.models import GatePass, Settlement
from apps.desk.models import PdfJob
from apps.desk.once import once
from apps.money.selectors import balance
from apps.workorders.models import WorkOrder


@require_GET
@require_perm("delivery.see")
def queue(request: HttpRequest) -> HttpResponse:
    """GET /delivery/ → what is ready to be settled, paid and handed back; with htmx the list alone."""
    template = "delivery/_queue.html" if request.headers.get("HX-Request") else "delivery/queue.html"
    return render(request, template, {"rows": selectors.leaving(request.user)})


@require_GET
@require_perm("delivery.see")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """GET /delivery/<order>/ → the three steps, the present one open."""
    return _page(request, _find(request, number))


@require_POST
@require_perm("delivery.settle")
@once
def settlement_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/settlement/ → the page, now at paying."""
    order = _find(request, number)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, order, status=422, settle_form=form)
    return _try(
        request, order, lambda: services.settle(order, by=request.user, **form.cleaned_data), settle_form=form
    )


@require_POST
@require_perm("delivery.take_payment")
@once
def payment_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/payments/ → the page; a refusal keeps what was typed."""
    order = _find(request, number)
    form = PaymentForm(request.POST)
    settlement = get_object_or_404(Settlement.objects.visible_to(request.user), order=order, reversed_at=None)
    if not form.is_valid():
        return _page(request, order, status=422, payment_form=form)
    return _try(
        request,
        order,
        lambda: services.pay(settlement, by=request.user, **form.cleaned_data),
        payment_form=form,
    )


@require_POST
@require_perm("delivery.reverse")
@once
def reversal_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/reversal/ → the order is ready again."""
    order = _find(request, number)
    form = ReversalForm(request.POST)
    settlement = get_object_or_404(Settlement.objects.visible_to(request.user), order=order, reversed_at=None)
    if not form.is_valid():
        return _page(request, order, status=422, reversal_form=form)
    return _try(
        request,
        order,
        lambda: services.reverse(settlement, by=request.user, **form.cleaned_data),
        reversal_form=form,
    )


@require_POST
@require_perm("delivery.hand_back")
@once
def hand_back_create(request: HttpRequest, number: str) -> HttpResponse:
    """POST …/hand-back/ → delivered, with its gate pass."""
    order = _find(request, number)
    form = _hand_back_form(request, order, request.POST)
    if not form.is_valid():
        return _page(request, order, status=422, hand_back_form=form)
    given = {"returned": [], "unpaid_reason": ""} | form.cleaned_data
    return _try(
        request, order, lambda: services.deliver(order, by=request.user, **given), hand_back_form=form
    )


def _try(request: HttpRequest, order: WorkOrder, verb: Any, **forms: Any) -> HttpResponse:
    """Call ``verb``; a refusal comes back on the page beside everything that was typed."""
    (form,) = forms.values()
    try:
        verb()
    except DomainError as refused:
        form.add_error(None, refused.message)
        order.refresh_from_db()
        return _page(request, order, status=409, **forms)
    messages.success(request, _("Saved."))
    return redirect("delivery:detail", number=order.number)


def _find(request: HttpRequest, number: str) -> WorkOrder:
    orders = WorkOrder.objects.visible_to(request.user).select_related(
        "vehicle__model__brand", "customer", "advisor", "store", "visit"
    )
    return get_object_or_404(orders, number=number)


def _hand_back_form(request: HttpRequest, order: WorkOrder, data: Any = None) -> HandBackForm:
    settlement = services.live_settlement(order)
    return HandBackForm(
        data,
        custody=services.custody_of(order),
        may_release=request.user.has_perm("delivery.release_unpaid"),
        owed=balance(settlement.account) if settlement else 0,
    )


def _page(request: HttpRequest, order: WorkOrder, *, status: int = 200, **forms: Any) -> HttpResponse:
    settlement = services.live_settlement(order)
    owed = balance(settlement.account) if settlement else None
    user = request.user
    context = {
        "order": order,
        "lines": list(order.lines.filter(declined_at=None)),
        "settlement": settlement,
        "owed": owed,
        "payments": list(settlement.account.payments.select_related("taken_by").order_by("pk"))
        if settlement
        else [],
        "pdf": PdfJob.objects.filter(kind="delivery.settlement", object_id=settlement.pk)
        .select_related("file")
        .first()
        if settlement
        else None,
        "gate_pass": GatePass.objects.filter(order=order).select_related("issued_by").first(),
        "custody": services.custody_of(order),
        "settle_form": SettleForm(initial={"invoice_title": order.customer.name}),
        "payment_form": PaymentForm(initial={"amount": owed, "method": order.payment_method}),
        "reversal_form": ReversalForm(),
        "hand_back_form": forms.get("hand_back_form") or _hand_back_form(request, order),
        "may": {
            verb: user.has_perm(f"delivery.{verb}")
            for verb in ("settle", "take_payment", "reverse", "hand_back", "release_unpaid")
        },
        **forms,
    }
    return render(request, "delivery/detail.html", context, status=status)
