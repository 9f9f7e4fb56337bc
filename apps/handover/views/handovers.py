"""The list of new cars and one handover's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.calls.models import Call
from apps.core import clock
from apps.core.registry import registry
from apps.desk.models import Event
from apps.desk.models.event import EVENT_TITLES
from apps.handover import checklists
from apps.handover.forms import AdvisorForm, DeliveryForm, ReasonForm, TimeForm
from apps.handover.models import Handover

ROWS = 100
SHOWN = ("expected", "delivered", "cancelled")


@require_GET
@require_perm("handover.see")
def handover_list(request: HttpRequest) -> HttpResponse:
    """GET /handovers/?show= → not collected, today, coming; or the latest delivered or cancelled."""
    now = clock.now()
    visible = Handover.objects.visible_to(request.user).select_related(
        "vehicle__model__brand", "customer", "advisor"
    )
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "expected"
    context: dict[str, Any] = {"show": show, "today": timezone.localdate(now)}
    if show == "expected":
        context["sections"] = {
            "late": list(visible.not_collected(now).order_by("planned_at", "pk")[:ROWS]),
            "today": list(visible.on_day(now).order_by("planned_at", "pk")[:ROWS]),
            "coming": list(visible.coming(now).order_by("planned_at", "pk")[:ROWS]),
        }
    else:
        order = "-delivered_at" if show == "delivered" else "-planned_at"
        context["rows"] = list(visible.filter(status=show).order_by(order, "-pk")[:ROWS])
    context["may_plan"] = request.user.has_perm("handover.plan")
    return render(request, "handover/list.html", context)


def find(request: HttpRequest, pk: int) -> Handover:
    """The handover in one of the reader's stores, or 404."""
    rows = Handover.objects.visible_to(request.user).select_related(
        "vehicle__model__brand", "vehicle__owner", "customer", "advisor", "store", "delivered_by"
    )
    return get_object_or_404(rows, pk=pk)


def lists(handover: Handover) -> list[dict[str, Any]]:
    """The checklists that matter now, each with its items and ticks."""
    names = ["prepared"] if handover.status == Handover.Status.PLANNED else ["rechecked", "explained"]
    if not handover.is_expected:
        names = ["rechecked", "explained"] if handover.delivered_at else []
    drawn = []
    for name in names:
        ticked, wanted = set(getattr(handover, name)), checklists.keys(name, statutory=handover.is_statutory)
        groups = [
            {
                "label": group.label,
                "items": [(item, item.key in ticked) for item in group.items if item.key in wanted],
            }
            for group in checklists.LISTS[name]
        ]
        drawn.append({"name": name, "groups": groups, "done": len(ticked & set(wanted)), "all": len(wanted)})
    return drawn


def handover_page(
    request: HttpRequest, handover: Handover, *, status: int = 200, template: str = "", **context: Any
) -> HttpResponse:
    """The page of ``handover``; the checklists alone with ``template``."""
    user = request.user
    full = {
        "handover": handover,
        "lists": lists(handover),
        "open_points": sum(drawn["all"] - drawn["done"] for drawn in lists(handover)),
        "may_prepare": user.has_perm("handover.prepare") and handover.is_expected,
        "may_deliver": user.has_perm("handover.deliver"),
        "may_plan": user.has_perm("handover.plan"),
    }
    if not template:
        full |= {
            "delivery_form": DeliveryForm(handover=handover),
            "time_form": TimeForm(),
            "reason_form": ReasonForm(),
            "call": Call.objects.filter(key=f"n15-{handover.pk}").select_related("owner").first(),
            "panels": registry.panels_for("handover", handover, user),
            "story": [
                (event, EVENT_TITLES.get(event.kind, event.kind))
                for event in Event.objects.visible_to(user).about(handover)[:20]
            ],
        }
        if full["may_plan"] and handover.is_expected:
            full["advisor_form"] = AdvisorForm(store=handover.store, initial={"advisor": handover.advisor_id})
    return render(request, template or "handover/handover.html", full | context, status=status)


@require_GET
@require_perm("handover.see")
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /handovers/7/ → preparation, recheck, explanations, delivery."""
    return handover_page(request, find(request, pk))
