"""The day's appointments, one appointment, and what is done with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import documents, selectors, services
from apps.appointments.forms import ReasonForm, VersionForm
from apps.appointments.menu import TONES
from apps.appointments.models import Appointment
from apps.appointments.views.booking_page import asked_day
from apps.capacity.affected import banners
from apps.capacity.models import Reservation
from apps.core import clock, when
from apps.core.registry import registry
from apps.desk.models import Event
from apps.desk.models.event import subject_key
from apps.desk.once import once

STORY = 50
LONGEST_DAY = 500
PAST = timedelta(days=3650)


def own(request: HttpRequest, pk: int) -> Appointment:
    """The appointment, if this person may see it."""
    rows = Appointment.objects.visible_to(request.user).select_related(
        "vehicle__model__brand",
        "vehicle__owner",
        "customer",
        "advisor",
        "store",
        "holder",
        "booked_by",
        "comeback_of",
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@require_perm("appointments.see")
def appointment_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/?day=&advisor=&status= → one day's arrivals; for htmx only the rows."""
    today = clock.today()
    text = request.GET.get("day", "")
    day = asked_day(text, today, earliest=today - PAST) or today
    advisor = request.GET.get("advisor", "")
    status = request.GET.get("status", "")
    rows = selectors.day_list(
        request.user,
        day,
        advisor=int(advisor) if advisor.isdecimal() else None,
        status=status if status in Appointment.Status.values else "",
    )[:LONGEST_DAY]
    appointments = list(rows)
    context = {
        "rows": [{"appointment": a, "tone": tone_of(a)} for a in appointments],
        "summary": ngettext("%(n)d arrival", "%(n)d arrivals", len(appointments)) % {"n": len(appointments)},
        "day": day,
        "words": when.day_words(day, today),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "today": today,
        "advisor": advisor,
        "status": status,
        "statuses": Appointment.Status.choices,
        "may_book": request.user.has_perm("appointments.book"),
    }
    if request.headers.get("HX-Request"):
        return render(request, "appointments/_day.html", context)
    context["advisors"] = selectors.receivers(request.user.store) if request.user.store else []
    return render(request, "appointments/list.html", context)


def tone_of(appointment: Appointment) -> str:
    """The sign of its state, or of being late."""
    return "late" if appointment.is_overdue(clock.now()) else TONES[appointment.status]


@require_GET
@require_perm("appointments.see")
def appointment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /appointments/<id>/."""
    return detail_page(request, own(request, pk))


def detail_page(
    request: HttpRequest,
    appointment: Appointment,
    *,
    cancel_form: ReasonForm | None = None,
    no_show_form: ReasonForm | None = None,
    step_refused: dict[str, Any] | None = None,
) -> HttpResponse:
    """One appointment; 422 with a form that was refused, or with ``step_refused`` (pk, message, typed)."""
    now = clock.now()
    lines = list(appointment.items.select_related("operation", "part", "package"))
    held = Reservation.objects.filter(holder=appointment.holder_id or 0).select_related("resource")
    version = {"version": appointment.version}
    refused = cancel_form or no_show_form or step_refused
    return render(
        request,
        "appointments/detail.html",
        {
            "appointment": appointment,
            "tone": tone_of(appointment),
            "banners": banners(request.user, subject=subject_key(appointment)) if appointment.is_open else [],
            "lines": lines,
            "bring": documents.of(appointment.vehicle, lines, appointment.kind, appointment.mobility),
            "amount": sum(line.amount for line in lines),
            "hours": sum(line.flat_rate_hours for line in lines),
            "held": held.exclude(resource__kind="advisor").order_by("during", "pk"),
            "is_overdue": appointment.is_overdue(now),
            "may_act": request.user.has_perm("appointments.book"),
            "cancel_form": cancel_form or ReasonForm(initial=version, prefix="cancel"),
            "no_show_form": no_show_form or ReasonForm(initial=version, prefix="no_show"),
            "version_form": VersionForm(initial=version),
            "step_refused": step_refused,
            "actions": registry.actions_for("appointment", appointment, request.user),
            "panels": registry.panels_for("appointment", appointment, request.user),
            "events": Event.objects.about(appointment, appointment.holder)[:STORY],
        },
        status=422 if refused else 200,
    )


@require_POST
@require_perm("appointments.book")
@once
def confirmation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/confirmation/ → confirmed, and the customer told."""
    appointment = own(request, pk)
    form = VersionForm(request.POST)
    services.confirm(appointment, by=request.user, version=_version(form))
    messages.success(request, _("%(number)s is confirmed.") % {"number": appointment.number})
    return redirect("appointments:detail", pk)


def _version(form: VersionForm) -> int | None:
    return form.cleaned_data["version"] if form.is_valid() else None


@require_POST
@require_perm("appointments.book")
@once
def cancellation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/cancellation/ with a reason → cancelled, the slot free, the customer told."""
    appointment = own(request, pk)
    form = ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return detail_page(request, appointment, cancel_form=form)
    services.cancel(appointment, **form.cleaned_data, by=request.user)
    messages.success(
        request, _("%(number)s is cancelled and its time is free.") % {"number": appointment.number}
    )
    return redirect("appointments:detail", pk)


@require_POST
@require_perm("appointments.book")
@once
def no_show_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/no-show/ with a reason."""
    appointment = own(request, pk)
    form = ReasonForm(request.POST, prefix="no_show")
    if not form.is_valid():
        return detail_page(request, appointment, no_show_form=form)
    services.mark_no_show(appointment, **form.cleaned_data, by=request.user)
    messages.success(request, _("%(number)s is noted as a no-show.") % {"number": appointment.number})
    return redirect("appointments:detail", pk)
