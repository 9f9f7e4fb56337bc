"""A store's connections to systems outside."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.core import clock
from apps.core.registry import ConnectionKind, registry
from apps.desk.forms import AccountForm
from apps.desk.models import Connection
from apps.desk.once import once


def _store(request: HttpRequest) -> Store:
    if request.user.store is None:
        raise Http404
    return request.user.store


def _kind(name: str) -> ConnectionKind:
    if name not in registry.connections:
        raise Http404
    return registry.connections[name]


def _entry(kind: str) -> str:
    return f"{reverse('desk:connection')}?{urlencode({'kind': kind})}"


@require_GET
@require_perm("desk.connect")
def connection_list(request: HttpRequest) -> HttpResponse:
    """GET /connections/ → what may be connected, and whether it is in use. One query."""
    known = {row.kind: row for row in Connection.objects.filter(store=_store(request))}
    rows = [(kind, known.get(name)) for name, kind in registry.connections.items()]
    return render(request, "desk/connections.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@require_perm("desk.connect")
@once
def connection_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /connections/entry/?kind=pbx → what is asked for, and the addresses to enter there."""
    kind, store = request.GET.get("kind", ""), _store(request)
    told = _kind(kind)
    row = Connection.objects.filter(store=store, kind=kind).first()
    form = AccountForm(request.POST or None, options=told.options, account=row)
    if request.method == "POST" and form.is_valid():
        Connection.keep(store, kind, form.cleaned_data, by=request.user)
        messages.success(request, _("The connection is kept."))
        return redirect(_entry(kind))
    hooks = [(label, settings.PUBLIC_URL + path) for label, path in told.hooks(row.hook_key)] if row else []
    context = {"told": told, "connection": row, "form": form, "hooks": hooks}
    return render(request, "desk/connection.html", context, status=422 if form.errors else 200)


@require_POST
@require_perm("desk.connect")
@once
def connection_switch(request: HttpRequest, kind: str) -> HttpResponse:
    """POST /connections/pbx/switch/ ``on=1|0`` → in use from now on, or not any more."""
    row = get_object_or_404(Connection, store=_store(request), kind=_kind(kind).kind)
    on = request.POST.get("on") == "1"
    row.switch(on, by=request.user, now=clock.now())
    told = _("%(connection)s is in use.") if on else _("%(connection)s is not in use any more.")
    messages.success(request, told % {"connection": row})
    return redirect(_entry(kind))
