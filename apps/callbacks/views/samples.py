"""The draws of the CSI sample, open to whoever wants to draw them again."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.callbacks.models import Draw, Response
from apps.core import keyset


@require_GET
@require_perm("callbacks.see_csi")
def draw_list(request: HttpRequest) -> HttpResponse:
    """GET /csi/samples/ → the draws with what came of them, latest first. Two queries."""
    rows = Draw.objects.visible_to(request.user).select_related("store", "questionnaire")
    counted = rows.annotate(
        population=Count("members"),
        excluded=Count("members", filter=Q(members__state="excluded")),
        drawn=Count("members", filter=Q(members__state="drawn")),
        replaced=Count("members", filter=Q(members__replaces__isnull=False)),
    )
    page = keyset.page(counted, request.GET, order=("-first_day", "-pk"))
    return render(request, "callbacks/draws.html", {"page": page})


@require_GET
@require_perm("callbacks.see_csi")
def draw_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /csi/samples/7/ → seed, quota and every order with its rank, state and reason. Three queries."""
    draw = get_object_or_404(
        Draw.objects.visible_to(request.user).select_related("store", "questionnaire"), pk=pk
    )
    members = draw.members.select_related("order__vehicle", "advisor", "replaces__order").order_by(
        "advisor__name", "advisor", "rank"
    )
    answered = set(
        Response.objects.filter(
            questionnaire__code=draw.questionnaire.code, order__in=draw.members.values("order")
        ).values_list("order", flat=True)
    )
    rows = [(member, member.order_id in answered) for member in members]
    return render(request, "callbacks/draw.html", {"draw": draw, "rows": rows})
