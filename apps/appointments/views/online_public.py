"""The public page: what is to be done, when, who; a code to the phone, and it is in. Without a login."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import public
from apps.accounts.models import Setting, Store
from apps.appointments import online, online_codes, online_menu, online_times
from apps.appointments.items import Ask
from apps.appointments.models import OnlineRequest
from apps.appointments.online_forms import AskForm, CodeForm
from apps.appointments.views.booking_page import alternatives, asked_day
from apps.capacity.services import restarting
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.once import once

REFUSED = {"online_too_many": 429}


def _store(code: str) -> Store:
    store = get_object_or_404(Store, code=code)
    if not Setting.value_of(online_times.OPEN, store.pk):
        raise Http404
    return store


@public
@require_GET
def store_list(request: HttpRequest) -> HttpResponse:
    """GET /book/ → the stores that take requests online; with one store, its page."""
    stores = [s for s in Store.objects.order_by("code") if Setting.value_of(online_times.OPEN, s.pk)]
    if len(stores) == 1:
        return redirect("appointments:online_create", stores[0].code)
    return render(request, "appointments/online_stores.html", {"stores": stores})


@public
@never_cache
@require_http_methods(["GET", "POST"])
@once
def request_create(request: HttpRequest, code: str) -> HttpResponse:
    """GET, POST /book/<store>/ → the menu with prices and times; a code is sent. For htmx only the times.

    GET takes ``item`` (package ids) and ``day``.
    """
    store = _store(code)
    if request.method == "GET":
        return _page(request, store, request.GET)
    form = AskForm(request.POST, menu=online_menu.packages(store))
    if not form.is_valid():
        return _page(request, store, request.POST, form=form, status=422)
    typed = dict(form.cleaned_data)
    asks = [Ask(package) for package in typed.pop("item")]
    try:
        row = online.begin(store=store, asks=asks, address=request.META.get("REMOTE_ADDR", ""), **typed)
    except DomainError as error:
        status = REFUSED.get(error.code, 409)
        return _page(request, store, request.POST, form=form, refused=error, status=status)
    return redirect("appointments:online_state", store.code, row.key)


def _page(
    request: HttpRequest,
    store: Store,
    data: QueryDict,
    *,
    form: AskForm | None = None,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    menu = online_menu.menu(store)
    chosen = {text for text in data.getlist("item") if text in {str(entry.package.pk) for entry in menu}}
    asks = [entry.ask for entry in menu if str(entry.package.pk) in chosen]
    now = clock.now()
    context: dict[str, Any] = {
        "store": store,
        "menu": menu,
        "chosen": chosen,
        "form": form or AskForm(initial=data.dict(), menu=online_menu.packages(store)),
        "refused": refused,
        "starts_at": data.get("starts_at", ""),
        **online_menu.times(store, asks, asked_day(data.get("day"), clock.today()), now),
    }
    partial = request.headers.get("HX-Request") and request.method == "GET"
    template = "_online_when.html" if partial else "online_public.html"
    return render(request, f"appointments/{template}", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "POST"])
@restarting
def request_state(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """GET, POST /book/<store>/<key>/ → the code, later what became of the request; the address is the key.

    POST takes ``act``: prove (``code``, maybe another ``starts_at``), again, withdraw.
    """
    rows = OnlineRequest.objects.select_related("store", "receiver", "holder", "appointment__advisor")
    row = get_object_or_404(rows, key=key, store__code=code)
    if request.method == "GET":
        return _state(request, row)
    act = request.POST.get("act")
    try:
        if act == "again" and row.status == OnlineRequest.Status.TYPED:
            online_codes.send(row, address=request.META.get("REMOTE_ADDR", ""), now=clock.now())
        elif act == "withdraw":
            online.withdraw(row)
        elif row.status == OnlineRequest.Status.TYPED:
            return _prove(request, row)
    except DomainError as error:
        return _state(request, rows.get(pk=row.pk), refused=error, status=REFUSED.get(error.code, 409))
    return redirect(request.path)


def _prove(request: HttpRequest, row: OnlineRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _state(request, row, form=form, status=422)
    try:
        online_codes.prove(row, form.cleaned_data["code"], now=clock.now())
    except DomainError as error:
        form.add_error("code", error.message)
        return _state(request, row, form=form, status=422)
    try:
        online.receive(row, starts_at=form.cleaned_data["starts_at"])
    except DomainError as error:
        row.refresh_from_db()
        status = REFUSED.get(error.code, 409)
        return _state(request, row, form=form, refused=error, status=status)
    return redirect(request.path)


def _state(
    request: HttpRequest,
    row: OnlineRequest,
    *,
    form: CodeForm | None = None,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = row.items.select_related("operation", "part", "package")
    free = [a for a in alternatives(refused) if a["at"] >= online_times.first_start(row.store, clock.now())]
    context = {
        "row": row,
        "store": row.store,
        "names": list(dict.fromkeys(str(line.package or line) for line in lines)),
        "form": form or CodeForm(),
        "refused": refused,
        "alternatives": free,
    }
    return render(request, "appointments/online_state.html", context, status=status)
