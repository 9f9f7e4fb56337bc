"""Correcting a telephone number that blocks calls."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require_perm
from apps.calls.forms import NumberForm
from apps.calls.models import Call
from apps.core import phones
from apps.customers.models import Customer
from apps.desk.once import once


@require_http_methods(["GET", "POST"])
@require_perm("calls.correct_number")
@once
def number(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """GET /calls/numbers/7/ → the number and what waits for it; POST ``phone`` → the calls come back."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    waiting = Call.objects.visible_to(request.user).filter(customer=customer, state=Call.State.CORRECTION)
    initial = {"phone": phones.display(customer.phone) if customer.phone else ""}
    form = NumberForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _correct(request, customer, form):
        return redirect("calls:queue")
    context = {
        "customer": customer,
        "form": form,
        "calls": list(waiting.select_related("customer", "vehicle", "store").order_by("closes_on", "pk")),
        "other_cars": list(customer.vehicles.order_by("pk")[:5]),
    }
    return render(request, "calls/number.html", context, status=422 if form.errors else 200)


def _correct(request: HttpRequest, customer: Customer, form: forms.Form) -> bool:
    """Save the number and bring the calls back; False with the error beside the field."""
    try:
        phone = phones.normalise(form.cleaned_data["phone"])
        with transaction.atomic():
            customer.update(by=request.user, phone=phone)
            back = Call.number_corrected(customer, by=request.user)
    except ValidationError as error:
        form.add_error("phone", error.messages)
        return False
    said = ngettext(
        "Number saved; %(n)d call is due again.", "Number saved; %(n)d calls are due again.", back
    )
    messages.success(request, said % {"n": back} if back else _("Number saved."))
    return True
