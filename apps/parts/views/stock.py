"""Stock: list, one part with its ledger, goods received, counted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.desk.once import once
from apps.parts import services
from apps.parts.forms import CountForm, PlaceForm, ReceiveForm
from apps.parts.listing import StockListing
from apps.parts.models import Demand, StockItem

LEDGER = 100


@require_GET
@require_perm("parts.see")
def stock(request: HttpRequest) -> HttpResponse:
    """GET /stock/?q=&low=1 → what lies on the shelves."""
    listing = StockListing(request.user, request.GET)
    context = {
        "listing": listing,
        "rows": listing.rows,
        "page": listing.page,
        "can_handle": request.user.has_perm("parts.handle"),
    }
    return render(request, "parts/stock.html", context)


def _item(request: HttpRequest, pk: int) -> StockItem:
    items = StockItem.objects.visible_to(request.user).select_related("part", "store")
    return get_object_or_404(items, pk=pk)


def _show(request: HttpRequest, item: StockItem, status: int = 200, **forms: object) -> HttpResponse:
    """The part's page: figures, who waits, the last hundred movements. Four queries."""
    movements = item.movements.select_related("made_by", "demand").order_by("-pk")[:LEDGER]
    demands = Demand.objects.filter(store_id=item.store_id, part_id=item.part_id).open()
    balance, ledger = item.on_hand, []
    for movement in movements:
        ledger.append({"movement": movement, "balance": balance})
        balance -= movement.quantity
    context = {
        "item": item,
        "can_handle": request.user.has_perm("parts.handle"),
        "ledger": ledger,
        "demands": demands.order_by("needed_at", "pk")[:LEDGER],
        "count_form": CountForm(),
        "place_form": PlaceForm(initial={"shelf": item.shelf, "reorder_point": item.reorder_point}),
    }
    return render(request, "parts/item.html", context | forms, status=status)


@require_GET
@require_perm("parts.see")
def item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /stock/<id>/ → one part in one store with its ledger."""
    return _show(request, _item(request, pk))


@require_POST
@require_perm("parts.handle")
@once
def count_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/count/ → the ledger gets the difference."""
    item = _item(request, pk)
    form = CountForm(request.POST)
    if not form.is_valid():
        return _show(request, item, 422, count_form=form)
    services.correct_count(
        item, form.cleaned_data["counted"], by=request.user, note=form.cleaned_data["note"]
    )
    messages.success(request, _("The count of %(part)s is recorded.") % {"part": item.part})
    return redirect("parts:item", pk=pk)


@require_POST
@require_perm("parts.handle")
@once
def place_update(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/place/: shelf and reorder point."""
    item = _item(request, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _show(request, item, 422, place_form=form)
    item.shelf = form.cleaned_data["shelf"]
    item.reorder_point = form.cleaned_data["reorder_point"]
    item.save(update_fields=["shelf", "reorder_point"])
    return redirect("parts:item", pk=pk)


@require_http_methods(["GET", "POST"])
@require_perm("parts.handle")
@once
def receive(request: HttpRequest) -> HttpResponse:
    """GET, POST /stock/receive/: one line of a delivery after the other; those who wait are served first."""
    initial = {"code": request.GET.get("code", ""), "quantity": 1}
    form = ReceiveForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        item = services.receive(
            request.user.store,
            form.part,
            data["quantity"],
            by=request.user,
            note=data["note"],
            shelf=data["shelf"],
        )
        messages.success(
            request,
            _("%(part)s: %(quantity)s received, %(available)s free.")
            % {
                "part": form.part,
                "quantity": services.amount_of(data["quantity"]),
                "available": services.amount_of(item.available),
            },
        )
        return redirect("parts:receive")
    status = 422 if request.method == "POST" else 200
    return render(request, "parts/receive.html", {"form": form}, status=status)
