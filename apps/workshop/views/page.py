"""What the workshop's pages share."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django_htmx.http import trigger_client_event

from apps.accounts.models import Store
from apps.core import clock
from apps.workshop.models import Job
from apps.workshop.selectors import store_for


def store_of(request: HttpRequest) -> Store:
    """The store whose workshop is shown; 404 for one that is not the reader's."""
    store = store_for(request.user, request.GET.get("store"))
    if store is None:
        raise Http404
    return store


def day_of(request: HttpRequest) -> date:
    """``?day=`` of a GET or the same field of a POST; today when it is missing or no day."""
    try:
        return date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        return clock.today()


def by_of(request: HttpRequest) -> str:
    """``bay`` or ``technician``."""
    wanted = request.POST.get("by") or request.GET.get("by")
    return "technician" if wanted == "technician" else "bay"


def find_job(request: HttpRequest, pk: int) -> Job:
    """A job of the reader's stores."""
    return get_object_or_404(Job.objects.visible_to(request.user).for_pages(), pk=pk)


def tell(request: HttpRequest, response: HttpResponse, message: str, warnings: list[str]) -> HttpResponse:
    """Say how it went: as a toast when htmx asked, else on the next page."""
    text, level = ("\n".join([message, *warnings]), "warning") if warnings else (message, "success")
    if request.headers.get("HX-Request"):
        # The toast first: what asked disappears with the panel, and events on it would reach nobody.
        trigger_client_event(response, "toast", {"message": text, "level": level})
        return trigger_client_event(response, "job-settled", {})
    (messages.warning if warnings else messages.success)(request, text)
    return response
