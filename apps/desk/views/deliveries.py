"""Reactions that failed too often, for the administrator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.desk.models import EventDelivery
from apps.desk.once import once


@require_GET
@require_perm("desk.operate")
def delivery_list(request: HttpRequest) -> HttpResponse:
    """GET → dead deliveries, newest first, and how many wait."""
    dead = EventDelivery.objects.visible_to(request.user).dead().select_related("event").order_by("-pk")[:200]
    waiting = EventDelivery.objects.open()[:1001].count()
    return render(request, "desk/deliveries.html", {"dead": dead, "waiting": waiting})


@require_POST
@require_perm("desk.operate")
@once
def revival_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/revival/ → it is tried again."""
    get_object_or_404(EventDelivery.objects.visible_to(request.user).dead(), pk=pk).revive(by=request.user)
    return redirect("desk:deliveries")
