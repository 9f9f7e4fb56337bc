"""The year's working days, and what differs from the published calendar."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.core import clock, workdays
from apps.core.errors import DomainError
from apps.desk.forms import WorkdayForm
from apps.desk.models import CalendarDay
from apps.desk.once import once

AHEAD = 2
"""Years after this one that are shown."""


def _months(year: int, corrected: dict[date, bool]) -> list[dict[str, Any]]:
    """Twelve months of weeks of ``(day, kind)``; a weekend that is free is ``""``."""

    def kind(day: date) -> str:
        works, usual = workdays.is_workday(day), day.weekday() < 5
        return ("work" if works else "off") if works != usual else "" if works else "weekend"

    return [
        {
            "first": date(year, month, 1),
            "weeks": [
                [(day, kind(day), day in corrected) if day.month == month else None for day in week]
                for week in Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


@require_http_methods(["GET", "POST"])
@require_perm("desk.edit_calendar")
@once
def calendar(request: HttpRequest) -> HttpResponse:
    """GET /calendar/?year= → the year; POST ``first last is_workday note`` → those days are set."""
    today = clock.today()
    form = WorkdayForm(request.POST or None, initial={"is_workday": "0"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        works = data["is_workday"] == "1"
        try:
            CalendarDay.put(data["first"], data["last"], is_workday=works, note=data["note"], by=request.user)
        except DomainError as error:
            form.add_error("first", error.message)
        else:
            messages.success(request, _("The working days are set. Windows of calls and promises follow."))
            return redirect("desk:calendar")
    asked = request.GET.get("year", "")
    years = [today.year + n for n in range(AHEAD + 1)]
    year = int(asked) if asked in map(str, years) else today.year
    corrected = CalendarDay.overrides(date(year, 1, 1), date(year, 12, 31))
    context = {
        "form": form,
        "year": year,
        "years": years,
        "months": _months(year, corrected),
        "is_published": workdays.is_published(year),
        "rows": CalendarDay.objects.filter(day__gte=today)[:200],
        "today": today,
    }
    return render(request, "desk/calendar.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@require_perm("desk.edit_calendar")
@once
def withdrawal_create(request: HttpRequest) -> HttpResponse:
    """POST /calendar/withdrawal/ ``row`` → as published again."""
    row = request.POST.get("row", "")
    get_object_or_404(CalendarDay, pk=row if row.isdecimal() else None).withdraw(by=request.user)
    messages.success(request, _("This day is as published again."))
    return redirect("desk:calendar")
