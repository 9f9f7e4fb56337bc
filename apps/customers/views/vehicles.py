"""Vehicles: the file with its story, entering, changing, readings, change of owner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.core import clock, plates
from apps.core.registry import registry
from apps.customers import selectors, services
from apps.customers.campaign_forms import ResultForm
from apps.customers.forms import NewVehicleForm, OwnerForm, ReadingForm, RecommendationForm, VehicleForm
from apps.customers.models import Customer, Reading, Vehicle
from apps.desk.once import once


def _vehicle(request: HttpRequest, pk: int) -> Vehicle:
    rows = Vehicle.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("owner__advisor", "driver", "model__brand"), pk=pk)


def show(request: HttpRequest, vehicle: Vehicle, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The vehicle's page; a refused form of it stands open with what was typed."""
    user = request.user
    limit = selectors.STORY_LIMIT if request.GET.get("story") == "all" else selectors.STORY_LENGTH
    story, has_more = selectors.vehicle_story(vehicle, user, limit=limit)
    context = {
        "vehicle": vehicle,
        "story": story,
        "has_more": has_more,
        "km_per_day": vehicle.km_per_day(),
        "readings": vehicle.readings.order_by("-read_on", "-pk")[:6],
        "recommendations": vehicle.recommendations.open().order_by("-is_safety_relevant", "-pk"),
        "last_record": vehicle.service_records.order_by("-arrived_on", "-pk").first(),
        "panels": registry.panels_for("vehicle", vehicle, user),
        "actions": registry.actions_for("vehicle", vehicle, user),
        "may_edit": user.has_perm("customers.edit"),
        "may_recommend": user.has_perm("customers.recommend"),
        "may_change_owner": user.has_perm("customers.change_owner"),
        "reading_form": ReadingForm(vehicle=vehicle),
        "recommendation_form": RecommendationForm(),
        "campaigns": list(vehicle.campaigns.due(clock.today())),
        "result_form": ResultForm(),
        "may_settle": user.has_perm("campaigns.settle"),
        "may_see_campaigns": user.has_perm("campaigns.see"),
    }
    return render(request, "customers/vehicle.html", context | forms, status=status)


@require_GET
@require_perm("customers.see")
def vehicle_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /vehicles/<id>/?story=all → the vehicle's story and everything on its file."""
    return show(request, _vehicle(request, pk))


@require_http_methods(["GET", "POST"])
@require_perm("customers.edit")
@once
def vehicle_create(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/<id>/vehicles/new/?plate= → one more vehicle of this customer."""
    owner = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    posted = request.POST if request.method == "POST" else None
    initial = {"plate": request.GET.get("plate", "")}
    form = NewVehicleForm(posted, instance=Vehicle(), by=request.user, prefix="v", initial=initial)
    if posted is not None and form.is_valid():
        try:
            vehicle = services.register_vehicle(
                owner,
                store=request.user.store,
                by=request.user,
                vehicle=form.values(),
                odometer_km=form.cleaned_data["odometer_km"],
            )
        except ValidationError as error:
            form.take(error)
        else:
            _warn_of_plate(request, vehicle)
            return redirect("customers:vehicle", pk=vehicle.pk)
    context = {"form": form, "owner": owner}
    return render(request, "customers/vehicle_new.html", context, status=200 if posted is None else 422)


@require_http_methods(["GET", "POST"])
@require_perm("customers.edit")
@once
@transaction.atomic
def vehicle_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /vehicles/<id>/edit/. A stale form shows both values and keeps what was typed."""
    vehicle = _vehicle(request, pk)
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        vehicle.lock()
    form = VehicleForm(posted, instance=vehicle, by=request.user)
    if posted is not None and form.is_valid():
        try:
            vehicle.update(by=request.user, **form.values())
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("%(vehicle)s is saved.") % {"vehicle": vehicle})
            _warn_of_plate(request, vehicle)
            return redirect("customers:vehicle", pk=vehicle.pk)
    context = {"form": form, "vehicle": Vehicle.objects.select_related("owner").get(pk=pk)}
    return render(request, "customers/vehicle_edit.html", context, status=200 if posted is None else 422)


def _warn_of_plate(request: HttpRequest, vehicle: Vehicle) -> None:
    """Say when another vehicle carries the plate: it may have been handed on, or mistyped."""
    same = Vehicle.objects.visible_to(request.user).filter(plate=vehicle.plate).exclude(pk=vehicle.pk)
    if vehicle.plate and (twin := same.select_related("owner").first()):
        messages.warning(
            request,
            _("%(plate)s stands on the file of another vehicle too: %(vin)s of %(owner)s.")
            % {
                "plate": plates.display(vehicle.plate),
                "vin": twin.vin or twin.model_name,
                "owner": twin.owner.name,
            },
        )


@require_POST
@require_perm("customers.edit")
@once
@transaction.atomic
def reading_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /vehicles/<id>/readings/ → the file, or the question what the lower reading means."""
    vehicle = _vehicle(request, pk)
    form = ReadingForm(request.POST, vehicle=vehicle)
    if not form.is_valid():
        return show(request, vehicle, status=422, reading_form=form)
    data = form.cleaned_data
    vehicle.record_reading(
        data["odometer_km"],
        data["read_on"],
        Reading.Source.ENTRY,
        request.user,
        replaced_reason=data["replaced_reason"],
    )
    messages.success(request, _("The reading is kept."))
    return redirect("customers:vehicle", pk=vehicle.pk)


@require_http_methods(["GET", "POST"])
@require_perm("customers.change_owner")
@once
def owner_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /vehicles/<id>/owner/ → the vehicle goes to another customer with its whole file."""
    vehicle = _vehicle(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = OwnerForm(posted, by=request.user)
    if posted is not None and form.is_valid():
        data = form.cleaned_data
        vehicle.change_owner(data["owner"], by=request.user, reason=data["reason"])
        messages.success(
            request, _("%(vehicle)s belongs to %(owner)s now.") % {"vehicle": vehicle, "owner": data["owner"]}
        )
        return redirect("customers:vehicle", pk=vehicle.pk)
    context = {"form": form, "vehicle": vehicle}
    return render(request, "customers/owner.html", context, status=200 if posted is None else 422)
