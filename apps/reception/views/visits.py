"""Visits: the day's list, one visit, the side door."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core import clock
from apps.core.registry import registry
from apps.desk.models import EVENT_TITLES, Event, PdfJob
from apps.desk.once import once
from apps.reception import selectors, services
from apps.reception.models import Visit, WalkAround

DAY_LIMIT = 300


@require_GET
@require_perm("reception.see")
def visit_list(request: HttpRequest) -> HttpResponse:
    """GET /reception/visits/?day=&status=&mine= → a day's visits, the latest arrival first."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    start, end = selectors.day_bounds(day)
    visits = Visit.objects.visible_to(request.user).filter(arrived_at__gte=start, arrived_at__lt=end)
    counts = {row["status"]: row["n"] for row in visits.values("status").annotate(n=Count("pk"))}
    status = request.GET.get("status", "")
    if status in Visit.Status.values:
        visits = visits.filter(status=status)
    if request.GET.get("mine"):
        visits = visits.filter(Q(advisor=request.user) | Q(met_by=request.user))
    context = {
        "day": day,
        "previous_day": day - timedelta(days=1),
        "next_day": day + timedelta(days=1),
        "is_today": day == clock.today(),
        "status": status,
        "mine": request.GET.get("mine", ""),
        "statuses": [(s.value, s.label, counts.get(s.value, 0)) for s in Visit.Status],
        "may_arrive": request.user.has_perm("reception.arrive"),
        "total": sum(counts.values()),
        "visits": visits.for_pages().order_by("-arrived_at", "-pk")[:DAY_LIMIT],
    }
    return render(request, "reception/visits.html", context)


@require_GET
@require_perm("reception.see")
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /reception/visits/<id>/ → the visit with its walk-around, interview and history."""
    visit = get_object_or_404(
        Visit.objects.visible_to(request.user)
        .for_pages()
        .select_related("walk_around__signature", "walk_around__done_by", "interview__listened_by"),
        pk=pk,
    )
    walk = getattr(visit, "walk_around", None)
    context = {
        "visit": visit,
        "walk": walk,
        "interview": getattr(visit, "interview", None),
        "marks": selectors.marks_of(visit),
        "register": selectors.register_of(visit),
        "story": [
            {"event": e, "title": EVENT_TITLES.get(e.kind, e.kind)}
            for e in Event.objects.visible_to(request.user).about(visit)[:100]
        ],
        "actions": registry.actions_for("visit", visit, request.user),
        "panels": registry.panels_for("visit", visit, request.user),
        "pdf": _pdf(walk),
        "may_receive": request.user.has_perm("reception.receive"),
        "may_send_away": request.user.has_perm("reception.close")
        and visit.status in (Visit.Status.WAITING, Visit.Status.IN_RECEPTION),
    }
    return render(request, "reception/visit.html", context)


def _pdf(walk: WalkAround | None) -> PdfJob | None:
    if walk is None or walk.signed_at is None:
        return None
    return PdfJob.objects.filter(kind="reception.slip", object_id=walk.pk).select_related("file").first()


@require_POST
@require_perm("reception.close")
@once
def departure_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/departure/ (reason) → the customer left without work; back to the visit."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
    services.send_away(
        visit,
        request.POST.get("reason", ""),
        by=request.user,
        fee_waived_reason=request.POST.get("fee_waived_reason", ""),
    )
    messages.success(request, _("%(vehicle)s has left.") % {"vehicle": visit.vehicle})
    return redirect("reception:visit", pk=visit.pk)
