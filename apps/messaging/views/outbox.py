"""The outbox page: what went, what did not, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.core.registry import registry
from apps.customers.models import Customer
from apps.desk.once import once
from apps.messaging.models import Message, Reply

PAGE = 100
NEXT = 5


@require_GET
@require_perm("messaging.see")
def outbox(request: HttpRequest) -> HttpResponse:
    """GET /outbox/?state= → what waits for a person, what goes next, then the latest hundred."""
    visible = Message.objects.visible_to(request.user).select_related("gateway")
    state = request.GET.get("state", "")
    planned = visible.filter(state=Message.State.PLANNED).order_by("planned_at", "pk")
    rows = visible.filter(state=state) if state in Message.State.values else visible.exclude(state="planned")
    latest = planned if state == Message.State.PLANNED else rows.order_by("-planned_at", "-pk")
    context = {
        "messages_": list(latest[:PAGE]),
        "next": [] if state else list(planned[:NEXT]),
        "unresolved": list(visible.unresolved().order_by("-planned_at")[:PAGE]) if not state else [],
        "state": state,
        "states": Message.State.choices,
    }
    return render(request, "messaging/outbox.html", context)


@require_GET
@require_perm("messaging.see")
def customer_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /outbox/customers/<id>/?state=&kind= → all that went to his number, or did not and why."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    rows = Message.objects.visible_to(request.user).to(customer.phone).select_related("gateway")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    shown = rows.filter(state=state) if state in Message.State.values else rows
    shown = shown.filter(kind=kind) if kind in registry.messages else shown
    replies = Reply.objects.visible_to(request.user).filter(phone=customer.phone or "-")
    context = {
        "customer": customer,
        "messages_": list(shown[:PAGE]),
        "replies": list(replies.order_by("-pk")[:PAGE]),
        "state": state,
        "states": Message.State.choices,
        "kind": kind,
        "kinds": [(name, each.label) for name, each in registry.messages.items()],
    }
    return render(request, "messaging/customer.html", context)


@require_POST
@require_perm("messaging.resolve")
@once
def resolution_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/resolution/ ``went=yes|no`` → back to the outbox."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    message.resolve(went=request.POST.get("went") == "yes", by=request.user)
    return redirect("messaging:outbox")
