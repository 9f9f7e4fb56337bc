"""One call's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.calls import pbx, selectors
from apps.calls.forms import AttemptForm, NoteForm, PromiseForm, ReasonForm
from apps.calls.models import Attempt, Call, Script
from apps.calls.models.base import TRIES
from apps.calls.queues import NOTE_FORM
from apps.core import clock, phones
from apps.core.registry import registry

ICONS = {
    "reached": "phone-check",
    "no_answer": "phone-off",
    "busy": "phone-pause",
    "off": "device-mobile-off",
    "wrong": "phone-x",
    "refused": "hand-stop",
    "later": "calendar-time",
}


def find(request: HttpRequest, pk: int) -> Call:
    """The call of one of the reader's stores, or 404."""
    calls = Call.objects.visible_to(request.user).select_related(
        "customer__advisor", "vehicle__model__brand", "store", "owner", "claimed_by", "finished_by"
    )
    return get_object_or_404(calls, pk=pk)


def call_page(request: HttpRequest, call: Call, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page of ``call``. A queue's own view passes its invalid ``form`` here, with status 422."""
    user, now = request.user, clock.now()
    held = call.state == Call.State.OPEN and call.is_held_by(user, now)
    own_form = {"form": NoteForm(call=call)} if call.kind.form_template == NOTE_FORM else {}
    full = {
        "call": call,
        "queue": call.kind,
        "held": held,
        # A refused form is shown again even when the lease has lapsed meanwhile: nothing typed is lost.
        "working": held or (status >= 400 and call.state == Call.State.OPEN),
        "held_by_other": call.claimed_by
        if not held and call.claimed_until and call.claimed_until > now
        else None,
        "phone_text": phones.display(call.customer.phone) if held else "",
        "may_make": user.has_perm("calls.make"),
        "may_take": user.has_perm("calls.make") and call.may_be_taken_by(user),
        "may_dial": held and pbx.may_dial(user, call.store_id),
        "may_hold_up": user.has_perm("calls.hold_up"),
        "script": call.kind.script_for(call, user, Script.text_of(call.store_id, call.queue)).split("\n\n"),
        "others": call.other_reasons(user, now),
        "outcomes": [(v, label, ICONS[v]) for v, label in Attempt.Outcome.choices],
        "comes_back_at": selectors.comes_back(call),
        "tries": TRIES,
        "attempt_form": AttemptForm(call=call),
        "promise_form": PromiseForm(),
        "reason_form": ReasonForm(),
        "form_url": call.kind.form_url(call),
        "panels": registry.panels_for("call", call, user),
        "actions": registry.actions_for("call", call, user),
        **selectors.facts(call, user),
        **own_form,
        **call.kind.form_context(call, user),
        **context,
    }
    return render(request, "calls/call.html", full, status=status)


@require_GET
@require_perm("calls.see")
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /calls/12/ → facts, script, outcome and the queue's form. The number shows to whoever holds it."""
    found = find(request, pk)
    if found.is_held_by(request.user):
        found.renew(by=request.user)
    return call_page(request, found)
