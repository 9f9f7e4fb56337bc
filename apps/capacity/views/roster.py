"""Who works when: shifts, and the week's roster."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.capacity import breaking, rostering
from apps.capacity.forms import ShiftForm
from apps.capacity.models import Shift
from apps.capacity.views.resources import own_store, seen, shown
from apps.capacity.week import Week
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.once import once

FARTHEST = timedelta(days=366)


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@transaction.atomic
def roster_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/roster/?week=2026-11-30 → one week's duties; ``usual=1`` → those of every week."""
    store = own_store(request)
    roster = Week.load(store, None if request.GET.get("usual") else _monday(request.GET.get("week", "")))
    broken: list[breaking.Broken] = []
    if request.method == "POST":
        changed = roster.read(request.POST)
        people = [p for p in roster.people if any(pk == p.pk for pk, _when in changed)]
        if not any(square.theirs for square in roster.squares.values()):
            try:
                with transaction.atomic():
                    rostering.set_duties(people, changed, by=request.user, seen=seen(request))
            except breaking.Breaks as found:
                broken = found.broken
            else:
                messages.success(request, _("The roster is saved."))
                return redirect(request.get_full_path())
    context = {"roster": roster, **_weeks(roster.monday), **shown(broken)}
    return render(request, "capacity/roster.html", context, status=422 if request.method == "POST" else 200)


def _monday(text: str) -> date:
    """The Monday of the week that is asked for; of this week without one."""
    today = clock.today()
    try:
        day = parse_date(text) or today
    except ValueError:
        day = today
    day = min(max(day, today - timedelta(days=7)), today + FARTHEST)
    return day - timedelta(days=day.weekday())


def _weeks(monday: date | None) -> dict[str, Any]:
    week = timedelta(days=7)
    return {"before": monday - week, "after": monday + week} if monday else {"this_week": _monday("")}


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def shift_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/shifts/new/."""
    return _edit_shift(request, Shift(store=own_store(request), times=[]))


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@transaction.atomic
def shift_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /capacity/shifts/<id>/. A stale form shows both values and keeps what was typed."""
    shift = get_object_or_404(Shift.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        shift.lock()
    return _edit_shift(request, shift)


def _edit_shift(request: HttpRequest, shift: Shift) -> HttpResponse:
    form = ShiftForm(request.POST or None, instance=shift)
    broken: list[breaking.Broken] = []
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                rostering.save_shift(form.instance, by=request.user, seen=seen(request))
        except breaking.Breaks as found:
            broken = found.broken
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": shift.name})
            return redirect("capacity:roster")
    context = {"form": form, "shift": shift, **shown(broken)}
    return render(
        request, "capacity/shift_form.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
@require_perm("capacity.manage")
@once
def shift_removal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /capacity/shifts/<id>/removal/. Refused while somebody works it."""
    shift = get_object_or_404(Shift.objects.visible_to(request.user), pk=pk)
    try:
        rostering.remove_shift(shift, by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The shift is removed."))
    return redirect(reverse("capacity:roster"))
