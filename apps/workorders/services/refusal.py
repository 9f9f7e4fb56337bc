"""The customer declines work: lines become recommendations on the vehicle's file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Recommendation
from apps.desk.live import announce
from apps.desk.models import Event
from apps.desk.models.event import subject_key
from apps.parts import services as stock
from apps.workorders.models import Line, WorkOrder
from apps.workorders.services.lines import recalculate


@transaction.atomic
def decline_lines(order: WorkOrder, line_ids: Collection[int], *, given_by: str, by: User) -> None:
    """The customer declines additional work in person: the lines become recommendations."""
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    waiting = list(order.lines.waiting().filter(pk__in=line_ids).select_related("demand", "operation"))
    if len(waiting) != len(set(line_ids)):
        raise DomainError(
            _("One of these lines does not wait for consent any more. Reload the page."), code="version_stale"
        )
    turn_down(order, waiting, given_by=given_by, by=by)
    recalculate(order)
    announce(order.store_id, "board")


def turn_down(order: WorkOrder, lines: Sequence[Line], *, given_by: str, by: User | None) -> None:
    """Mark waiting lines declined and keep them as recommendations on the vehicle's file.

    The caller holds the order's lock. A safety-relevant line needs the name of who declined it.
    """
    now = clock.now()
    name = given_by.strip()[:60]
    for line in lines:
        if line.is_safety_relevant and not name:
            raise DomainError(
                _("“%(line)s” concerns safety. Write the name of the person who declines it.")
                % {"line": line},
                code="name_missing",
            )
        if line.demand:
            stock.cancel(line.demand)
        line.declined_at, line.declined_by = now, name
    Line.objects.bulk_update(lines, ["declined_at", "declined_by"])
    Recommendation.objects.bulk_create(
        Recommendation(
            vehicle_id=order.vehicle_id,
            text=line.description,
            operation_code=line.operation.code if line.operation else "",
            amount=line.amount,
            is_safety_relevant=line.is_safety_relevant,
            source=subject_key(order),
            created_at=now,
            created_by=by,
        )
        for line in lines
        if line.kind != Line.Kind.FEE
    )
    if lines:
        Event.record(
            "workorder.work_declined",
            about=order,
            by=by,
            facts={
                "lines": [line.description for line in lines],
                "safety": [line.description for line in lines if line.is_safety_relevant],
            },
            personal={"given_by": name},
        )
