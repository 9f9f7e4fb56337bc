"""What became of each completed callback at the maker's system."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.callbacks.models import Upload
from apps.callbacks.uploads import MAKER
from apps.core import clock, keyset
from apps.desk.models import Connection
from apps.desk.once import once


@require_GET
@require_perm("callbacks.export")
def upload_list(request: HttpRequest) -> HttpResponse:
    """GET /callbacks/uploads/?state=refused → each row with the maker's answer, newest first."""
    rows = Upload.objects.visible_to(request.user)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    if state in Upload.State.values:
        rows = rows.filter(state=state)
    found = rows.select_related("call__customer", "call__vehicle", "store")
    context = {
        "page": keyset.page(found, request.GET, order=("-pk",)),
        "state": state,
        "states": [(value, label, counts.get(value, 0)) for value, label in Upload.State.choices],
        "connection": Connection.objects.visible_to(request.user).live(MAKER).first(),
        "may_connect": request.user.has_perm("desk.connect"),
        "kind": MAKER,
    }
    return render(request, "callbacks/uploads.html", context)


@require_POST
@require_perm("callbacks.export")
@once
def upload_repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/uploads/7/repetition/ → a refused row goes once more."""
    row = get_object_or_404(Upload.objects.visible_to(request.user).select_related("call__vehicle"), pk=pk)
    if row.send_again(by=request.user, now=clock.now()):
        messages.success(request, _("It goes once more within a minute."))
    else:
        messages.info(request, _("It is on its way already."))
    return redirect("callbacks:uploads")
