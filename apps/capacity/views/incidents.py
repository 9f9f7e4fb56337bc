"""The mass incident's card: opened, estimated anew, ended, rechecked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.capacity import affected, incidents
from apps.capacity.forms.incidents import EndForm, EstimateForm, IncidentForm
from apps.capacity.models import Incident, IncidentRecord
from apps.capacity.views.resources import own_store, seen
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.desk.once import once

LISTED, STORY = 50, 100


@require_GET
@require_perm("capacity.see_incident")
def incident_list(request: HttpRequest) -> HttpResponse:
    """GET /capacity/incidents/ → what runs or is to be rechecked, then the last ones that are done."""
    rows = Incident.objects.visible_to(request.user).for_pages()
    context = {
        "groups": [
            (_("Running"), [_row(i) for i in rows.running().order_by("pk")]),
            (_("To be rechecked"), [_row(i) for i in rows.open().exclude(ended_at=None).order_by("pk")]),
            (_("Done"), [_row(i) for i in rows.exclude(done_at=None).order_by("-pk")[:LISTED]]),
        ],
        "may_open": request.user.has_perm("capacity.incident") and request.user.store is not None,
    }
    return render(request, "capacity/incidents.html", context)


def _row(incident: Incident) -> dict[str, Any]:
    return {"incident": incident, **_state(incident)}


def _state(incident: Incident) -> dict[str, str]:
    """The badge: ``state`` and ``tone``."""
    now = clock.now()
    if incident.done_at:
        return {"state": _("done"), "tone": "ready"}
    if not incident.is_running:
        return {"state": _("over, to be rechecked"), "tone": "work"}
    if incident.starts_at > now:
        return {"state": _("announced"), "tone": "wait"}
    if incident.is_overdue(now):
        return {"state": _("longer than expected"), "tone": "late"}
    return {"state": _("running"), "tone": "block"}


@require_http_methods(["GET", "POST"])
@require_perm("capacity.incident")
@once
def incident_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /capacity/incidents/new/. First the affected records are shown, then it is opened."""
    store = own_store(request)
    initial = {"starts_at": _minute(clock.now())}
    form = IncidentForm(request.POST or None, initial=initial, store=store, by=request.user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            incident = incidents.open_card(store, **form.values, by=request.user, seen=seen(request))
        except incidents.Unseen as found:
            context |= {"records": found.records, "fingerprint": affected.fingerprint(found.records)}
        except DomainError as error:
            context |= {"refused": error.message, "refused_url": error.extra.get("url", "")}
        else:
            messages.success(request, _("The card is open. Desk and floor have been told."))
            return redirect("capacity:incident", incident.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "capacity/incident_form.html", context, status=status)


def _minute(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(second=0, microsecond=0)


def _own(request: HttpRequest, pk: int) -> Incident:
    return get_object_or_404(Incident.objects.visible_to(request.user).for_pages(), pk=pk)


@require_GET
@require_perm("capacity.see_incident")
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /capacity/incidents/<id>/ → the card: what, until when, whom it touches, how far the recheck is."""
    return _card(request, _own(request, pk))


def _card(
    request: HttpRequest, incident: Incident, estimate_form: EstimateForm | None = None
) -> HttpResponse:
    version = {"version": incident.version}
    records = list(incident.records.select_related("ticked_by"))
    later = {"expected_end_at": timezone.localtime(incident.expected_end_at)}
    context = {
        "incident": incident,
        **_state(incident),
        "is_overdue": incident.is_overdue(clock.now()),
        "records": records,
        "ticked": sum(record.ticked_at is not None for record in records),
        "outcomes": IncidentRecord.Outcome.choices,
        "may_change": request.user.has_perm("capacity.incident") and incident.is_running,
        "may_tick": request.user.has_perm("capacity.recheck") and not incident.done_at,
        "estimate_form": estimate_form or EstimateForm(initial=version | later),
        "end_form": EndForm(initial=version),
        "events": Event.objects.about(incident)[:STORY],
    }
    return render(request, "capacity/incident.html", context, status=422 if estimate_form else 200)


@require_POST
@require_perm("capacity.incident")
@once
def estimate_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/estimate/ (expected_end_at, reason) → the card; the house reads it in the same line."""
    incident = _own(request, pk)
    form = EstimateForm(request.POST)
    if not form.is_valid():
        return _card(request, incident, form)
    try:
        incidents.estimate_anew(incident, **form.cleaned_data, by=request.user)
    except DomainError as error:
        if error.code not in ("estimate_same", "end_before_start"):
            raise
        form.add_error("expected_end_at", error.message)
        return _card(request, _own(request, pk), form)
    messages.success(request, _("The estimate is changed. Everybody who was told reads it in the same line."))
    return redirect("capacity:incident", pk)


@require_POST
@require_perm("capacity.incident")
@once
def end_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/end/ → the card as a recheck list; what was blocked is free."""
    incident = _own(request, pk)
    form = EndForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    incidents.end(incident, by=request.user, version=version)
    messages.success(request, _("It is over. What was blocked is free from now on."))
    return redirect("capacity:incident", pk)


@require_POST
@require_perm("capacity.recheck")
@once
def tick_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /capacity/incident-records/<id>/tick/ (outcome) → the card with the record ticked off."""
    records = IncidentRecord.objects.visible_to(request.user).select_related("incident")
    record = get_object_or_404(records, pk=pk)
    incidents.tick(record, outcome=request.POST.get("outcome", ""), by=request.user)
    return redirect("capacity:incident", record.incident_id)
