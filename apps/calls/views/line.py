"""The telephone on the desk: one's extension, dialling at a press, and who rings now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import public, require_perm
from apps.calls import pbx
from apps.calls.forms import ExtensionForm
from apps.calls.models import Extension, LineCall
from apps.calls.views.pages import find
from apps.core import clock, wire
from apps.core.registry import registry
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Connection
from apps.desk.once import once

SHOWN = 20


@require_http_methods(["GET", "POST"])
@require_perm("calls.make")
@once
def extension_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /calls/telephone/ → one's extension (empty: none), and one's last calls on the line."""
    user = request.user
    form = ExtensionForm(request.POST or None, initial={"number": Extension.of(user)})
    if request.method == "POST" and user.store is not None and form.is_valid():
        cache.delete(pbx.seat_key(user))
        if Extension.keep(user, form.cleaned_data["number"]):
            messages.success(request, _("Your telephone is kept."))
            return redirect("calls:telephone")
        form.add_error("number", _("A colleague has this extension."))
    context = {
        "form": form,
        "is_connected": Connection.objects.live(pbx.PBX).filter(store=user.store).exists(),
        "lines": LineCall.objects.of_user(user)[:SHOWN],
    }
    return render(request, "calls/telephone.html", context, status=422 if form.errors else 200)


@require_POST
@require_perm("calls.make")
@once
def dial_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /calls/12/dial/ → the telephone on the desk rings, then the customer's."""
    call = find(request, pk)
    pbx.dial(call, by=request.user)
    messages.success(request, _("Your telephone rings; pick up and you are connected."))
    return redirect(call)


@require_GET
@require_perm("calls.make")
def ringing(request: HttpRequest) -> HttpResponse:
    """GET /calls/ringing/ → who rings at one's extension, with what is known; empty when nobody does."""
    lines = LineCall.objects.ringing_for(request.user, clock.now()).select_related("customer")
    line = lines.first()
    context: dict[str, Any] = {"line": line}
    if line is not None:
        known = Customer.objects.visible_to(request.user).filter(pk=line.customer_id or 0).first()
        context |= {
            "known": known,
            "vehicles": Vehicle.objects.filter(owner=known)[:3] if known else [],
            "actions": registry.actions_for("caller", line, request.user),
        }
    return render(request, "calls/_ringing.html", context)


@csrf_exempt
@public
@require_POST
def hook_create(request: HttpRequest, key: str) -> HttpResponse:
    """POST /hooks/pbx/<key>/ with one happening or a list of them. Who knows the address is the system."""
    connection = get_object_or_404(Connection.objects.select_related("store"), kind=pbx.PBX, hook_key=key)
    try:
        for told in wire.rows(request.body):
            pbx.hear(connection, told)
    except wire.Malformed as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return JsonResponse({"ok": True})
