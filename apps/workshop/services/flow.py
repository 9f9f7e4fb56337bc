"""Verbs between the workshop and its neighbours: findings to the advisor, the car to quality control."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, File, Notice, Task
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from apps.workshop.services.opening import open_jobs

PHOTO = "workshop.photo"
ANSWER_WITHIN = timedelta(minutes=15)
LATE = gettext_noop("%(car)s will be ready at about %(expected)s, promised %(promised)s: tell the customer")
FOUND = gettext_noop("%(car)s: %(name)s found more work on “%(job)s”")


@transaction.atomic
def submit_for_qc(order: WorkOrder, *, by: User) -> None:
    """Hand the car to quality control. Raises DomainError naming the jobs that are still open."""
    open_jobs(order, by=by)
    open_ones = Job.objects.filter(order=order).open().select_related("line").order_by("pk")
    if names := [f"{job} ({job.get_state_display()})" for job in open_ones]:
        raise DomainError(
            _("%(order)s has work that is not finished: %(jobs)s. Finish it, then submit.")
            % {"order": order, "jobs": ", ".join(names[:4]) + (" …" if len(names) > 4 else "")},
            code="open_jobs",
            extra={"jobs": [job.pk for job in open_ones]},
        )
    order.move_to_qc(by=by)


@transaction.atomic
def report_finding(job: Job, text: str, *, by: User, photo: UploadedFile | None = None) -> Task:
    """The technician found more to do: the advisor is told and gets a task; nothing is begun before consent.

    Raises DomainError without words, ValidationError for a file that is no photo.
    """
    job.lock()
    if not text.strip():
        raise DomainError(_("Say what you found, so that the customer can decide."), code="text_missing")
    if not job.is_open:
        raise DomainError(
            _("“%(job)s” on %(car)s is over. Tell the advisor, or have it opened again.")
            % {"job": job, "car": job.car},
            code="wrong_state",
        )
    text = text.strip()[:1000]
    kept = add_photo(job, photo, by=by) if photo else None
    job.findings = f"{job.findings}\n{text}".strip()
    job.save(update_fields=["findings"])
    facts = {"job": str(job), "found": text, "photo": str(kept.pk) if kept else None}
    event = Event.record("job.finding", about=job, by=by, facts=facts)
    words = {"car": job.car, "name": by.name, "job": str(job)}
    url = reverse("workorders:detail", args=[job.order_id])
    Notice.tell([job.order.advisor], FOUND, url=url, **words)
    return Task.put(
        f"workshop.finding:{event.pk}",
        about=job,
        kind="workshop.finding",
        title=FOUND,
        params=words,
        note=text[:500],
        owner=job.order.advisor,
        due_at=clock.now() + ANSWER_WITHIN,
        url=url,
        store=job.store,
    )


@transaction.atomic
def report_delay(job: Job, *, by: User) -> Task:
    """The dispatcher tells the advisor that the promise will not be kept; one open task for each order.

    Raises DomainError when nothing is promised or the plan keeps the promise.
    """
    job.lock()
    order = job.order
    expected = job.planned_until + job.closing() if job.planned_until else None
    if order.promised_at is None or expected is None or expected <= order.promised_at:
        raise DomainError(
            _("By its plan %(car)s is ready when promised. There is nothing to tell.") % {"car": job.car},
            code="not_late",
        )
    words = {
        "car": job.car,
        "expected": f"{timezone.localtime(expected):%m-%d %H:%M}",
        "promised": f"{timezone.localtime(order.promised_at):%m-%d %H:%M}",
    }
    url = reverse("workorders:detail", args=[order.pk])
    key = f"workshop.delay:{order.pk}"
    Event.record("job.delayed", about=job, by=by, facts={"job": str(job), **words})
    if not Task.objects.open().filter(key=key).exists():
        Notice.tell([order.advisor], LATE, url=url, **words)
    return Task.put(
        key,
        about=order,
        kind="workshop.delay",
        title=LATE,
        params=words,
        owner=order.advisor,
        due_at=clock.now() + ANSWER_WITHIN,
        url=url,
    )


def add_photo(job: Job, photo: UploadedFile, *, by: User) -> File:
    """Keep a photo of the work. Raises ValidationError for a file that is no photo."""
    return File.take_photo(photo, kind=PHOTO, about=job, store=job.store_id, by=by)
