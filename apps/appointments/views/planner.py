"""Day and week of the store's appointments: bays by time, load by hour and by day."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.appointments import planner
from apps.appointments.views.appointments import PAST, tone_of
from apps.appointments.views.booking_page import asked_day
from apps.core import clock, when


def _store(request: HttpRequest) -> Store:
    """One's own store, else the first that may be seen."""
    store = request.user.store or Store.objects.visible_to(request.user).first()
    if store is None:
        raise Http404
    return store


def _day(request: HttpRequest, name: str) -> date:
    today = clock.today()
    return asked_day(request.GET.get(name), today, earliest=today - PAST) or today


@require_GET
@require_perm("appointments.see")
def appointment_day(request: HttpRequest) -> HttpResponse:
    """GET /appointments/day/?day= → bays × time with the load by hour; for htmx only the board."""
    store, day, today = _store(request), _day(request, "day"), clock.today()
    context = {
        "board": planner.load_day(request.user, store, day, tone_of),
        "words": when.day_words(day, today),
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "shown_store": store,
        "may_book": request.user.has_perm("appointments.book"),
    }
    template = (
        "appointments/_day_board.html" if request.headers.get("HX-Request") else "appointments/day.html"
    )
    return render(request, template, context)


@require_GET
@require_perm("appointments.see")
def appointment_week(request: HttpRequest) -> HttpResponse:
    """GET /appointments/week/?week= (any of its days) → seven days side by side; for htmx only these."""
    store, day, today = _store(request), _day(request, "week"), clock.today()
    monday = day - timedelta(days=day.weekday())
    columns = planner.load_week(request.user, store, monday, tone_of)
    context = {
        "columns": columns,
        "count": sum(len(column.appointments) for column in columns),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "this_monday": today - timedelta(days=today.weekday()),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "shown_store": store,
        "may_book": request.user.has_perm("appointments.book"),
    }
    template = "appointments/_week.html" if request.headers.get("HX-Request") else "appointments/week.html"
    return render(request, template, context)
