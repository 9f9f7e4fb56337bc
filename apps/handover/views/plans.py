"""Planning a handover: the VIN first, then everything else on the same page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require_perm
from apps.accounts.models import User
from apps.core import phones
from apps.customers.models import Customer, Vehicle
from apps.desk.once import once
from apps.handover import services
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
    same = Vehicle.objects.in_group_of(user).filter(vin=vin_form.cleaned_data["vin"])
    known = same.select_related("owner", "model__brand").first()
    shown = known is not None and Vehicle.objects.visible_to(user).filter(pk=known.pk).exists()
    form = PlanForm(request.POST or None, store=user.store, known=known, owner_shown=shown)
    if request.method == "POST" and form.is_valid():
        handover = _save(user, vin_form, form)
        if handover is not None:
            messages.success(request, _("Planned. Now tick the preparation."))
            return redirect(handover)
    taken = Handover.objects.visible_to(user).expected().filter(vehicle=known) if known else None
    context = {"form": form, "known": known, "owner_shown": shown, "taken": taken.first() if taken else None}
    return _page(request, vin_form, status=422 if form.errors else 200, **context)


def _page(request: HttpRequest, vin_form: VinForm, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "handover/plan.html", {"vin_form": vin_form, **context}, status=status)


def _save(user: User, vin_form: VinForm, form: PlanForm) -> Handover | None:
    """Customer, car and handover in one transaction; None with the errors beside the fields."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            customer = _buyer(user, form)
            vehicle = form.known or Vehicle.objects.register(
                owner=customer, store=user.store, by=user, **vin_form.cleaned_data, **form.vehicle_fields()
            )
            return services.plan(
                vehicle=vehicle,
                customer=customer,
                store=user.store,
                by=user,
                **{
                    name: data[name]
                    for name in ("sales_consultant", "advisor", "planned_at", "invoiced_on", "is_statutory")
                },
            )
    except ValidationError as error:
        for name, errors in error.update_error_dict({}).items():
            form.add_error(name if name in form.fields else None, errors)
        return None


def _buyer(user: User, form: PlanForm) -> Customer:
    """The owner on file, the customer whom the group knows by this name and number, or a new one."""
    data = form.cleaned_data
    if data["buyer"] == PlanForm.OWNER and form.known is not None:
        return form.known.owner
    try:
        phone = phones.normalise(data["phone"])
    except ValidationError as error:
        raise ValidationError({"phone": error.error_list}) from error
    same = Customer.objects.in_group_of(user).with_phone(phone).filter(name=data["name"].strip()).first()
    return same or Customer.objects.register(
        store=user.store,
        by=user,
        reason="handover",
        name=data["name"].strip(),
        phone=phone,
        kind=data["kind"],
        advisor=data["advisor"],
    )
