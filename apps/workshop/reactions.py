"""What the workshop does when an order changes. Runs in a worker."""

from apps.desk.models import Event
from apps.workorders.models import WorkOrder
from apps.workshop import services

KINDS = (
    "workorder.authorised",
    "workorder.consented",
    "workorder.line_changed",
    "workorder.line_reopened",
    "workorder.line_removed",
    "workorder.work_declined",
)


def follow_order(event: Event) -> None:
    """Bring the order's jobs in line with its lines."""
    pk = int(event.subject.rpartition(":")[2])
    services.follow(WorkOrder.objects.get(pk=pk))
