"""Verbs on one call. Each answers with a redirect; an invalid form with the page and 422."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.calls.forms import AttemptForm, NoteForm, PromiseForm, ReasonForm
from apps.calls.models import Attempt, Call
from apps.calls.views.pages import call_page, find
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.when import words
from apps.desk.once import once


def on_to(request: HttpRequest, call: Call) -> HttpResponse:
    """After a call is finished: the next reason to speak with the same customer, else the queue."""
    others = [c for c in call.other_reasons(request.user) if c.is_held_by(request.user)]
    return redirect(others[0]) if others else redirect("calls:queue")


def _refused(request: HttpRequest, pk: int, error: DomainError, **forms: Any) -> HttpResponse:
    """409 with the rule above what was typed, on the page as it stands now."""
    call = find(request, pk)
    for form in forms.values():
        form.add_error(None, error.message)
        if "seen" in form.fields:
            form.data = {**form.data.dict(), "seen": call.attempt_count}
    return call_page(request, call, status=409, **forms)


@require_POST
@require_perm("calls.make")
@once
def claim_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/claim/ → the call's page with the number."""
    call = find(request, pk)
    call.claim(by=request.user)
    return redirect(call)


@require_POST
@require_perm("calls.make")
def lease_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/lease/ from the page while somebody works on it → 204."""
    find(request, pk).renew(by=request.user)
    return HttpResponse(status=204)


@require_POST
@require_perm("calls.make")
@once
def release_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/release/ → the queue; the call is free for others."""
    find(request, pk).release(by=request.user)
    return redirect("calls:queue")


@require_POST
@require_perm("calls.make")
@once
def attempt_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/attempts/ ``outcome note again_at seen`` → reached: the form; else the queue."""
    call = find(request, pk)
    form = AttemptForm(request.POST, call=call)
    if not form.is_valid():
        return call_page(request, call, status=422, attempt_form=form)
    data = form.cleaned_data
    try:
        attempt = call.record_attempt(
            data["outcome"], by=request.user, note=data["note"], again_at=data["again_at"], seen=data["seen"]
        )
    except DomainError as error:
        return _refused(request, pk, error, attempt_form=form)
    if attempt.outcome == Attempt.Outcome.REACHED:
        return redirect(f"{call.get_absolute_url()}#form")
    if attempt.again_at is None:
        messages.warning(request, _("The call waits until the number is corrected; a task has been opened."))
    else:
        back = {"when": words(attempt.again_at, clock.now())}
        messages.success(request, _("Saved. The call comes back %(when)s.") % back)
    return redirect("calls:queue")


@require_POST
@require_perm("calls.make")
@once
def completion_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/completion/ of a queue without a form of its own → the next reason, or the queue."""
    call = find(request, pk)
    form = NoteForm(request.POST, call=call)
    if not form.is_valid():
        return call_page(request, call, status=422, form=form)
    try:
        call.complete(by=request.user, **form.cleaned_data)
    except DomainError as error:
        return _refused(request, pk, error, form=form)
    messages.success(request, _("%(call)s: completed.") % {"call": call})
    return on_to(request, call)


@require_POST
@require_perm("calls.make")
@once
def unreached_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/unreached/ ``note`` → closed after two attempts."""
    call = find(request, pk)
    call.complete_unreached(by=request.user, note=request.POST.get("note", "")[:1000])
    messages.success(request, _("%(call)s: closed as unreached.") % {"call": call})
    return on_to(request, call)


@require_POST
@require_perm("calls.make")
@once
def promise_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/promise/ ``topic due_at`` → a call of one's own at that time."""
    call = find(request, pk)
    form = PromiseForm(request.POST)
    if not form.is_valid():
        return call_page(request, call, status=422, promise_form=form)
    promised = call.promise(form.cleaned_data["topic"], form.cleaned_data["due_at"], by=request.user)
    when = words(promised.due_at, clock.now())
    messages.success(request, _("Promised for %(when)s; it will be in your queue.") % {"when": when})
    return redirect(call)


@require_POST
@require_perm("calls.hold_up")
@once
def suspension_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/suspension/ ``reason``."""
    call = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return call_page(request, call, status=422, reason_form=form)
    call.suspend(form.cleaned_data["reason"], by=request.user)
    return redirect(call)


@require_POST
@require_perm("calls.hold_up")
@once
def resumption_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/resumption/ → open again within its window."""
    call = find(request, pk)
    call.resume(by=request.user)
    return redirect(call)


@require_POST
@require_perm("calls.hold_up")
@once
def cancellation_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/cancellation/ ``reason``."""
    call = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return call_page(request, call, status=422, reason_form=form)
    call.cancel(form.cleaned_data["reason"], by=request.user)
    return redirect(call)
