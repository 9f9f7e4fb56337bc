"""The callbacks' standards, watched live, and the calls behind each figure."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.callbacks import export, standards
from apps.calls.queues import queue_of
from apps.core import clock, keyset
from apps.desk.models import Event

TITLES = ("finished", "late", "counted", "compliant", "pending", "week", "week_counted")


def _month(request: HttpRequest) -> date:
    asked = request.GET.get("month") or request.POST.get("month", "")
    try:
        return parse_date(f"{asked}-01") or clock.today().replace(day=1)
    except ValueError:
        return clock.today().replace(day=1)


@require_GET
@require_perm("callbacks.see_standards")
def report(request: HttpRequest) -> HttpResponse:
    """GET /callbacks/standards/?month=2026-11 → rates by store and queue, surveys by advisor; live."""
    month = _month(request)
    context = {
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": (month + timedelta(days=32)).replace(day=1),
        "month_end": standards.month_of(month)[1],
        "may_export": request.user.has_perm("callbacks.export"),
        "is_now": month == clock.today().replace(day=1),
        "stores": standards.of_month(request.user, month),
        "advisors": standards.advisors(request.user, month),
        "refetch": request.get_full_path(),
    }
    template = "_standards" if request.headers.get("HX-Request") else "standards"
    return render(request, f"callbacks/{template}.html", context)


@require_GET
@require_perm("callbacks.see_standards")
def rows(request: HttpRequest) -> HttpResponse:
    """GET /callbacks/standards/rows/?month=&store=&queue=&kind= → the calls that were counted."""
    month, kind, queue = _month(request), request.GET.get("kind", ""), request.GET.get("queue", "")
    pk = request.GET.get("store", "")
    if kind not in TITLES or queue not in standards.QUEUES or not pk.isdecimal() or len(pk) > 18:
        raise Http404
    store = get_object_or_404(Store.objects.visible_to(request.user), pk=pk)
    found = standards.rows(request.user, month, store=store.pk, queue=queue, kind=kind)
    page = keyset.page(found, request.GET, order=("closes_on", "pk"))
    context = {"month": month, "store": store, "queue": queue_of(queue), "kind": kind, "page": page}
    return render(request, "callbacks/standards_rows.html", context)


@require_POST
@require_perm("callbacks.export")
def export_create(request: HttpRequest) -> StreamingHttpResponse:
    """POST /callbacks/standards/export/ ``month`` → a CSV of completed callbacks, recorded."""
    month = _month(request)
    calls = export.completed(request.user, month)
    facts = {"month": f"{month:%Y-%m}", "calls": calls.count()}
    Event.record("callbacks.exported", about=request.user, by=request.user, facts=facts)
    response = StreamingHttpResponse(export.lines(calls), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="callbacks-{month:%Y-%m}.csv"'
    return response
