"""Bays and people: what the store has to work with."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.capacity import breaking, keeping
from apps.capacity.forms import FORMS
from apps.capacity.models import (
    MADE_UP,
    PUBLIC_HOLIDAY,
    Absence,
    Blackout,
    CapacityDay,
    OpeningHours,
    Resource,
)
from apps.core import clock
from apps.core.when import WEEKDAYS
from apps.desk.once import once


def own_store(request: HttpRequest) -> Store:
    """The store whose settings are shown; somebody without a store has none to set."""
    if request.user.store is None:
        raise Http404
    return request.user.store


def seen(request: HttpRequest) -> str:
    """Which broken bookings the form was sent in spite of."""
    return request.POST.get("seen", "")


def shown(broken: list[breaking.Broken]) -> dict[str, Any]:
    """What ``capacity/_broken.html`` asks for."""
    return {"broken": broken, "fingerprint": breaking.fingerprint(broken)}


@require_GET
@require_perm("capacity.manage")
def overview(request: HttpRequest) -> HttpResponse:
    """GET /capacity/ → what the reader's store works with, and when. Seven queries."""
    store = own_store(request)
    rows = Resource.objects.visible_to(request.user).filter(store=store).prefetch_related("qualifications")
    groups: dict[str, list[Resource]] = {kind: [] for kind in Resource.Kind.values}
    for resource in rows.order_by("-is_active", "order", "pk"):
        groups[resource.kind].append(resource)
    hours = {h.weekday: h for h in OpeningHours.objects.filter(store=store)}
    absences = Absence.objects.filter(resource__store=store, during__endswith__gt=clock.now())
    blackouts = Blackout.objects.filter(store=store, during__endswith__gt=clock.now())
    return render(
        request,
        "capacity/overview.html",
        {
            "groups": groups,
            "hours": [(weekday, hours.get(n)) for n, weekday in enumerate(WEEKDAYS, start=1)],
            "holiday": hours.get(PUBLIC_HOLIDAY),
            "made_up": hours.get(MADE_UP),
            "is_bare": not hours,
            "days": _days_that_differ(store),
            "absences": absences.select_related("resource").order_by("during")[:100],
            "blackouts": blackouts.order_by("during")[:100],
        },
    )


def _days_that_differ(store: Store) -> list[CapacityDay]:
    """Coming days that are closed or have something of their own. One query."""
    own = Q(is_closed=True)
    for name in keeping.OWN:
        own |= Q(**{f"{name}__isnull": False})
    return list(CapacityDay.objects.filter(own, store=store, day__gte=clock.today()).order_by("day")[:100])


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@once
def resource_create(request: HttpRequest, kind: str) -> HttpResponse:
    """GET, POST /capacity/bays/new/ and its like; the address map says the kind."""
    return _edit(request, Resource(store=own_store(request), kind=kind))


@require_http_methods(["GET", "POST"])
@require_perm("capacity.manage")
@transaction.atomic
def resource_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /capacity/resources/<id>/. A stale form shows both values and keeps what was typed."""
    resource = get_object_or_404(Resource.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        resource.lock()
    return _edit(request, resource)


def _edit(request: HttpRequest, resource: Resource) -> HttpResponse:
    form = FORMS[Resource.Kind(resource.kind)](request.POST or None, instance=resource)
    broken: list[breaking.Broken] = []
    if request.method == "POST" and form.is_valid():
        held = getattr(form, "held", None)
        try:
            with transaction.atomic():
                saved = form.save()
                keeping.record_saved(saved, by=request.user, held=held, seen=seen(request))
        except breaking.Breaks as found:
            broken = found.broken
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            return redirect("capacity:overview")
    return render(
        request,
        "capacity/resource_form.html",
        {
            "form": form,
            "resource": resource,
            "kind_label": Resource.Kind(resource.kind).label,
            **shown(broken),
        },
        status=422 if request.method == "POST" else 200,
    )
