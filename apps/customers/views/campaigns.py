"""Recalls and service campaigns: the list, one with its cars, and what came of it on a car."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.core import clock, keyset
from apps.core.registry import registry
from apps.customers import campaigns
from apps.customers.campaign_forms import CampaignForm, ResultForm, VinListForm
from apps.customers.models import Campaign, CampaignVehicle
from apps.customers.views.vehicles import show as show_vehicle
from apps.desk.once import once, renew_token

REFUSED_SHOWN = 30


@require_GET
@require_perm("campaigns.see")
def campaign_list(request: HttpRequest) -> HttpResponse:
    """GET /campaigns/?all=1 → those that run or are to come, or all, with their cars counted."""
    everything = request.GET.get("all") == "1"
    today = clock.today()
    rows = campaigns.overview(request.user, everything=everything, today=today)
    context = {
        "rows": [(row, row.is_running(today)) for row in rows[:200]],
        "everything": everything,
        "may_edit": request.user.has_perm("campaigns.edit"),
        "today": today,
    }
    return render(request, "customers/campaigns.html", context)


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).select_related("package")
    return get_object_or_404(rows, pk=pk)


@require_GET
@require_perm("campaigns.see")
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /campaigns/<id>/?result= → its facts, its figures, its cars of the person's stores."""
    return show(request, _campaign(request, pk))


def show(request: HttpRequest, campaign: Campaign, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a campaign; a refused list of it stands there with what was typed. Twelve queries."""
    result = request.GET.get("result", campaigns.OPEN)
    cars = campaigns.cars_of(campaign, request.user, result)
    context = {
        "campaign": campaign,
        "is_running": campaign.is_running(clock.today()),
        "page": keyset.page(cars, request.GET, order=("pk",)),
        "result": result,
        **campaigns.figures(campaign, request.user),
        "ranges": list(campaign.ranges.all()),
        "models": list(campaign.vehicle_models.select_related("brand").order_by("brand__name", "name")),
        "list_form": VinListForm(),
        "panels": registry.panels_for("campaign", campaign, request.user),
        "may_edit": request.user.has_perm("campaigns.edit"),
    }
    return render(request, "customers/campaign.html", context | more, status=status)


@require_http_methods(["GET", "POST"])
@require_perm("campaigns.edit")
@once
def campaign_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /campaigns/new/."""
    return _edit(request, Campaign(group_id=request.user.group_id))


@require_http_methods(["GET", "POST"])
@require_perm("campaigns.edit")
@once
@transaction.atomic
def campaign_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /campaigns/<id>/edit/. A stale form shows both values and keeps what was typed."""
    campaign = _campaign(request, pk)
    if request.method == "POST":
        campaign.lock()
    return _edit(request, campaign)


def _edit(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    form = CampaignForm(
        request.POST if request.method == "POST" else None, instance=campaign, by=request.user
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        which = {name: data[name] for name in ("ranges", "vehicle_models", "regions")}
        campaign.concern(**which, by=request.user)
        messages.success(request, _("%(campaign)s is saved.") % {"campaign": campaign})
        return redirect("customers:campaign", pk=campaign.pk)
    context = {"form": form, "campaign": Campaign.objects.filter(pk=campaign.pk).first()}
    return render(request, "customers/campaign_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
@require_perm("campaigns.edit")
@once
def campaign_list_add(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /campaigns/<id>/list/ ``text`` or ``file`` → what could be read is on the list."""
    campaign = _campaign(request, pk)
    form = VinListForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, campaign, status=422, list_form=form)
    read = form.cleaned_data["read"]
    added = campaign.add_vins(read.found, by=request.user)
    said = ngettext("%(n)s car was added to the list.", "%(n)s cars were added to the list.", added)
    messages.success(request, said % {"n": added})
    if not read.refused:
        return redirect("customers:campaign", pk=campaign.pk)
    left = VinListForm(initial={"text": "\n".join(text for _row, text, _why in read.refused)})
    if read.found:
        renew_token(request)
    more = {"refused": read.refused[:REFUSED_SHOWN], "refused_count": len(read.refused), "list_form": left}
    return show(request, campaign, status=200 if read.found else 422, **more)


@require_POST
@require_perm("campaigns.settle")
@once
def campaign_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /campaigns/cars/<id>/ ``result``, ``note`` → the vehicle's file without it."""
    rows = CampaignVehicle.objects.visible_to(request.user).select_related("vehicle__owner", "campaign")
    row = get_object_or_404(rows, pk=pk)
    form = ResultForm(request.POST)
    if not form.is_valid():
        return show_vehicle(request, row.vehicle, status=422, result_form=form, settling=row.pk)
    row.end(form.cleaned_data["result"], by=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("%(campaign)s is settled on this car.") % {"campaign": row.campaign})
    return redirect("customers:vehicle", pk=row.vehicle_id)
