"""The order page and its fragments: everything an advisor does with an order stands on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from apps.capacity.affected import banners
from apps.core.registry import registry
from apps.desk.models import Event
from apps.workorders.models import Line, WorkOrder
from apps.workorders.selectors import drift, photos_of
from apps.workorders.story import tell

STORY = 40


def find_order(request: HttpRequest, pk: int) -> WorkOrder:
    """The order, if this person may see it; 404 otherwise."""
    orders = WorkOrder.objects.visible_to(request.user).select_related(
        "store", "vehicle__model__brand", "customer", "advisor", "visit", "comeback_of"
    )
    return get_object_or_404(orders, pk=pk)


def find_line(request: HttpRequest, pk: int, line_pk: int) -> Line:
    """A line of an order that this person may see; 404 otherwise."""
    lines = Line.objects.visible_to(request.user).select_related("order__store", "order__vehicle", "demand")
    return get_object_or_404(lines, pk=line_pk, order_id=pk)


def lines_context(order: WorkOrder) -> dict[str, Any]:
    """What ``_lines.html``, ``_side.html`` and ``_actions.html`` draw. Three queries, whatever the lines."""
    lines = list(order.lines.select_related("authorised_in", "demand"))
    photos = photos_of(lines)
    for line in lines:
        line.shown_photos = photos.get(line.pk, [])  # type: ignore[attr-defined]  # for the template
    groups = [
        ("labour", [line for line in lines if line.kind == Line.Kind.LABOUR], order.labour_total),
        ("part", [line for line in lines if line.kind == Line.Kind.PART], order.parts_total),
        (
            "other",
            [line for line in lines if line.kind in (Line.Kind.SUBLET, Line.Kind.FEE)],
            order.other_total,
        ),
    ]
    standing = [line for line in lines if not line.declined_at]
    waiting = [line for line in standing if line.state == "waiting"]
    versions = list(order.versions.select_related("authorisation", "pdf").order_by("-number")[:20])
    return {
        "order": order,
        "lines": lines,
        "groups": [group for group in groups if group[1]],
        "waiting": waiting,
        "waiting_amount": sum(line.amount for line in waiting),
        "discount": sum(line.discount for line in standing),
        "customer_share": sum(line.charge for line in standing),
        "drift": drift(lines),
        "hours": sum(line.quantity for line in standing if line.kind == Line.Kind.LABOUR),
        "versions": versions,
        "answered": [version for version in versions if hasattr(version, "authorisation")],
    }


def page_context(request: HttpRequest, order: WorkOrder) -> dict[str, Any]:
    """The whole page. About eight queries, plus what later rooms' panels need."""
    in_house = order.status in WorkOrder.OPEN
    return lines_context(order) | {
        "banners": banners(request.user, thread=order.event_thread) if in_house else [],
        "can_edit": request.user.has_perm("workorders.edit") and order.is_editable,
        "can_authorise": request.user.has_perm("workorders.authorise") and order.is_editable,
        "actions": registry.actions_for("workorder", order, request.user),
        "panels": registry.panels_for("workorder", order, request.user),
        "story": [tell(event) for event in Event.objects.visible_to(request.user).about(order)[:STORY]],
    }


def answer(request: HttpRequest, order: WorkOrder) -> HttpResponse:
    """After a change: the redrawn parts for htmx, the page for a plain form."""
    if not request.headers.get("HX-Request"):
        return redirect("workorders:detail", pk=order.pk)
    fresh = find_order(request, order.pk)
    context = lines_context(fresh) | {
        "can_edit": request.user.has_perm("workorders.edit") and fresh.is_editable,
        "can_authorise": request.user.has_perm("workorders.authorise") and fresh.is_editable,
        "actions": registry.actions_for("workorder", fresh, request.user),
        "oob": True,
    }
    return render(request, "workorders/_redrawn.html", context)


def ask_again(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form in the side panel, or as a page of its own. 422 when it came back wrong."""
    status = 422 if request.method == "POST" else 200
    order = context["order"]
    context = {"back": reverse("workorders:detail", args=[order.pk]), "panel_template": template, **context}
    if request.headers.get("HX-Request"):
        response = render(request, template, context, status=status)
        if status == 422:
            response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#side", "innerHTML"
        return response
    return render(request, "workorders/form_page.html", context, status=status)
