"""Rows of the cast's store for each address of this room."""

from apps.core import clock
from apps.workshop.models import Job
from tests.workorders.factories import make_authorised_order


def samples(cast) -> dict[str, dict]:
    order = make_authorised_order(cast)
    line = order.lines.get(kind="labour")
    job = Job.objects.create(
        order=order, line=line, store=cast.store, flat_rate_hours=1, opened_at=clock.now()
    )
    clocking = job.clockings.create(technician=cast.technician, started_at=clock.now())
    pages = (
        "job",
        "plan",
        "plan_remove",
        "delay",
        "my_job",
        "my_job_fragment",
        "take",
        "protect",
        "start",
        "pause",
    )
    known = {f"workshop:{name}": {"pk": job.pk} for name in (*pages, "finish", "finding", "photo")}
    verbs = ("detail", "dispatch-to", "start", "pause", "resume", "finish")
    known |= {f"api:job-{verb}": {"pk": job.pk} for verb in verbs}
    known["workshop:submit_for_qc"] = {"pk": order.pk}
    known |= {f"api:work-order-work-{verb}": {"pk": order.pk} for verb in ("dispatch-to", "submit-for-qc")}
    known["api:clocking-detail"] = {"pk": clocking.pk}
    return known
