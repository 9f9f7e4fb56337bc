"""The interview: listening first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require_perm
from apps.core import clock
from apps.core.registry import registry
from apps.customers.models import Recommendation
from apps.desk.once import once
from apps.reception import selectors, services
from apps.reception.forms import InterviewForm
from apps.reception.models import Visit


@require_http_methods(["GET", "POST"])
@require_perm("reception.receive")
@once
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST …/interview/ → the customer's words; saved, on to the visit and its order."""
    visit = get_object_or_404(
        Visit.objects.visible_to(request.user).for_pages().select_related("walk_around", "interview"), pk=pk
    )
    stored = getattr(visit, "interview", None)
    form = InterviewForm(
        request.POST if request.method == "POST" else None,
        interview=stored,
        initial={"started_at": clock.now().isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        services.save_interview(
            visit,
            by=request.user,
            customer_words=form.cleaned_data["customer_words"],
            symptoms=form.symptoms,
            started_at=form.cleaned_data["started_at"] or clock.now(),
        )
        messages.success(request, _("The interview is saved."))
        return redirect("reception:visit", pk=visit.pk)
    listening = selectors.Standards(visit.store_id).listening.total_seconds()
    context = {
        "visit": visit,
        "walk": getattr(visit, "walk_around", None),
        "interview": stored,
        "step": "interview",
        "form": form,
        "now": clock.now(),
        "listening_seconds": 0 if visit.is_express or stored else int(listening),
        "listening_minutes": f"{listening / 60:g}",
        "campaigns": list(visit.vehicle.campaigns.due(clock.today())),
        "recommendations": Recommendation.objects.visible_to(request.user)
        .open()
        .filter(vehicle=visit.vehicle_id)[:12],
        "actions": registry.actions_for("visit", visit, request.user),
    }
    return render(request, "reception/interview.html", context, status=422 if form.is_bound else 200)
