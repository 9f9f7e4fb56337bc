"""When the store works: weekly hours, closed days, absences."""

from datetime import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.capacity import breaking, keeping
from apps.capacity.forms import AbsenceForm, ClosureForm, HoursForm
from apps.capacity.models import PUBLIC_HOLIDAY, Absence, CapacityDay, OpeningHours
from apps.capacity.views.resources import own_store, seen, shown
from apps.core.errors import DomainError
from apps.desk.once import once


def _form_page(request: HttpRequest, form: object, title: str, **context: object) -> HttpResponse:
    return render(
        request,
        "capacity/form.html",
        {"form": form, "title": title, **context},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def hours_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/hours/ → the seven weekdays."""
    store = own_store(request)
    initial: dict[str, time | bool | None] = {}
    for row in OpeningHours.objects.filter(store=store):
        initial |= {f"opens_{row.weekday}": row.opens, f"closes_{row.weekday}": row.closes}
        if row.weekday == PUBLIC_HOLIDAY and row.opens is None:
            initial["closed_on_holidays"] = True
    form = HoursForm(request.POST or None, initial=initial)
    broken: list[breaking.Broken] = []
    if request.method == "POST" and form.is_valid():
        try:
            keeping.set_hours(store, form.hours, by=request.user, seen=seen(request))
        except breaking.Breaks as found:
            broken = found.broken
        else:
            messages.success(request, _("Opening hours are saved. Bookings that are made stay as they are."))
            return redirect("capacity:overview")
    return render(
        request,
        "capacity/hours_form.html",
        {"form": form, **shown(broken)},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def closure_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/closures/new/."""
    form, store = ClosureForm(request.POST or None), own_store(request)
    broken: list[breaking.Broken] = []
    if request.method == "POST" and form.is_valid():
        try:
            keeping.close_day(store, **form.cleaned_data, by=request.user, seen=seen(request))
        except breaking.Breaks as found:
            broken = found.broken
        except DomainError as error:
            form.add_error("day", error.message)
        else:
            messages.success(request, _("The day is closed."))
            return redirect("capacity:overview")
    return _form_page(request, form, _("Close a day"), **shown(broken))


@require_POST
@require_perm("capacity.manage")
@once
def reopening_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /capacity/closures/<id>/reopening/."""
    row = get_object_or_404(CapacityDay.objects.visible_to(request.user), pk=pk)
    keeping.reopen_day(row, by=request.user)
    messages.success(request, _("The day is open again."))
    return redirect("capacity:overview")


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def absence_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/absences/new/."""
    form = AbsenceForm(request.POST or None, by=request.user)
    broken: list[breaking.Broken] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            keeping.add_absence(
                data["resource"],
                start=data["from_at"],
                end=data["till_at"],
                reason=data["reason"],
                by=request.user,
                seen=seen(request),
            )
        except breaking.Breaks as found:
            broken = found.broken
        else:
            messages.success(request, _("The absence is saved."))
            return redirect("capacity:overview")
    return _form_page(request, form, _("Enter an absence"), **shown(broken))


@require_POST
@require_perm("capacity.manage")
@once
def absence_removal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /capacity/absences/<id>/removal/."""
    absence = get_object_or_404(Absence.objects.visible_to(request.user).select_related("resource"), pk=pk)
    keeping.remove_absence(absence, by=request.user)
    messages.success(request, _("The absence is removed."))
    return redirect("capacity:overview")
