"""What orders do when something happens in an earlier room."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.desk.models import Event, Notice
from apps.workorders.models import Line
from apps.workorders.services import promise


def parts_arrived(event: Event) -> None:
    """Awaited parts lie on the shelf: the advisor hears of it and the completion is computed anew."""
    demand_id = int(event.subject.rpartition(":")[2])
    line = Line.objects.select_related("order__advisor", "order__store").filter(demand=demand_id).first()
    if line is None or not line.order.is_editable:
        return
    line.order.lock()
    promise.refresh(line.order)
    Notice.tell(
        [line.order.advisor],
        gettext_noop("%(part)s for %(order)s has arrived."),
        url=reverse("workorders:detail", args=[line.order_id]),
        part=line.description,
        order=line.order.number,
    )
