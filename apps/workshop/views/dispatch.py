"""The dispatcher's board and what is planned on it."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.capacity.affected import banners
from apps.core import clock, when
from apps.desk.once import once
from apps.workorders.models import WorkOrder
from apps.workshop import services
from apps.workshop.forms import PlanForm
from apps.workshop.fragments import fragments
from apps.workshop.models import Job
from apps.workshop.suggesting import complete, suggest
from apps.workshop.timeline import load
from apps.workshop.views.page import by_of, day_of, find_job, store_of, tell


@require_GET
@require_perm("workshop.see")
def dispatch(request: HttpRequest) -> HttpResponse:
    """GET /dispatch/?day=&by= → the board of the day, by bay or by technician."""
    # Orders authorised a moment ago are on the board at once, not when a worker has told us.
    store = store_of(request)
    services.open_missing(store)
    day = day_of(request)
    context = {
        "fragment": _fragment(request, store),
        "day": day,
        "by": by_of(request),
        "is_today": day == clock.today(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "shown_store": store,
        "may_report": request.user.has_perm("capacity.incident") and store == request.user.store,
    }
    return render(request, "workshop/dispatch.html", context)


@require_GET
@require_perm("workshop.see")
def dispatch_fragment(request: HttpRequest) -> HttpResponse:
    """GET /dispatch/fragment/ → the board alone, for open pages; one rendering serves all viewers."""
    return HttpResponse(_fragment(request, store_of(request)))


def _fragment(request: HttpRequest, store: Store) -> SafeString:
    day, by, may_plan = day_of(request), by_of(request), request.user.has_perm("workshop.dispatch")

    def draw() -> SafeString:
        context = {"board": load(store, day, by), "shown_store": store, "may_plan": may_plan}
        return render_to_string("workshop/_dispatch.html", context)

    return fragments.get(("dispatch", store.pk, day, by, may_plan), draw)


@require_GET
@require_perm("workshop.see")
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /jobs/<id>/ → the job's panel (for htmx) or page: facts, proposals, the plan's form."""
    return _panel(request, find_job(request, pk))


@require_POST
@require_perm("workshop.dispatch")
@once
def plan_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /jobs/<id>/plan/ (bay, technician, starts_at) → the board with the job on it."""
    job = find_job(request, pk)
    form = PlanForm(request.POST, job=job)
    if not form.is_valid():
        return _panel(request, job, form=form, status=422)
    wish = form.cleaned_data
    bay, technician = complete(job, wish["bay"], wish["technician"], wish["starts_at"])
    warnings = job.dispatch(bay, technician, wish["starts_at"], by=request.user)
    message = _("%(car)s: %(bay)s, %(technician)s, %(start)s–%(end)s.") % {
        "car": job.car,
        "bay": bay,
        "technician": technician,
        "start": when.words(job.planned_from or clock.now(), clock.now()),
        "end": f"{timezone.localtime(job.planned_until):%H:%M}",
    }
    return tell(request, _board_again(request), message, warnings)


@require_POST
@require_perm("workshop.dispatch")
@once
def plan_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /jobs/<id>/plan/removal/ → the board; the job is back in the queue."""
    job = find_job(request, pk)
    job.undispatch(by=request.user)
    return tell(request, _board_again(request), _("%(car)s is back in the queue.") % {"car": job.car}, [])


@require_POST
@require_perm("workshop.dispatch")
@once
def delay_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /jobs/<id>/delay/ → the board; the advisor has a task to tell the customer."""
    job = find_job(request, pk)
    services.report_delay(job, by=request.user)
    message = _("%(advisor)s has been told about %(car)s.") % {"advisor": job.order.advisor, "car": job.car}
    return tell(request, _board_again(request), message, [])


@require_POST
@require_perm("workshop.submit_for_qc")
@once
def qc_submission_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /workshop/orders/<id>/qc-submission/ → where one came from; the car goes to quality control."""
    orders = WorkOrder.objects.visible_to(request.user).select_related("vehicle")
    order = get_object_or_404(orders, pk=pk)
    services.submit_for_qc(order, by=request.user)
    message = _("%(car)s goes to quality check.") % {"car": order.vehicle.plate or order.number}
    if request.headers.get("HX-Request"):
        return tell(request, _board_again(request), message, [])
    to = "workshop:mine" if request.POST.get("next") == "mine" else "workshop:dispatch"
    return tell(request, redirect(to), message, [])


def _board_again(request: HttpRequest) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("workshop:dispatch")
    return HttpResponse(_fragment(request, store_of(request)))


def _panel(
    request: HttpRequest, job: Job, *, form: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    may_plan = request.user.has_perm("workshop.dispatch")
    movable = may_plan and job.state in (Job.State.UNPLANNED, Job.State.PLANNED, Job.State.PAUSED)
    authorised = job.line.authorised_in_id is not None
    start = job.planned_from or clock.now() + timedelta(minutes=5 - clock.now().minute % 5)
    siblings = Job.objects.filter(order=job.order).select_related("line", "bay", "technician").order_by("pk")
    jobs = list(siblings)
    context = {
        "job": job,
        "banners": banners(request.user, thread=job.order.event_thread) if job.is_open else [],
        "may_plan": may_plan,
        "movable": movable and authorised,
        "suggestions": suggest(job) if movable and authorised else [],
        "form": form
        or PlanForm(
            job=job,
            initial={
                "bay": job.bay_id,
                "technician": job.technician_id,
                "starts_at": timezone.localtime(start),
            },
        ),
        "others": [other for other in jobs if other.pk != job.pk],
        "late": job.warnings() if may_plan and job.is_open else [],
        "all_done": all(not other.is_open for other in jobs)
        and job.order.status == WorkOrder.Status.IN_WORK
        and request.user.has_perm("workshop.submit_for_qc"),
        "clockings": list(job.clockings.select_related("technician").order_by("pk")),
    }
    template = "workshop/_job.html" if request.headers.get("HX-Request") else "workshop/job.html"
    return render(request, template, context, status=status)
