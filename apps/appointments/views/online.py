"""What came in online: the list with its batches, and one request until it is confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import online, selectors
from apps.appointments.forms import CallerForm, ReasonForm
from apps.appointments.menu import ONLINE_TONES
from apps.appointments.models import OnlineRequest
from apps.appointments.online_forms import NEW, AssignForm, ConfirmForm
from apps.appointments.views.booking_page import alternatives, asked_day, own_store, slot_days
from apps.capacity.services import restarting
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.customers.services import register_vehicle
from apps.desk.models import Event
from apps.desk.once import once

LONGEST, STORY = 300, 50
BESIDE_THE_FORM = ("slot_taken", "vehicle_booked")


def tone_of(row: OnlineRequest) -> str:
    """The sign of its state, or of being late."""
    return "late" if row.is_late(clock.now()) else ONLINE_TONES[row.status]


@require_GET
@require_perm("appointments.see")
def online_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/online/?closed=1 → what is to be confirmed, as received; for htmx only the rows."""
    closed = bool(request.GET.get("closed"))
    rows = OnlineRequest.objects.visible_to(request.user).known()
    rows = rows.select_related("store", "assigned_to", "batch", "appointment", "vehicle", "holder")
    if closed:
        shown = list(rows.exclude(pk__in=rows.open().values("pk")).order_by("-pk")[:LONGEST])
    else:
        shown = list(rows.open().order_by("received_at", "pk")[:LONGEST])
    count = len(shown)
    may_assign = request.user.has_perm("appointments.assign_online") and not closed
    context = {
        "rows": [{"row": row, "tone": tone_of(row)} for row in shown],
        "closed": closed,
        "may_assign": may_assign,
        "advisors": selectors.receivers(request.user.store) if may_assign and request.user.store else [],
        "summary": "" if closed else ngettext("%(n)d to confirm", "%(n)d to confirm", count) % {"n": count},
        "shown_store": request.user.store,
    }
    template = "_online_rows.html" if request.headers.get("HX-Request") else "online.html"
    return render(request, f"appointments/{template}", context)


def _own(request: HttpRequest, pk: int) -> OnlineRequest:
    rows = (
        OnlineRequest.objects.visible_to(request.user)
        .known()
        .select_related(
            "store", "holder", "receiver", "assigned_to", "batch", "appointment", "vehicle", "customer"
        )
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@require_perm("appointments.see")
def online_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /appointments/online/<id>/?day= → what was asked for, whose car it is, and the times."""
    return _detail(request, _own(request, pk), day=request.GET.get("day"))


def _vehicles(request: HttpRequest, row: OnlineRequest) -> QuerySet[Vehicle]:
    """Cars of the group under the plate or the number."""
    people = Q(owner__phone=row.phone) | Q(driver__phone=row.phone)
    rows = Vehicle.objects.in_group_of(request.user).filter(Q(plate=row.plate) | people)
    return rows.select_related("owner", "model__brand").order_by("pk")[:8]


def _detail(
    request: HttpRequest,
    row: OnlineRequest,
    *,
    day: str | None = None,
    refused: DomainError | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    lines = list(row.items.select_related("operation", "part", "package"))
    may_act = request.user.has_perm("appointments.book") and row.is_open
    version = {"version": row.version}
    context = {
        "row": row,
        "tone": tone_of(row),
        "lines": lines,
        "amount": sum(line.amount for line in lines),
        "hours": sum(line.flat_rate_hours for line in lines),
        "may_act": may_act,
        "is_held": row.is_held,
        "refused": refused,
        "alternatives": alternatives(refused),
        "reason_form": ReasonForm(initial=version),
        "assign_form": AssignForm(initial=version | {"to": row.assigned_to_id}, store=row.store),
        "may_assign": request.user.has_perm("appointments.assign_online") and row.is_open,
        "events": Event.objects.about(row)[:STORY],
    }
    if may_act:
        context |= _to_confirm(request, row) | _times(row, day)
    return render(request, "appointments/online_detail.html", context | forms, status=status)


def _to_confirm(request: HttpRequest, row: OnlineRequest) -> dict[str, Any]:
    """The cars it may be, and the form for a new one with what was typed."""
    cars = list(_vehicles(request, row))
    ours = Vehicle.objects.visible_to(request.user).filter(pk__in=[car.pk for car in cars])
    known = set(ours.values_list("pk", flat=True))
    said = {
        "name": row.name,
        "phone": phones.display(row.phone),
        "plate": row.plate,
        "model_text": row.model_text,
    }
    likely = row.vehicle_id or (cars[0].pk if len(cars) == 1 and cars[0].plate == row.plate else None)
    return {
        "cars": [selectors.caller(car, masked=car.pk not in known) for car in cars],
        "chosen_car": str(likely or ("" if cars else NEW)),
        "caller_form": CallerForm(prefix="new", initial=said),
    }


def _times(row: OnlineRequest, asked: str | None) -> dict[str, Any]:
    """Other times, for a customer who changes his mind on the phone. Twelve queries."""
    needs = online.needs_of(row)
    wanted = asked_day(asked, clock.today())
    day = wanted or max(timezone.localdate(row.starts_at), clock.today())
    context = slot_days(row.store, needs, day, clock.now(), without=row.holder)
    for tab in context["strip"]:
        tab["url"] = f"{online.address_of(row)}?day={tab['day']:%Y-%m-%d}"
    return {**context, "needs": needs, "chosen": row.starts_at, "times_open": wanted is not None}


@require_POST
@require_perm("appointments.book")
@restarting
@once
def confirmation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/confirmation/ with ``vehicle`` (an id, or new and the caller's fields) → an appointment."""
    row = _own(request, pk)
    form = ConfirmForm(request.POST, vehicles=_vehicles(request, row))
    typed = {
        "form": form,
        "chosen_car": request.POST.get("vehicle", ""),
        "day": request.POST.get("shown_day"),
    }
    caller = CallerForm(request.POST, prefix="new")
    is_new = request.POST.get("vehicle") == NEW
    if not form.is_valid() or (is_new and not caller.is_valid()):
        shown = caller if is_new else CallerForm(prefix="new", initial=caller.data)
        return _detail(request, row, caller_form=shown, status=422, **typed)
    try:
        vehicle = form.chosen or _register(request, row, caller)
    except ValidationError as error:
        for name, errors in error.message_dict.items():
            caller.add_error(name if name in caller.fields else None, errors)
        return _detail(request, row, caller_form=caller, status=422, **typed)
    data = form.cleaned_data
    try:
        appointment = online.confirm(
            row, vehicle=vehicle, by=request.user, starts_at=data["starts_at"], version=data["version"]
        )
    except DomainError as error:
        if error.code not in BESIDE_THE_FORM:
            raise
        return _detail(request, _own(request, pk), refused=error, status=409, **typed)
    messages.success(
        request, _("%(number)s is confirmed. The customer gets a message.") % {"number": appointment.number}
    )
    return redirect("appointments:detail", appointment.pk)


def _register(request: HttpRequest, row: OnlineRequest, form: CallerForm) -> Vehicle:
    """A new car: of the customer whose proved number it is, else of a new one."""
    data = form.cleaned_data
    store = own_store(request)
    owner = row.customer if row.customer and row.customer.phone == data["phone"] else None
    if owner is None:
        said = {"name": data["name"], "phone": data["phone"]}
        owner = Customer.objects.register(store=store, by=request.user, **said)
    car = {key: data[key] for key in ("plate", "vin", "model_text")}
    return register_vehicle(owner, store=store, by=request.user, vehicle=car)


@require_POST
@require_perm("appointments.book")
@once
def refusal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/refusal/ with a reason → the time is free, the customer told that it was not confirmed."""
    row = _own(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, row, reason_form=form, status=422)
    online.decline(row, **form.cleaned_data, by=request.user)
    messages.success(request, _("%(number)s is declined and its time is free.") % {"number": row.number})
    return redirect("appointments:online")


@require_POST
@require_perm("appointments.assign_online")
@once
def assignment_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/assignment/ with ``to`` → another advisor calls."""
    row = _own(request, pk)
    form = AssignForm(request.POST, store=row.store)
    if not form.is_valid():
        return _detail(request, row, assign_form=form, status=422)
    online.assign(row, form.cleaned_data["to"], by=request.user, version=form.cleaned_data["version"])
    told = {"number": row.number, "name": form.cleaned_data["to"].name}
    messages.success(request, _("%(name)s calls about %(number)s.") % told)
    from_list = request.POST.get("back") == "list"
    return redirect("appointments:online" if from_list else online.address_of(row))
