"""Customers: list, file, entering together with a vehicle, changing."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import require_perm
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core import keyset, phones, plates
from apps.core import vin as vins
from apps.core.registry import registry
from apps.customers import selectors, services
from apps.customers.forms import CustomerForm, NewVehicleForm
from apps.customers.models import Customer, Vehicle
from apps.desk.once import once

ORDER = ("sort_key", "pk")


@require_GET
@require_perm("customers.see")
def customer_list(request: HttpRequest) -> HttpResponse:
    """GET /customers/?q=&advisor=&kind=&after=|before= → 50 a page, in the order of pinyin."""
    user = request.user
    text = request.GET.get("q", "").strip()[:60]
    rows = Customer.objects.visible_to(user).current().select_related("advisor")
    if text:
        rows = rows.matching(text)
    if (advisor := request.GET.get("advisor", "")).isdigit():
        rows = rows.filter(advisor=int(advisor))
    if (kind := request.GET.get("kind", "")) in Customer.Kind.values:
        rows = rows.filter(kind=kind)
    page = keyset.page(rows, request.GET, order=ORDER)
    plates_by_owner = selectors.plates_of(row.pk for row in page)
    context = {
        "page": page,
        "rows": [(row, plates_by_owner.get(row.pk, [])) for row in page],
        "q": text,
        "advisor": advisor,
        "advisors": User.objects.visible_to(user).with_role(Role.SERVICE_ADVISOR, Role.RECEPTION_SUPERVISOR),
        "kind": kind,
        "kinds": Customer.Kind.choices,
        "elsewhere": _elsewhere(user, text),
        "may_edit": user.has_perm("customers.edit"),
    }
    return render(request, "customers/list.html", context)


def _elsewhere(user: User, text: str) -> list[selectors.Known]:
    """Whom only other stores of the group may see, under an exact plate, VIN or telephone."""
    if not user.has_perm("customers.open_file"):
        return []
    return [hit for hit in selectors.known(user, text) if not hit.is_visible]


@require_GET
@require_perm("customers.see")
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /customers/<id>/ → the file: contact, vehicles, what other rooms add, history."""
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).select_related("advisor", "merged_into"), pk=pk
    )
    user = request.user
    actions = registry.actions_for("customer", customer, user)
    context = {
        "customer": customer,
        "vehicles": selectors.vehicles_of(customer),
        "accesses": customer.accesses.select_related("store").order_by("since"),
        "panels": registry.panels_for("customer", customer, user),
        "actions": actions,
        "has_primary": any(action["primary"] for action in actions),
        "story": selectors.customer_story(customer, user),
        "may_edit": user.has_perm("customers.edit"),
        "may_see_contacts": user.has_perm("customers.see_contacts"),
    }
    return render(request, "customers/detail.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("customers.edit")
@once
@transaction.atomic
def customer_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/<id>/edit/. A stale form shows both values and keeps what was typed."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        customer.lock()
    form = CustomerForm(request.POST or None, instance=customer, by=request.user)
    if request.method == "POST" and form.is_valid():
        customer.update(by=request.user, **form.values())
        messages.success(request, _("%(name)s is saved.") % {"name": customer.name})
        _warn_of_twins(request, customer)
        return redirect("customers:detail", pk=customer.pk)
    context = {"form": form, "customer": customer}
    return render(request, "customers/edit.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@require_perm("customers.edit")
@once
def customer_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /customers/new/?phone=&plate=&next=: a customer and, if known, the vehicle, on one page.

    A telephone, plate or VIN that is on file is offered once before a second file is made;
    whoever has seen the offer (``seen``) may go on.
    """
    posted = request.POST if request.method == "POST" else None
    form = CustomerForm(
        posted, instance=Customer(), by=request.user, initial={"phone": request.GET.get("phone", "")}
    )
    vehicle_form = NewVehicleForm(
        posted,
        instance=Vehicle(),
        by=request.user,
        prefix="v",
        empty_permitted=True,
        use_required_attribute=False,
        initial={"plate": request.GET.get("plate", "")},
    )
    offers = _offers(request.user, request.POST)
    # Both are judged, so that every wrong field is shown at once.
    is_right = posted is not None and all([form.is_valid(), vehicle_form.is_valid()])
    if is_right and _has_seen(request, offers) and (saved := _register(request, form, vehicle_form)):
        back = request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(back, allowed_hosts=None):  # a path of ours: the gate waits
            return redirect(back)
        return redirect("customers:detail", pk=saved.pk)
    context = {"form": form, "vehicle_form": vehicle_form, "offers": offers, "seen": _seen(offers)}
    return render(request, "customers/new.html", context, status=200 if posted is None else 422)


def _offers(user: User, typed: QueryDict) -> list[selectors.Known]:
    """Whose files stand under the telephone, plate or VIN typed so far; half a number finds nobody."""
    texts = (
        typed.get("phone", ""),
        plates.normalise(typed.get("v-plate", "")),
        vins.normalise(typed.get("v-vin", "")),
    )
    found = {hit.customer.pk: hit for text in texts if text for hit in selectors.known(user, text)}
    return list(found.values())


def _has_seen(request: HttpRequest, offers: list[selectors.Known]) -> bool:
    """Whether the page that was sent showed all of ``offers``."""
    return {str(hit.customer.pk) for hit in offers} <= set(request.POST.get("seen", "").split(","))


def _seen(offers: list[selectors.Known]) -> str:
    return ",".join(str(hit.customer.pk) for hit in offers)


def _register(request: HttpRequest, form: CustomerForm, vehicle_form: NewVehicleForm) -> Customer | None:
    """The saved customer, or None with the refusal on its form."""
    vehicle = vehicle_form.values() if vehicle_form.has_changed() else None
    try:
        customer, _car = services.register_with_vehicle(
            store=request.user.store,
            by=request.user,
            customer=form.values(),
            vehicle=vehicle,
            odometer_km=vehicle_form.cleaned_data.get("odometer_km"),
        )
    except ValidationError as error:
        vehicle_form.take(error)
        return None
    messages.success(
        request, _("%(name)s is entered as %(number)s.") % {"name": customer.name, "number": customer.number}
    )
    _warn_of_twins(request, customer)
    return customer


def _warn_of_twins(request: HttpRequest, customer: Customer) -> None:
    """Say who else is reached under the same telephone; that is allowed, but rarely meant."""
    twins = Customer.objects.visible_to(request.user).with_phone(customer.phone).exclude(pk=customer.pk)
    if names := ", ".join(f"{twin.name} ({twin.number})" for twin in twins[:3]):
        messages.warning(
            request,
            _("%(phone)s is on file for %(names)s too.")
            % {"phone": phones.display(customer.phone), "names": names},
        )


@require_GET
@require_perm("customers.edit")
def known(request: HttpRequest) -> HttpResponse:
    """GET /customers/known/?phone=&v-plate=&v-vin= → a fragment: whose files stand under that, if any."""
    offers = _offers(request.user, request.GET)
    return render(request, "customers/_known.html", {"offers": offers, "seen": _seen(offers)})
