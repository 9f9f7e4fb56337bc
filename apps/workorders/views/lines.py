"""Lines: find in the catalogue, add, change, remove, photograph."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.catalog.models import LabourOperation, Package, Part
from apps.core.errors import DomainError
from apps.desk.models import File
from apps.desk.once import once
from apps.workorders import services
from apps.workorders.catalogue import find
from apps.workorders.forms import LineForm, PhotoForm
from apps.workorders.models import Line
from apps.workorders.services import LineSpec, package_specs
from apps.workorders.views.page import answer, ask_again, find_line, find_order


@require_GET
@require_perm("workorders.edit")
def catalogue(request: HttpRequest, pk: int) -> HttpResponse:
    """GET …/catalogue/?q= → packages, operations and parts to add, with price and stock."""
    order = find_order(request, pk)
    text = request.GET.get("q", "").strip()[:40]
    context = {"order": order, "q": text, "hits": find(order, text) if text else None}
    if request.headers.get("HX-Request"):
        return render(request, "workorders/_hits.html", context)
    return render(request, "workorders/catalogue.html", context)


@require_POST
@require_perm("workorders.edit")
@once
def line_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/lines/ with ``operation``, ``part`` or ``package`` (an id) → the page with the new lines."""
    order = find_order(request, pk)
    services.add_lines(order, _chosen(request), by=request.user)
    return answer(request, order)


def _chosen(request: HttpRequest) -> list[LineSpec]:
    """The specs of what was pressed. 404 for what is not in the group's catalogue."""
    for name, model in (("operation", LabourOperation), ("part", Part), ("package", Package)):
        chosen = request.POST.get(name, "")
        if chosen.isdigit():
            thing = get_object_or_404(model.objects.visible_to(request.user).active(), pk=int(chosen))
            match thing:
                case Package():
                    return package_specs(thing)
                case LabourOperation():
                    return [LineSpec(operation=thing)]
                case _:
                    return [LineSpec(part=thing)]
    raise Http404


@require_http_methods(["GET", "POST"])
@require_perm("workorders.edit")
@once
def free_line_create(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/lines/new/: sublet work or a fee, in words."""
    order = find_order(request, pk)
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add_lines(order, [LineSpec(**form.cleaned_data)], by=request.user)
        return answer(request, order)
    return ask_again(request, "workorders/_line_form.html", {"form": form, "order": order})


@require_http_methods(["GET", "POST"])
@require_perm("workorders.edit")
@once
def line_update(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """GET, POST …/lines/<id>/. A line that was changed meanwhile is refused with both values shown."""
    line = find_line(request, pk, line_pk)
    form = LineForm(request.POST or None, line=line)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("seen") and request.POST["seen"] != fingerprint(line):
            form.add_error(None, ValidationError(_("Someone changed this line meanwhile."), code="stale"))
            form.stale = stale_fields(form, line)
        else:
            services.edit_line(line, by=request.user, **form.cleaned_data)
            return answer(request, line.order)
    return ask_again(
        request,
        "workorders/_line_form.html",
        {"form": form, "order": line.order, "line": line, "seen": fingerprint(line)},
    )


def stale_fields(form: LineForm, line: Line) -> list[dict]:
    """What differs between the line as it stands and what was typed: ``label theirs mine``."""
    return [
        {"label": form.fields[name].label, "theirs": getattr(line, name), "mine": form.cleaned_data[name]}
        for name in ("description", "quantity", "unit_price", "discount", "payer")
        if form.cleaned_data[name] != getattr(line, name)
    ]


def fingerprint(line: Line) -> str:
    """What the person saw of the line when the form was made."""
    return f"{line.quantity}|{line.unit_price}|{line.discount}|{line.payer}|{line.description}"


@require_POST
@require_perm("workorders.edit")
@once
def line_remove(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """POST …/lines/<id>/removal/ → the page without it."""
    line = find_line(request, pk, line_pk)
    services.remove_line(line, by=request.user, reason=request.POST.get("reason", ""))
    return answer(request, line.order)


@require_POST
@require_perm("workorders.edit")
@once
def photo_create(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """POST …/lines/<id>/photos/: what was found, to be shown to the customer."""
    line = find_line(request, pk, line_pk)
    line.order.lock()
    if not line.order.is_editable:
        line.order.require(*line.order.EDITABLE)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        raise DomainError(" ".join(form.errors.get("photo", [])), code="not_a_photo")
    try:
        File.take_photo(
            form.cleaned_data["photo"],
            kind="workorders.photo",
            about=line,
            store=line.order.store,
            by=request.user,
        )
    except ValidationError as refused:
        raise DomainError(" ".join(refused.messages), code="not_a_photo") from None
    return answer(request, line.order)
