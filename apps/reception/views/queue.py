"""Who waits, and the board that welcomes them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core import clock
from apps.desk.once import once
from apps.reception import selectors
from apps.reception.models import Visit


def _queue_context(request: HttpRequest) -> dict[str, Any]:
    standards = selectors.Standards(request.user.store_id)
    waiting = selectors.queue_of(request.user, standards)
    now = clock.now()
    return {
        "now": now,
        "waiting": waiting,
        "standard_seconds": int(standards.first_contact.total_seconds()),
        "over": sum(now - v.arrived_at > standards.first_contact for v in waiting),
        "over_limit": len(waiting) > standards.queue_limit,
        "longest": max((now - v.arrived_at for v in waiting), default=None),
        "in_reception": list(
            Visit.objects.visible_to(request.user)
            .filter(status=Visit.Status.IN_RECEPTION)
            .for_pages()
            .select_related("walk_around", "interview")
            .order_by("first_contact_at")[:50]
        ),
        "expected": list(selectors.expected_today(request.user)[:50]),
        "may_receive": request.user.has_perm("reception.receive"),
        "may_arrive": request.user.has_perm("reception.arrive"),
    }


@require_GET
@require_perm("reception.see")
def queue(request: HttpRequest) -> HttpResponse:
    """GET /reception/queue/."""
    return render(request, "reception/queue.html", _queue_context(request))


@require_GET
@require_perm("reception.see")
def queue_fragment(request: HttpRequest) -> HttpResponse:
    """GET …/fragment/ → the queue alone, for open pages."""
    return render(request, "reception/_queue.html", _queue_context(request))


@require_POST
@require_perm("reception.receive")
@once
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/contact/ → first contact; on to the walk-around."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
    visit.meet(by=request.user)
    messages.success(request, _("You have received %(vehicle)s.") % {"vehicle": visit.vehicle})
    return redirect("reception:walk_around", pk=visit.pk)


def _welcome_context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    here = (
        Visit.objects.visible_to(request.user)
        .filter(status__in=[Visit.Status.WAITING, Visit.Status.IN_RECEPTION])
        .for_pages()
    )
    soon = selectors.expected_today(request.user).filter(
        arrives_at__gte=now - timedelta(minutes=30), arrives_at__lte=now + timedelta(minutes=60)
    )
    return {"here": here.order_by("arrived_at")[:12], "soon": soon[:6]}


@require_GET
@require_perm("reception.see")
def welcome(request: HttpRequest) -> HttpResponse:
    """GET /reception/welcome/ → the wall: masked plates and surnames only."""
    return render(request, "reception/welcome.html", _welcome_context(request))


@require_GET
@require_perm("reception.see")
def welcome_fragment(request: HttpRequest) -> HttpResponse:
    """GET …/fragment/ → the guests alone."""
    return render(request, "reception/_welcome.html", _welcome_context(request))
