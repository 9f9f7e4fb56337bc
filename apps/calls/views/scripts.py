"""What the store's agents say in each queue: read, changed, tried on the latest call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.calls.forms import ScriptForm
from apps.calls.models import Call, Script
from apps.calls.queues import QUEUES, CallQueue, in_order
from apps.core.words import fill
from apps.desk.once import once

STORY = 10


def _store(request: HttpRequest) -> Store:
    if request.user.store is None:
        raise Http404
    return request.user.store


def _queue(request: HttpRequest) -> CallQueue:
    key = request.GET.get("queue", "")
    if key not in QUEUES or not QUEUES[key].script:
        raise Http404
    return QUEUES[key]


@require_GET
@require_perm("calls.write_scripts")
def script_list(request: HttpRequest) -> HttpResponse:
    """GET /calls/scripts/ → every queue with its words in force. Two queries."""
    store = _store(request)
    latest = Script.objects.filter(store=store).order_by("queue", "-version").distinct("queue")
    kept = {script.queue: script for script in latest.select_related("made_by")}
    rows = []
    for queue in in_order():
        script = kept.get(queue.key)
        own = script.text if script else ""
        names = {name: f"[{label}]" for name, label in queue.variables.items()}
        if queue.script:
            rows.append({"queue": queue, "script": script, "text": fill(own or queue.standard, names)})
    return render(request, "calls/scripts.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@require_perm("calls.write_scripts")
@once
def script_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /calls/scripts/entry/?queue= ``text`` → a new version; empty: the standard words again."""
    store, queue = _store(request), _queue(request)
    own = Script.text_of(store.pk, queue.key)
    form = ScriptForm(request.POST or None, queue=queue, initial={"text": own or queue.standard})
    if request.method == "POST" and form.is_valid():
        Script.keep(store, queue.key, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("The new words are kept."))
        return redirect(f"{reverse('calls:script')}?{urlencode({'queue': queue.key})}")
    versions = Script.objects.of(store.pk, queue.key).select_related("made_by")[:STORY]
    context = {
        "form": form,
        "queue": queue,
        "versions": list(versions),
        "is_own": bool(own),
        "variables": queue.variables.items(),
        **_preview(request, queue, str(form["text"].value() or "")),
    }
    return render(request, "calls/script.html", context, status=422 if form.errors else 200)


@require_POST
@require_perm("calls.write_scripts")
def script_preview(request: HttpRequest) -> HttpResponse:
    """POST /calls/scripts/preview/?queue= ``text`` → as the agent reads it. Saves nothing."""
    _store(request)
    queue = _queue(request)
    context = _preview(request, queue, request.POST.get("text", "")[:10_000])
    return render(request, "calls/_script_preview.html", context)


def _preview(request: HttpRequest, queue: CallQueue, text: str) -> dict[str, Any]:
    """The words with the data of the latest call in sight; without one, with the names."""
    calls = Call.objects.visible_to(request.user).filter(queue=queue.key, store=request.user.store)
    call = calls.select_related("customer", "vehicle", "store").order_by("-pk").first()
    if call is not None:
        said = queue.script_for(call, request.user, text)
    else:
        said = fill(text or queue.standard, {name: f"[{label}]" for name, label in queue.variables.items()})
    return {"said": [p for p in said.replace("\r\n", "\n").split("\n\n") if p.strip()], "real": call}
