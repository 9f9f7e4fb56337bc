"""Days that differ, and times in which nobody may book."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Setting, Store
from apps.capacity import breaking, keeping, selectors
from apps.capacity.forms import BlackoutForm, DayForm, WhichDayForm
from apps.capacity.models import Blackout, CapacityDay
from apps.capacity.views.resources import own_store, seen, shown
from apps.desk.once import once


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@transaction.atomic
def day_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/days/?day=2026-12-31 → that day's hours and limits; without a day, which one."""
    store, chosen = own_store(request), WhichDayForm(request.GET or None)
    if not chosen.is_valid():
        context = {"form": chosen, "title": _("A day that differs"), "method": "get"}
        return render(request, "capacity/form.html", context, status=422 if chosen.is_bound else 200)
    wanted = chosen.cleaned_data["day"]
    posted = request.POST if request.method == "POST" else None
    rows = CapacityDay.objects.filter(store=store, day=wanted)
    row = (rows.select_for_update() if posted else rows).first() or CapacityDay(store=store, day=wanted)
    form = DayForm(posted, instance=row, usual=_usual(store, wanted))
    broken: list[breaking.Broken] = []
    if posted is not None and form.is_valid():
        try:
            with transaction.atomic():
                keeping.set_day(form.save(commit=False), by=request.user, seen=seen(request))
        except breaking.Breaks as found:
            broken = found.broken
        else:
            messages.success(request, _("The day is saved."))
            return redirect("capacity:overview")
    context = {"form": form, "title": f"{wanted:%Y-%m-%d}", **shown(broken)}
    return render(request, "capacity/form.html", context, status=422 if posted is not None else 200)


def _usual(store: Store, day: date) -> dict[str, Any]:
    """What holds on ``day`` as long as it has nothing of its own."""
    hours = selectors.Hours(store.pk, day, day).usual_on(day)
    value = Setting.by_day(selectors.DAILY, store.pk, [day])[day]
    return {
        "opens": f"{hours.opens:%H:%M}" if hours and hours.opens else pgettext("day", "closed"),
        "closes": f"{hours.closes:%H:%M}" if hours and hours.closes else pgettext("day", "closed"),
        "intake_per_hour": value[selectors.CARS],
        "people_per_hour": value[selectors.PEOPLE],
        "reserve_percent": selectors.kept_on(day, value),
        "express_lanes": value[selectors.LANES] or _("all"),
    }


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def blackout_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/blackouts/new/."""
    form, store = BlackoutForm(request.POST or None), own_store(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        keeping.add_blackout(
            store,
            start=data["from_at"],
            end=data["till_at"],
            bay_kind=data["bay_kind"],
            reason=data["reason"],
            by=request.user,
        )
        messages.success(request, _("Nobody can book into this time. What is booked stays."))
        return redirect("capacity:overview")
    status = 422 if request.method == "POST" else 200
    title = _("Take no bookings for a while")
    return render(request, "capacity/form.html", {"form": form, "title": title}, status=status)


@require_POST
@require_perm("capacity.manage")
@once
def blackout_removal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /capacity/blackouts/<id>/removal/."""
    row = get_object_or_404(Blackout.objects.visible_to(request.user), pk=pk)
    keeping.remove_blackout(row, by=request.user)
    messages.success(request, _("Bookings are taken again."))
    return redirect("capacity:overview")
