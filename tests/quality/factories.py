"""Orders waiting for their check, and their checks."""

from __future__ import annotations

from typing import Any

from apps.quality.checklist import items_for
from apps.quality.services import Findings
from apps.workorders.models import WorkOrder
from apps.workshop import services as workshop
from tests.workshop.factories import make_finished_job


def make_order_at_qc(cast: Any, *, wants_wash: bool = False, **fields: Any) -> WorkOrder:
    """An order whose only job is finished by ``cast.technician``, handed to the quality check."""
    job = make_finished_job(cast, **fields)
    order = job.order
    WorkOrder.objects.filter(pk=order.pk).update(wants_wash=wants_wash)
    workshop.submit_for_qc(order, by=cast.technician)
    order.refresh_from_db()
    return order


def findings(*bad: str, safety: bool = True, **fields: Any) -> Findings:
    """Everything judged OK but ``bad``."""
    verdicts = {code: "bad" if code in bad else "ok" for code in items_for(safety_relevant=safety)}
    return Findings(verdicts, {}, **fields)
