"""Recommendations on a vehicle's file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.customers.forms import ClosingForm, RecommendationForm
from apps.customers.models import Recommendation, Vehicle
from apps.customers.views.vehicles import show
from apps.desk.once import once


@require_POST
@require_perm("customers.recommend")
@once
def recommendation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /vehicles/<id>/recommendations/ → the file with one more."""
    vehicle = get_object_or_404(Vehicle.objects.visible_to(request.user), pk=pk)
    form = RecommendationForm(request.POST)
    if not form.is_valid():
        return show(request, vehicle, status=422, recommendation_form=form)
    vehicle.recommend(source=request.user.get_role_display(), by=request.user, **form.cleaned_data)
    messages.success(request, _("The recommendation stands on the file."))
    return redirect("customers:vehicle", pk=vehicle.pk)


@require_POST
@require_perm("customers.recommend")
@once
def recommendation_close(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /recommendations/<id>/closing/ ``reason`` → the file without it."""
    rows = Recommendation.objects.visible_to(request.user).select_related("vehicle")
    recommendation = get_object_or_404(rows, pk=pk)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return show(
            request,
            recommendation.vehicle,
            status=422,
            closing_form=form,
            closing=recommendation.pk,
        )
    recommendation.close(by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The recommendation is closed."))
    return redirect("customers:vehicle", pk=recommendation.vehicle_id)
