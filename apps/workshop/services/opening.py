"""Jobs come from authorised labour lines, and follow what happens to them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.core import clock
from apps.desk.live import announce
from apps.desk.models import Event, Notice
from apps.workorders.models import Line, WorkOrder
from apps.workshop.models import Job, PauseReason, hours_of

TAKES_JOBS = (WorkOrder.Status.AUTHORISED, WorkOrder.Status.IN_WORK)
STOPPED = gettext_noop("%(job)s on %(car)s stands still: the changed line needs the customer's consent")


@transaction.atomic
def open_jobs(order: WorkOrder, *, by: User | None = None) -> list[Job]:
    """Make a job of each authorised labour line that has none yet; returns the new ones. Idempotent."""
    order.lock()
    if order.status not in TAKES_JOBS:
        return []
    known = Job.objects.filter(line=OuterRef("pk"))
    lines = order.lines.authorised().filter(~Exists(known), kind=Line.Kind.LABOUR)
    now = clock.now()
    # The covers are on the car, not on the line: a later job finds them fitted.
    fitted = Job.objects.filter(order=order, protection_ticked_at__isnull=False).values_list(
        "protection_ticked_at", flat=True
    )
    jobs = [
        Job(
            order=order,
            line=line,
            store_id=order.store_id,
            flat_rate_hours=hours_of(line),
            protection_ticked_at=fitted.first(),
            opened_at=now,
        )
        for line in lines
    ]
    Job.objects.bulk_create(jobs)
    if jobs:
        facts = {"jobs": [str(job.line) for job in jobs]}
        Event.record("workshop.jobs_opened", about=order, by=by, facts=facts)
        announce(order.store_id, "board")
    return jobs


def open_missing(store: Store) -> int:
    """Make the jobs of orders whose event has not been delivered yet. One query when none is missing."""
    jobless = Line.objects.authorised().filter(
        ~Exists(Job.objects.filter(line=OuterRef("pk"))),
        order__store=store,
        order__status__in=TAKES_JOBS,
        kind=Line.Kind.LABOUR,
    )
    orders = WorkOrder.objects.filter(pk__in=jobless.values("order")).order_by("pk")
    return sum(len(open_jobs(order)) for order in orders)


@transaction.atomic
def follow(order: WorkOrder) -> None:
    """Bring the jobs in line with the order's lines after a change of either consent or content.

    A running job whose line lost its consent is paused, its clockings kept, its advisor told; a declined
    line's job is dropped, or removed when nobody has touched it. Idempotent.
    """
    open_jobs(order)
    jobs = Job.objects.filter(order=order).open().select_related("order", "line").order_by("pk")
    for job in jobs:
        if job.line.declined_at:
            _end(job)
        elif not job.line.authorised_in_id:
            if job.state == Job.State.IN_WORK:
                _stop(job)
        elif job.started_at is None and job.flat_rate_hours != hours_of(job.line):
            Job.objects.filter(pk=job.pk).update(flat_rate_hours=hours_of(job.line))
            announce(order.store_id, "board")


def _stop(job: Job) -> None:
    job.pause(PauseReason.APPROVAL, by=None)
    order = job.order
    Notice.tell(
        [order.advisor],
        STOPPED,
        url=reverse("workorders:detail", args=[order.pk]),
        job=str(job),
        car=job.car,
    )


def _end(job: Job) -> None:
    if job.clockings.exists():
        job.drop(by=None)
    else:
        job.lock()
        job.delete()
        announce(job.store_id, "board")
