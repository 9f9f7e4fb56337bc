"""The technician's pages: my jobs, one job."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.once import once
from apps.workorders.models import WorkOrder
from apps.workshop import mine, services, working
from apps.workshop.forms import FindingForm, FinishForm, PauseForm, PhotoForm
from apps.workshop.models import Job, PauseReason
from apps.workshop.views.page import tell


@require_GET
@require_perm("workshop.work")
def my_jobs(request: HttpRequest) -> HttpResponse:
    """GET /my-jobs/ → my jobs of today, in order."""
    return render(request, "workshop/my_jobs.html", _list(request))


@require_GET
@require_perm("workshop.work")
def my_jobs_fragment(request: HttpRequest) -> HttpResponse:
    """GET /my-jobs/fragment/ → the list alone."""
    return render(request, "workshop/_my_jobs.html", _list(request))


def _list(request: HttpRequest) -> dict[str, Any]:
    return {"day": mine.my_day(request.user), "now": clock.now()}


@require_GET
@require_perm("workshop.work")
def my_job(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /my-jobs/<id>/ → the job with its one next step."""
    return _page(request, _find(request, pk))


@require_GET
@require_perm("workshop.work")
def my_job_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /my-jobs/<id>/fragment/ → the head with state and clock, for open pages."""
    job = _find(request, pk)
    context = {"job": job, "running": mine.running_of(job, request.user)}
    return render(request, "workshop/_my_job_head.html", context)


@require_POST
@require_perm("workshop.work")
@once
def taking_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/taking/ → the job, planned for me."""
    job = _find(request, pk)
    warnings = services.take(job, by=request.user)
    return tell(request, redirect("workshop:my_job", pk=pk), _("The job is yours."), warnings)


@require_POST
@require_perm("workshop.work")
@once
def protection_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/protection/ → the job, covers ticked."""
    _find(request, pk).tick_protection(by=request.user)
    return redirect("workshop:my_job", pk=pk)


@require_POST
@require_perm("workshop.work")
@once
def start_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/start/ (protection) → the job, clocked; resumes a paused one."""
    job = _find(request, pk)
    if request.POST.get("protection"):
        job.tick_protection(by=request.user)
    technician = working.worker(request.user, job)
    if job.state == Job.State.PAUSED:
        job.resume(technician=technician, by=request.user)
    else:
        job.start(technician=technician, by=request.user)
    return redirect("workshop:my_job", pk=pk)


@require_POST
@require_perm("workshop.work")
@once
def pause_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/pause/ (reason) → the job, paused."""
    job = _find(request, pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("Say what the work waits for."), code="reason_missing")
    working.pause(job, form.cleaned_data["reason"], by=request.user)
    return redirect("workshop:my_job", pk=pk)


@require_POST
@require_perm("workshop.work")
@once
def finish_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/finish/ (cause, work_done) → my jobs."""
    job = _find(request, pk)
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _page(request, job, finish_form=form, status=422)
    working.finish(job, by=request.user, **form.cleaned_data)
    to = redirect("workshop:my_job", pk=pk) if _all_done(job) else redirect("workshop:mine")
    return tell(request, to, _("“%(job)s” on %(car)s is finished.") % {"job": job, "car": job.car}, [])


@require_POST
@require_perm("workshop.work")
@once
def finding_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/findings/ (text, photo) → the job; the advisor has been told."""
    job = _find(request, pk)
    form = FindingForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, job, finding_form=form, status=422)
    try:
        services.report_finding(
            job, form.cleaned_data["text"], by=request.user, photo=form.cleaned_data["photo"]
        )
    except ValidationError as error:
        form.add_error("photo", error)
        return _page(request, job, finding_form=form, status=422)
    told = _("%(advisor)s has been told. Go on with what is authorised.") % {"advisor": job.order.advisor}
    return tell(request, redirect("workshop:my_job", pk=pk), told, [])


@require_POST
@require_perm("workshop.work")
@once
def photo_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/photos/ (photo) → the job with the photo."""
    job = _find(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise ValidationError(_("Choose a photo first."))
        services.add_photo(job, form.cleaned_data["photo"], by=request.user)
    except ValidationError as error:
        if form.is_valid():
            form.add_error("photo", error)
        return _page(request, job, photo_form=form, status=422)
    return redirect("workshop:my_job", pk=pk)


def _find(request: HttpRequest, pk: int) -> Job:
    """A job that this person may work on."""
    return get_object_or_404(Job.objects.workable_by(request.user).for_pages(), pk=pk)


def _all_done(job: Job) -> bool:
    """Whether the car can go to quality control."""
    return (
        job.order.status == WorkOrder.Status.IN_WORK
        and not Job.objects.filter(order=job.order).open().exists()
    )


def _page(request: HttpRequest, job: Job, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "job": job,
        "running": mine.running_of(job, request.user),
        "others": mine.others_on(job, request.user),
        "reasons": PauseReason.choices,
        "parts": mine.parts_state(mine.parts_of(job)),
        "marks": mine.marks_of(job),
        "photos": mine.photos_of(job),
        "all_done": _all_done(job),
        "may_stop": request.user.role != Role.TECHNICIAN,
        "finish_form": FinishForm(initial={"work_done": job.work_done or str(job), "cause": job.cause}),
        "finding_form": FindingForm(),
        "photo_form": PhotoForm(),
        **forms,
    }
    return render(request, "workshop/my_job.html", context, status=status)
