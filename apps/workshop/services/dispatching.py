"""Planning a whole order at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.capacity.models import Resource
from apps.core.errors import DomainError
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from apps.workshop.services.opening import open_jobs
from apps.workshop.suggesting import complete


@transaction.atomic
def dispatch_order(
    order: WorkOrder,
    bay: Resource | None,
    technician: Resource | None,
    starts_at: datetime,
    *,
    by: User,
    only: Collection[int] = (),
) -> list[tuple[Job, list[str]]]:
    """Plan the order's unplanned jobs one after the other from ``starts_at`` on; each with its warnings.

    A bay or technician left out is chosen for each job by who is free. Raises DomainError
    ``nothing_to_plan``, or what is in the way of one of them; then none is planned.
    """
    open_jobs(order, by=by)
    jobs = Job.objects.filter(order=order).unplanned().for_pages()
    wanted = [job for job in jobs if not only or job.pk in only]
    if not wanted:
        raise DomainError(
            _("%(order)s has no job that waits to be planned.") % {"order": order}, code="nothing_to_plan"
        )
    planned = []
    for job in wanted:
        where, who = complete(job, bay, technician, starts_at)
        planned.append((job, job.dispatch(where, who, starts_at, by=by)))
        starts_at = job.planned_until or starts_at
    return planned
