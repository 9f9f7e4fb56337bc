"""The walk-around on the tablet."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.desk.once import once
from apps.reception import drawing, selectors, services
from apps.reception.forms import MarkForm, WalkAroundForm
from apps.reception.models import Damage, Visit, WalkAround


def _visit(request: HttpRequest, pk: int) -> Visit:
    return get_object_or_404(
        Visit.objects.visible_to(request.user).for_pages().select_related("walk_around", "interview"), pk=pk
    )


@require_http_methods(["GET", "POST"])
@require_perm("reception.receive")
@once
def walk_around(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/walk-around/ → the form; saved, on to the interview."""
    visit = _visit(request, pk)
    walk = getattr(visit, "walk_around", None)
    if request.method == "GET":
        return _show(request, visit, WalkAroundForm(visit=visit, instance=walk), 200)
    form = WalkAroundForm(request.POST, visit=visit, instance=walk or WalkAround())
    if not form.is_valid():
        return _show(request, visit, form, 422)
    try:
        services.save_walk_around(visit, by=request.user, **form.values())
    except ValidationError as error:
        form.add_error("signature_png" if error.code == "not_a_photo" else "odometer_km", error)
        return _show(request, visit, form, 422)
    messages.success(request, _("The walk-around is saved."))
    return redirect("reception:interview", pk=visit.pk)


def _show(
    request: HttpRequest, visit: Visit, form: WalkAroundForm, status: int, mark_form: MarkForm | None = None
) -> HttpResponse:
    marks = selectors.marks_of(visit)
    stored = WalkAround.objects.filter(visit=visit).first()
    context = {
        "visit": visit,
        "walk": stored,
        "interview": getattr(visit, "interview", None),
        "step": "walk_around",
        "form": form,
        "mark_form": mark_form or MarkForm(),
        "marks": marks,
        "marks_json": [mark_data(m) for m in marks],
        "kinds": Damage.Kind.choices,
        "zones": drawing.ZONES.values(),
        "sides": drawing.by_side(),
        "register": selectors.register_of(visit),
        "frozen": bool(stored and stored.signed_at) or not visit.is_open,
        "energy_is_charge": visit.vehicle.energy == "electric",
    }
    return render(request, "reception/walk_around.html", context, status=status)


def mark_data(mark: Damage) -> dict[str, Any]:
    """A mark as the drawing's script knows it."""
    return {
        "id": mark.pk,
        "key": mark.client_key,
        "kind": mark.kind,
        "x": mark.x,
        "y": mark.y,
        "zone": mark.zone,
        "note": mark.note,
        "earlier": mark.is_carried,
        "photo": reverse("desk:file", args=[mark.photo_id]) if mark.photo_id else "",
        "remove": reverse("reception:mark_remove", args=[mark.pk]),
    }


@require_POST
@require_perm("reception.receive")
@once
def mark_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/marks/ → the mark as JSON for the script, or back to the walk-around for a plain form."""
    visit = _visit(request, pk)
    wants_json = "application/json" in request.headers.get("Accept", "")
    form = MarkForm(request.POST, request.FILES)
    mark = None
    if form.is_valid():
        try:
            mark = services.add_mark(visit, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("photo", error)
    if mark is None:
        if wants_json:
            return JsonResponse(
                {"errors": {k: [str(e) for e in v] for k, v in form.errors.items()}}, status=422
            )
        walk_form = WalkAroundForm(visit=visit, instance=getattr(visit, "walk_around", None))
        return _show(request, visit, walk_form, 422, form)
    if wants_json:
        return JsonResponse(mark_data(mark), status=201)
    return redirect(reverse("reception:walk_around", args=[visit.pk]) + "#marks")


@require_POST
@require_perm("reception.receive")
@once
def mark_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /reception/marks/<id>/removal/ → 204 for the script, else back to the walk-around."""
    mark = get_object_or_404(Damage.objects.visible_to(request.user).select_related("visit__vehicle"), pk=pk)
    visit = mark.visit
    services.remove_mark(mark, by=request.user)
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(reverse("reception:walk_around", args=[visit.pk]) + "#marks")
