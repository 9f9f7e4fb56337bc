"""The customer's own page about a time that became free. Without a login; the link is the key."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from apps.appointments import documents, waiting
from apps.appointments.forms import AnswerForm
from apps.appointments.models import WaitingEntry
from apps.capacity.services import restarting
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Link
from apps.desk.once import once


def waiting_public(request: HttpRequest, link: Link) -> HttpResponse:
    """GET, POST /l/<token>/: the offered time, yes or no, and what became of it.

    POST takes ``starts_at`` (the offer that was shown) and ``answer``: accept, later (keep my place) or off.
    """
    rows = WaitingEntry.objects.select_related("vehicle", "receiver", "store", "appointment__advisor")
    entry = get_object_or_404(rows, pk=link.object_id)
    if request.method == "POST":
        return _answer(request, entry)
    return _show(request, entry)


@restarting
@once
def _answer(request: HttpRequest, entry: WaitingEntry) -> HttpResponse:
    form, answer = AnswerForm(request.POST), request.POST.get("answer")
    if not form.is_valid() or answer not in ("accept", "later", "off"):
        return redirect(request.path)
    starts_at = form.cleaned_data["starts_at"]
    try:
        if answer == "accept":
            waiting.accept(entry, by=None, starts_at=starts_at)
        else:
            waiting.decline(entry, by=None, starts_at=starts_at, stays=answer == "later")
    except DomainError as error:
        fresh = WaitingEntry.objects.select_related("vehicle", "receiver", "store", "appointment__advisor")
        return _show(request, fresh.get(pk=entry.pk), refused=error, status=409)
    return redirect(request.path)


def _show(request: HttpRequest, entry: WaitingEntry, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "entry": entry,
        "store": entry.store,
        "stands": entry.stands(clock.now()),
        "appointment": entry.appointment,
        "bring": documents.of_appointment(entry.appointment) if entry.appointment else [],
        "waits": entry.is_open,
    }
    return render(request, "appointments/waiting_public.html", context | more, status=status)
