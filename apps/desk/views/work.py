"""My work: one page per role, made of what the rooms registered."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.registry import registry
from apps.desk.context import unread_key
from apps.desk.models import Notice, Task
from apps.desk.once import once

GLOVES: tuple[str, ...] = (Role.TECHNICIAN, Role.GUARD)
"""They work standing, on a tablet."""


@require_GET
@require_perm("desk.use")
def my_work(request: HttpRequest) -> HttpResponse:
    """GET /work/ → the lists that the reader's role works from."""
    lists = [
        {
            "key": w.key,
            "label": w.label,
            "empty": w.empty,
            "page": w.page,
            "rows": list(w.rows(request.user)),
        }
        for w in registry.work_lists
        if w.is_for(request.user)
    ]
    quiet = [row for row in lists if not row["rows"]]
    return render(
        request,
        "desk/my_work.html",
        {
            "lists": [row for row in lists if row["rows"]],
            "quiet": quiet,
            "actions": registry.actions_for("work", None, request.user),
            "gloves": request.user.role in GLOVES,
            "now": clock.now(),
        },
    )


@require_POST
@require_perm("desk.use")
@once
def task_completion_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/done/ → back to my work."""
    task = get_object_or_404(Task.objects.mine(request.user), pk=pk)
    task.complete(by=request.user, outcome=request.POST.get("outcome", ""))
    return redirect("desk:my_work")


@require_GET
@require_perm("desk.use")
def notices(request: HttpRequest) -> HttpResponse:
    """GET /notices/ → the reader's last hundred; opening the page marks them read."""
    mine = Notice.objects.visible_to(request.user)
    rows = list(mine.order_by("-pk")[:100])
    mine.unread().filter(pk__in=[n.pk for n in rows]).update(read_at=clock.now())
    cache.delete(unread_key(request.user))
    return render(request, "desk/notices.html", {"notices": rows})
