"""Complaints: the list by clock, one complaint, taking one in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.complaints.forms import AnswerForm, ClosingForm, ComplaintForm
from apps.complaints.models import Complaint
from apps.core.registry import registry
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Event
from apps.desk.once import once
from apps.workorders.models import WorkOrder

PAGE = 100


@require_GET
@require_perm("complaints.see")
def complaint_list(request: HttpRequest) -> HttpResponse:
    """GET /complaints/ → open ones by clock, then the latest closed."""
    visible = Complaint.objects.visible_to(request.user).select_related("customer", "vehicle", "owner")
    context = {
        "open": list(visible.open().order_by("answered_at", "due_at")[:PAGE]),
        "closed": list(visible.filter(status=Complaint.Status.CLOSED).order_by("-closed_at")[:20]),
    }
    return render(request, "complaints/list.html", context)


@require_GET
@require_perm("complaints.see")
def complaint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/<id>/ → the clock, the words, the next step."""
    return _page(request, _find(request, pk))


@require_http_methods(["GET", "POST"])
@require_perm("complaints.take")
@once
def complaint_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /complaints/new/?customer=|vehicle=|order= → the complaint's page."""
    subject = _subject(request)
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        complaint = form.take(store=request.user.store, by=request.user, **subject)
        return redirect("complaints:detail", pk=complaint.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "complaints/form.html", {"form": form, **subject}, status=status)


def _subject(request: HttpRequest) -> dict[str, Any]:
    """Customer, vehicle and order that the address names, each only if this person may see it."""
    order = vehicle = None
    if request.GET.get("order"):
        orders = WorkOrder.objects.visible_to(request.user).select_related("vehicle", "customer")
        order = get_object_or_404(orders, number=request.GET["order"])
        return {"customer": order.customer, "vehicle": order.vehicle, "order": order}
    if request.GET.get("vehicle", "").isdigit():
        vehicles = Vehicle.objects.visible_to(request.user).select_related("owner")
        vehicle = get_object_or_404(vehicles, pk=request.GET["vehicle"])
        return {"customer": vehicle.owner, "vehicle": vehicle, "order": None}
    number = request.GET.get("customer", "")
    customers = Customer.objects.visible_to(request.user)
    customer = get_object_or_404(customers, pk=number if number.isdigit() else 0)
    return {"customer": customer, "vehicle": None, "order": None}


@require_POST
@require_perm("complaints.handle")
@once
def answer_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/answer/ → the complaint's page; the clock stops."""
    complaint = _find(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, complaint, answer_form=form, status=422)
    complaint.give_answer(form.cleaned_data["answer"], by=request.user)
    return redirect("complaints:detail", pk=pk)


@require_POST
@require_perm("complaints.handle")
@once
def closing_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/closing/ → the complaint's page."""
    complaint = _find(request, pk)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _page(request, complaint, closing_form=form, status=422)
    complaint.close(
        word=form.cleaned_data["customer_word"], prevention=form.cleaned_data["prevention"], by=request.user
    )
    return redirect("complaints:detail", pk=pk)


def _find(request: HttpRequest, pk: int) -> Complaint:
    visible = Complaint.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("customer", "vehicle", "order", "owner", "taken_by"), pk=pk
    )


def _page(request: HttpRequest, complaint: Complaint, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "complaint": complaint,
        "clock": complaint.clock,
        "answer_form": AnswerForm(),
        "closing_form": ClosingForm(),
        "events": list(Event.objects.about(complaint)[:50]),
        "panels": registry.panels_for("complaint", complaint, request.user),
        "may_handle": request.user.has_perm("complaints.handle"),
        **forms,
    }
    return render(request, "complaints/detail.html", context, status=status)
