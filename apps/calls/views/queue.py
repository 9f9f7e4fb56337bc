"""The queue page and "next call"."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import User
from apps.calls import hours, selectors
from apps.calls.forms import FilterForm
from apps.calls.models import Call
from apps.calls.queues import QUEUES
from apps.core import clock
from apps.desk.once import once


def _whose(request: HttpRequest) -> str:
    asked = request.GET.get("whose", "")
    usual = "mine" if request.user.has_perm("calls.make") else "all"
    return asked if asked in ("mine", "all") else usual


@require_GET
@require_perm("calls.see")
def queue(request: HttpRequest) -> HttpResponse:
    """GET /calls/?queue=&show=&whose= → figures, the list, "next call"; with htmx the list alone."""
    user, now = request.user, clock.now()
    chosen = request.GET.get("queue", "")
    chosen = chosen if chosen in QUEUES else ""
    show = request.GET.get("show", "")
    show = show if show in selectors.SHOWN else "due"
    whose = _whose(request)
    tabs = selectors.tabs(user, now, whose=whose)
    filters = FilterForm(request.GET)
    asked = filters.cleaned_data if filters.is_valid() else {}
    spans = hours.of(user.store_id, now)
    context = {
        "may_write": user.has_perm("calls.write_scripts") and user.store_id is not None,
        "may_make": user.has_perm("calls.make"),
        "tabs": tabs,
        "everything": sum(tab.due for tab in tabs),
        "chosen": chosen,
        "tab": next((tab for tab in tabs if tab.queue.key == chosen), None),
        "show": show,
        "shown": selectors.SHOWN.items(),
        "whose": whose,
        "listing": selectors.listing(user, now, queue=chosen, show=show, whose=whose, **asked),
        "filters": filters,
        "is_filtered": any(value is not None for value in asked.values()),
        "spans": spans,
        "is_calling_time": hours.is_open(spans, now),
        "today": timezone.localdate(now),
        "refetch": request.get_full_path(),
    }
    template = "calls/_queue.html" if request.headers.get("HX-Request") else "calls/queue.html"
    return render(request, template, context)


@require_POST
@require_perm("calls.make")
@once
def next_create(request: HttpRequest) -> HttpResponse:
    """POST /calls/next/ ``queue=`` → the page of the most urgent call, or back with the reason why none."""
    user = request.user
    chosen = request.POST.get("queue", "")
    queues = [chosen] if chosen in QUEUES else None
    call = Call.objects.claim_next(user, queues=queues)
    if call is not None:
        return redirect(call)
    messages.info(request, _why_none(user, queues))
    return redirect("calls:queue")


def _why_none(user: User, queues: list[str] | None) -> str:
    """Nothing was handed out: it is no calling time, customers asked for other hours, or all is done."""
    now = clock.now()
    if not hours.is_open(hours.of(user.store_id, now), now):
        return _("Outside calling hours. Choose a call from the list to call all the same.")
    waiting = Call.objects.free_and_due(user, now)
    if (waiting.filter(queue__in=queues) if queues else waiting).exists():
        return _("Who is still due asked to be called at other hours. The list shows them all the same.")
    return _("Nothing is due for you now. Well done.")
