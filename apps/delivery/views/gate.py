"""The guard's page, and what was taken in with a car."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.delivery import selectors, services
from apps.delivery.forms import CustodyForm
from apps.delivery.models import GatePass
from apps.desk.once import once
from apps.reception.models import Visit


@require_GET
@require_perm("delivery.guard")
def gate(request: HttpRequest) -> HttpResponse:
    """GET /gate/ → cars that may leave."""
    return render(request, "delivery/gate.html", {"passes": selectors.passes_to_let_out(request.user)})


@require_POST
@require_perm("delivery.guard")
@once
def exit_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /gate/<id>/exit/ → the car has left."""
    gate_pass = get_object_or_404(
        GatePass.objects.visible_to(request.user).select_related("order__vehicle"), pk=pk
    )
    services.let_out(gate_pass, by=request.user)
    messages.success(request, _("%(plate)s has left.") % {"plate": gate_pass.order.vehicle.plate})
    return redirect("delivery:gate")


@require_POST
@require_perm("delivery.take_custody")
@once
def custody_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /visits/<id>/custody/ → back to where the form stood."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
    form = CustodyForm(request.POST)
    if form.is_valid():
        services.take_custody(visit, by=request.user, **form.cleaned_data)
    else:
        messages.error(request, _("Choose what you take in."))
    return redirect("reception:visit", visit.pk)
