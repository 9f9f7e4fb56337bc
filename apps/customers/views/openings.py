"""Opening the file of a customer whom another store of the group looks after."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.customers import selectors, services
from apps.customers.forms import OpeningForm
from apps.desk.once import once


@require_POST
@require_perm("customers.open_file")
@once
def opening_create(request: HttpRequest) -> HttpResponse:
    """POST /customers/opening/ ``q customer reason`` → the file, now open to the store.

    Only who can name the exact plate, VIN or telephone (``q``) gets there: ids cannot be tried out.
    """
    form = OpeningForm(request.POST)
    hits = selectors.known(request.user, request.POST.get("q", ""))
    hit = next((hit for hit in hits if str(hit.customer.pk) == request.POST.get("customer")), None)
    if hit is None or not form.is_valid():
        context = {"form": form, "hits": hits, "q": request.POST.get("q", "")}
        return render(request, "customers/opening.html", context, status=404 if hit is None else 422)
    services.open_file(hit.customer, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The file is open to your store. The opening is recorded."))
    return redirect("customers:detail", pk=hit.customer.pk)
