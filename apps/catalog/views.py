"""The price list: everybody reads it, the service manager and the parts clerk keep it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import require_perm
from apps.catalog import selectors, services
from apps.catalog.forms import (
    EquipmentForm,
    OperationForm,
    PackageForm,
    PackageLineFormSet,
    PartForm,
    PricedForm,
)
from apps.catalog.models import Equipment, LabourOperation, Package, Part, Priced
from apps.core import keyset
from apps.desk.once import once


def _list(request: HttpRequest, rows: QuerySet, tab: str) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    everything = request.GET.get("all") == "1"
    if not everything:
        rows = rows.filter(is_active=True)
    if text:
        rows = rows.filter(Q(code__istartswith=text) | Q(name__icontains=text))
    page = keyset.page(rows, request.GET, order=("code", "pk"))
    rate = selectors.labour_rate(request.user.store_id)
    context = {
        "page": page,
        "rows": [(row, row.price_at(rate)) for row in page],
        "tab": tab,
        "q": text,
        "everything": everything,
        "create": f"catalog:{tab}_create",
        "may_edit": request.user.has_perm("catalog.edit"),
        "rate": rate,
    }
    return render(request, f"catalog/{tab}s.html", context)


@require_GET
@require_perm("catalog.see")
def operations(request: HttpRequest) -> HttpResponse:
    """GET /catalog/operations/?q=&all=1 → labour operations with hours and the amount at today's rate."""
    return _list(request, LabourOperation.objects.visible_to(request.user), "operation")


@require_GET
@require_perm("catalog.see")
def parts(request: HttpRequest) -> HttpResponse:
    """GET /catalog/parts/?q=&all=1 → parts with prices."""
    return _list(request, Part.objects.visible_to(request.user), "part")


@require_GET
@require_perm("catalog.see")
def packages(request: HttpRequest) -> HttpResponse:
    """GET /catalog/packages/?q=&all=1 → packages with what they cost today."""
    return _list(request, Package.objects.visible_to(request.user).with_lines(), "package")


@require_GET
@require_perm("catalog.see")
def package_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /catalog/packages/<id>/ → the package's lines at today's rate and prices."""
    package = get_object_or_404(Package.objects.visible_to(request.user).with_lines(), pk=pk)
    rate = selectors.labour_rate(request.user.store_id)
    lines = package.expand(rate)
    labour = [line for line in lines if line.operation]
    context = {
        "package": package,
        "rate": rate,
        "lines": lines,
        "hours": f"{sum((line.quantity for line in labour), Decimal()).normalize():f}",
        "labour": package.total(labour),
        "parts": package.total(line for line in lines if line.part),
        "total": package.total(lines),
        "may_edit": request.user.has_perm("catalog.edit"),
    }
    return render(request, "catalog/package.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
def operation_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /catalog/operations/new/."""
    return _edit(
        request, LabourOperation(group_id=request.user.group_id), OperationForm, "catalog:operations"
    )


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
@transaction.atomic
def operation_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /catalog/operations/<id>/."""
    row = _locked(request, LabourOperation.objects.visible_to(request.user), pk)
    return _edit(request, row, OperationForm, "catalog:operations")


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
def part_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /catalog/parts/new/."""
    return _edit(request, Part(group_id=request.user.group_id), PartForm, "catalog:parts")


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
@transaction.atomic
def part_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /catalog/parts/<id>/."""
    return _edit(
        request, _locked(request, Part.objects.visible_to(request.user), pk), PartForm, "catalog:parts"
    )


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
def package_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /catalog/packages/new/."""
    return _edit_package(request, Package(group_id=request.user.group_id))


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
@transaction.atomic
def package_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /catalog/packages/<id>/edit/."""
    return _edit_package(request, _locked(request, Package.objects.visible_to(request.user), pk))


@require_http_methods(["GET", "POST"])
@require_perm("catalog.edit")
@once
def equipment_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /catalog/equipment/ → what operations may ask for, and one more of it."""
    posted = request.POST if request.method == "POST" else None
    form = EquipmentForm(posted, instance=Equipment(group_id=request.user.group_id))
    if posted is not None and form.is_valid():
        services.add_equipment(form.instance, by=request.user)
        messages.success(request, _("%(name)s is saved.") % {"name": form.instance})
        return redirect("catalog:equipment")
    context = {"form": form, "rows": Equipment.objects.visible_to(request.user), "tab": "equipment"}
    return render(request, "catalog/equipment.html", context, status=200 if posted is None else 422)


def _locked(request: HttpRequest, rows: QuerySet, pk: int) -> Any:
    row = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        row.lock()
    return row


def _edit(request: HttpRequest, row: Priced, form_class: type[PricedForm], back: str) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = form_class(posted, instance=row, by=request.user)
    if posted is not None and form.is_valid():
        saved = form.save(commit=False)
        services.keep(saved, by=request.user)
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect(back)
    context = {"form": form, "row": row, "back": back}
    return render(request, "catalog/form.html", context, status=200 if posted is None else 422)


def _edit_package(request: HttpRequest, package: Package) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = PackageForm(posted, instance=package, by=request.user)
    lines: Any = PackageLineFormSet(
        posted, initial=_typed(package), prefix="lines", form_kwargs={"by": request.user}
    )
    if posted is not None and all([form.is_valid(), lines.is_valid()]):
        saved = form.save(commit=False)
        services.keep(saved, by=request.user, lines=lines.lines())
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect("catalog:package", pk=saved.pk)
    context = {"form": form, "lines": lines, "row": package, "items": selectors.items(request.user)}
    return render(request, "catalog/package_form.html", context, status=200 if posted is None else 422)


def _typed(package: Package) -> list[dict[str, Any]]:
    """A package's lines as its form shows them."""
    if package.pk is None:
        return []
    rows = package.lines.select_related("operation", "part")
    return [{"code": (row.operation or row.part).code, "quantity": row.quantity.normalize()} for row in rows]
