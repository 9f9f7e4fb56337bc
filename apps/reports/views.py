"""The manager's day page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.core import clock
from apps.reports.today import day_of
from apps.workshop.selectors import store_for

OPENS = {
    "appointments": "appointments.see",
    "visits": "reception.see",
    "board": "board.see",
    "dispatch": "workshop.see",
    "calls": "calls.see",
    "orders": "workorders.see",
}


@require_GET
@require_perm("reports.see_today")
def today(request: HttpRequest) -> HttpResponse:
    """GET /today/?store= → the day in figures, each leading to its list."""
    context = _context(request)
    several = len(request.user.visible_store_ids) > 1
    context["stores"] = Store.objects.visible_to(request.user).order_by("pk") if several else []
    return render(request, "reports/today.html", context)


@require_GET
@require_perm("reports.see_today")
def today_fragment(request: HttpRequest) -> HttpResponse:
    """GET /today/fragment/?store= → the figures alone. At most twelve queries besides the frame's."""
    return render(request, "reports/_today.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    store = store_for(request.user, request.GET.get("store"))
    if store is None:
        raise Http404
    opens = {name: request.user.has_perm(perm) for name, perm in OPENS.items()}
    return {
        "shown_store": store,
        "day": clock.today(),
        "iso_day": clock.today().isoformat(),
        "board_query": f"?store={store.pk}",
        "opens": opens,
        **day_of(request.user, store),
    }
