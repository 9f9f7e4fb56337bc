"""Another time for an appointment: dragged on the day or the week, or chosen from the list of times."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import require_perm
from apps.appointments import items, moving, planner, services
from apps.appointments.forms import MomentField, RescheduleForm
from apps.appointments.models import Appointment
from apps.appointments.views.appointments import own
from apps.appointments.views.booking_page import alternatives, asked_day, slot_days
from apps.capacity.services import restarting
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.once import once

BACK = {"day": "appointments:day", "week": "appointments:week"}
"""The pages a drop comes from, each with its day in the parameter of the same name."""


@require_GET
@require_perm("appointments.book")
def opening_list(request: HttpRequest, pk: int) -> HttpResponse:
    """GET …/openings/?day= → the hours in which it could not arrive, and why, under the hand."""
    appointment = own(request, pk)
    day = asked_day(request.GET.get("day"), clock.today())
    if day is None:
        raise Http404
    view = moving.openings(appointment, day, now=clock.now())
    closed = [(*planner.span(day, c.from_at, c.till_at), " ".join(c.reasons)) for c in view.closed]
    return render(request, "appointments/_openings.html", {"closed": closed, "shut": view.shut})


@require_GET
@require_perm("appointments.book")
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET …/proposal/?starts_at=&back= → what a drop there would change, to be agreed to; or why not."""
    appointment = own(request, pk)
    try:
        starts_at = MomentField().clean(request.GET.get("starts_at"))
    except ValidationError as error:
        raise Http404 from error
    proposal = moving.propose(appointment, starts_at, now=clock.now())
    context = {
        "appointment": appointment,
        "proposal": proposal,
        "slot": proposal.slot,
        "alternatives": alternatives(proposal.refused),
        "form": RescheduleForm(initial={"version": appointment.version}, store=appointment.store),
        "back": request.GET.get("back", ""),
    }
    return render(request, "appointments/_proposal.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("appointments.book")
@restarting
@once
def appointment_reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/reschedule/ → another time. A taken one answers 409 with alternatives, nothing is lost."""
    appointment = own(request, pk)
    if request.method == "GET":
        advisor = request.GET.get("advisor", str(appointment.advisor_id))
        form = RescheduleForm(
            initial={"version": appointment.version, "advisor": advisor}, store=appointment.store
        )
        return _reschedule_page(request, appointment, form, request.GET.get("day"), advisor)
    form = RescheduleForm(request.POST, store=appointment.store)
    advisor = request.POST.get("advisor", "")
    if not form.is_valid():
        return _reschedule_page(request, appointment, form, request.POST.get("day"), advisor, status=422)
    data = form.cleaned_data
    try:
        services.reschedule(
            appointment,
            starts_at=data["starts_at"],
            by=request.user,
            advisor=data["advisor"],
            any_advisor=data["advisor"] is None,
            reason=data["reason"],
            version=data["version"],
        )
    except DomainError as error:
        if error.code != "slot_taken":
            raise
        day = request.POST.get("day")
        return _reschedule_page(request, appointment, form, day, advisor, status=409, refused=error)
    messages.success(
        request, _("%(number)s is moved. The customer gets a message.") % {"number": appointment.number}
    )
    return redirect(_back(request.POST.get("back", ""), appointment))


def _back(page: str, appointment: Appointment) -> str:
    """Where the drop came from, on the new day; else the appointment."""
    if page not in BACK:
        return reverse("appointments:detail", args=[appointment.pk])
    return f"{reverse(BACK[page])}?{page}={timezone.localdate(appointment.arrives_at):%Y-%m-%d}"


def _reschedule_page(
    request: HttpRequest,
    appointment: Appointment,
    form: RescheduleForm,
    day: str | None,
    advisor: str,
    *,
    status: int = 200,
    refused: DomainError | None = None,
) -> HttpResponse:
    needs = items.needs_of(appointment, int(advisor) if advisor.isdecimal() else None)
    today = clock.today()
    wanted = asked_day(day, today) or max(timezone.localdate(appointment.arrives_at), today)
    context = slot_days(appointment.store, needs, wanted, clock.now(), without=appointment.holder)
    url = reverse("appointments:reschedule", args=[appointment.pk])
    for entry in context["strip"]:
        entry["url"] = f"{url}?day={entry['day']:%Y-%m-%d}&advisor={advisor}"
    context |= {
        "appointment": appointment,
        "form": form,
        "needs": needs,
        "chosen": None,
        "refused": refused,
        "alternatives": alternatives(refused),
        "reschedule_url": url,
    }
    return render(request, "appointments/reschedule.html", context, status=status)
