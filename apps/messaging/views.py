"""The outbox page: what went, what did not, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.desk.once import once
from apps.messaging.models import Message

PAGE = 100
NEXT = 5


@require_GET
@require_perm("messaging.see")
def outbox(request: HttpRequest) -> HttpResponse:
    """GET /outbox/?state= → what waits for a person, what goes next, then the latest hundred."""
    visible = Message.objects.visible_to(request.user)
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


@require_POST
@require_perm("messaging.resolve")
@once
def resolution_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/resolution/ ``went=yes|no`` → back to the outbox."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    message.resolve(went=request.POST.get("went") == "yes", by=request.user)
    return redirect("messaging:outbox")
