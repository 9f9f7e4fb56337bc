"""What a store may set, and from which day on."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Setting, Store
from apps.accounts.models.setting import KINDS, SettingKind
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk import services
from apps.desk.forms import YES_NO, SettingForm
from apps.desk.once import once


def _store(request: HttpRequest) -> Store:
    if request.user.store is None:
        raise Http404
    return request.user.store


def _words(kind: SettingKind, value: Any) -> str:
    """``value`` as people read it."""
    if isinstance(value, bool):
        return str(dict(YES_NO)["1" if value else "0"])
    if kind.choices:
        return str(dict(kind.choices).get(value, value))
    return kind.show(value)


@require_GET
@require_perm("desk.edit_settings")
def setting_list(request: HttpRequest) -> HttpResponse:
    """GET /settings/ → every setting by room with the value of today. Two queries."""
    store, today = _store(request), clock.today()
    now, planned = Setting.by_day(KINDS, store.pk, [today])[today], Setting.planned(store)
    groups: dict[str, list[dict]] = {}
    for kind in KINDS.values():
        row = {
            "kind": kind,
            "value": _words(kind, now[kind.key]),
            "planned": planned.get(kind.key),
            "is_own": now[kind.key] != kind.default,
        }
        groups.setdefault(str(apps.get_app_config(kind.room).verbose_name), []).append(row)
    return render(request, "desk/settings.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
@require_perm("desk.edit_settings")
@once
def setting_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /settings/entry/?key=reception.queue_limit ``value effective_from``."""
    key, store = request.GET.get("key", ""), _store(request)
    kind = KINDS.get(key)
    if kind is None:
        raise Http404
    current = Setting.value_of(key, store)
    form = SettingForm(request.POST or None, kind=kind, current=current)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        day = data["effective_from"]
        try:
            services.set_value(key, data["value"], store=store, effective_from=day, by=request.user)
        except DomainError as error:
            form.add_error("effective_from", error.message)
        else:
            messages.success(request, _("Saved. It holds from %(day)s on.") % {"day": day})
            return redirect("desk:settings")
    rows = Setting.objects.visible_to(request.user).filter(key=key).order_by("-effective_from", "store")[:50]
    context = {
        "form": form,
        "kind": kind,
        "default": _words(kind, kind.default),
        "rows": [(row, _words(kind, kind.cast(row.value))) for row in rows],
        "today": clock.today(),
    }
    return render(request, "desk/setting.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@require_perm("desk.edit_settings")
@once
def withdrawal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/7/withdrawal/ → the planned value is taken back."""
    row = get_object_or_404(Setting.objects.visible_to(request.user).exclude(store=None), pk=pk)
    services.withdraw(row, by=request.user)
    messages.success(request, _("Taken back."))
    return redirect(f"{reverse('desk:setting')}?key={row.key}")
