"""The waiting list: who waits for a time, and what is done with one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.appointments import items, kept, selectors, waiting
from apps.appointments.draft import Draft
from apps.appointments.forms import AnswerForm, BookingForm, OfferForm, ReasonForm, WishForm
from apps.appointments.menu import WAITING_TONES
from apps.appointments.models import WaitingEntry
from apps.appointments.views.booking_page import alternatives, asked_day, booking_page, own_store, slot_days
from apps.capacity.services import restarting
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.registry import registry
from apps.desk.models import Event
from apps.desk.once import once

STORY = 50


@require_POST
@require_perm("appointments.book")
@once
def waiting_create(request: HttpRequest) -> HttpResponse:
    """POST /appointments/new/waiting/ with the booking page as typed → on the list, or nothing is lost."""
    store = own_store(request)
    form = BookingForm(request.POST, user=request.user, store=store, has_time=False)
    wish = WishForm(request.POST, prefix="wish")
    draft = Draft.read(request.POST, request.user, store)
    shown: dict[str, Any] = {"draft": draft, "wish_form": wish}
    if not (form.is_valid() & wish.is_valid() & draft.is_valid):
        return booking_page(request, store, request.POST, form=form, status=422, **shown)
    data = {**form.cleaned_data, **wish.cleaned_data}
    del data["starts_at"]
    try:
        entry = waiting.put(store=store, asks=draft.asks, by=request.user, **data)
    except DomainError as error:
        return booking_page(request, store, request.POST, form=form, status=409, refused=error, **shown)
    kept.discard(request.user, kept.key_of(request.POST))
    messages.success(
        request,
        _("%(number)s is on the waiting list. Whoever was first is offered first.") % {"number": entry},
    )
    return redirect("appointments:waiting_detail", entry.pk)


@require_GET
@require_perm("appointments.see")
def waiting_list(request: HttpRequest) -> HttpResponse:
    """GET /appointments/waiting/?closed=1 → who waits, in recorded order; for htmx only the rows."""
    closed = bool(request.GET.get("closed"))
    entries = selectors.waiting_list(request.user, closed=closed)
    count = len(entries)
    context = {
        "rows": [{"entry": entry, "tone": WAITING_TONES[entry.status]} for entry in entries],
        "closed": closed,
        "many_stores": len({entry.store_id for entry in entries}) > 1,
        "summary": "" if closed else ngettext("%(n)d waiting", "%(n)d waiting", count) % {"n": count},
        "may_book": request.user.has_perm("appointments.book"),
    }
    template = "_waiting_rows.html" if request.headers.get("HX-Request") else "waiting.html"
    return render(request, f"appointments/{template}", context)


@require_GET
@require_perm("appointments.see")
def waiting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /appointments/waiting/<id>/?day= → the wish, what is held, and the times that could be offered."""
    return _detail(request, _own(request, pk), day=request.GET.get("day"))


def _own(request: HttpRequest, pk: int) -> WaitingEntry:
    rows = WaitingEntry.objects.visible_to(request.user).select_related(
        "vehicle__model__brand", "vehicle__owner", "customer", "advisor", "receiver", "store", "holder",
        "appointment", "recorded_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def _detail(
    request: HttpRequest,
    entry: WaitingEntry,
    *,
    day: str | None = None,
    reason_form: ReasonForm | None = None,
    offer_form: OfferForm | None = None,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = list(entry.items.select_related("operation", "part", "package"))
    may_act = request.user.has_perm("appointments.book") and entry.is_open
    context = {
        "entry": entry,
        "tone": WAITING_TONES[entry.status],
        "lines": lines,
        "amount": sum(line.amount for line in lines),
        "hours": sum(line.flat_rate_hours for line in lines),
        "may_act": may_act,
        "stands": entry.stands(clock.now()),
        "reason_form": reason_form or ReasonForm(initial={"version": entry.version}),
        "refused": refused,
        "alternatives": alternatives(refused),
        "form": offer_form or OfferForm(),
        "panels": registry.panels_for("waiting_entry", entry, request.user),
        "events": Event.objects.about(entry)[:STORY],
    }
    if may_act and entry.status == WaitingEntry.Status.WAITING:
        context |= _times(entry, day)
    return render(request, "appointments/waiting_detail.html", context, status=status)


def _times(entry: WaitingEntry, asked: str | None) -> dict[str, Any]:
    """The times of one day that can be offered. Twelve queries."""
    needs = items.needs_of(entry, entry.advisor_id)
    today: date = clock.today()
    wanted = asked_day(asked, today) or max(entry.from_day, today)
    context = slot_days(entry.store, needs, wanted, clock.now())
    url = reverse("appointments:waiting_detail", args=[entry.pk])
    for tab in context["strip"]:
        tab["url"] = f"{url}?day={tab['day']:%Y-%m-%d}"
    return {**context, "needs": needs, "chosen": None}


@require_POST
@require_perm("appointments.book")
@restarting
@once
def offer_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/offer/ with ``starts_at`` → held and told. A taken one answers 409 with others."""
    entry = _own(request, pk)
    form, day = OfferForm(request.POST), request.POST.get("shown_day")
    if not form.is_valid():
        return _detail(request, entry, day=day, offer_form=form, status=422)
    try:
        waiting.offer(entry, **form.cleaned_data, by=request.user)
    except DomainError as error:
        if error.code not in ("slot_taken", "vehicle_booked", "offer_too_late"):
            raise
        return _detail(request, _own(request, pk), day=day, refused=error, status=409)
    messages.success(
        request,
        _("%(time)s is held for %(name)s, who gets a message.")
        % {"time": f"{timezone.localtime(entry.starts_at):%m-%d %H:%M}", "name": entry.contact_name},
    )
    return redirect("appointments:waiting_detail", pk)


@require_POST
@require_perm("appointments.book")
@restarting
@once
def acceptance_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/acceptance/ → the customer said yes on the phone: an appointment."""
    entry = _own(request, pk)
    appointment = waiting.accept(entry, by=request.user, starts_at=_answered(request))
    messages.success(
        request,
        _("%(number)s is booked. The customer gets a message at once.") % {"number": appointment.number},
    )
    return redirect("appointments:detail", appointment.pk)


@require_POST
@require_perm("appointments.book")
@once
def refusal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/refusal/ → the customer said no on the phone; with ``stays`` he keeps his place."""
    entry = _own(request, pk)
    stays = "stays" in request.POST
    waiting.decline(entry, by=request.user, starts_at=_answered(request), stays=stays)
    messages.success(request, _("The time is free for the next in the list."))
    return redirect("appointments:waiting_detail", pk)


def _answered(request: HttpRequest) -> Any:
    """The offer that the page showed, or None where it was not said."""
    form = AnswerForm(request.POST)
    return form.cleaned_data["starts_at"] if form.is_valid() else None


@require_POST
@require_perm("appointments.book")
@once
def withdrawal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/withdrawal/ with a reason → off the list."""
    entry = _own(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, entry, reason_form=form, status=422)
    waiting.withdraw(entry, **form.cleaned_data, by=request.user)
    messages.success(request, _("%(number)s is off the waiting list.") % {"number": entry})
    return redirect("appointments:waiting")
