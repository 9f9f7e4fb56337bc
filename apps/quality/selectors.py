"""Read models of the quality room."""

from __future__ import annotations

from apps.accounts.models import User
from apps.quality.models import Wash
from apps.workorders.models import WorkOrder


def waiting_for_check(user: User) -> list[WorkOrder]:
    """Orders at the quality check and not at the wash, most urgent promise first. One query."""
    return list(
        WorkOrder.objects.visible_to(user)
        .filter(status=WorkOrder.Status.AWAITING_QC)
        .exclude(pk__in=Wash.objects.values("order"))
        .select_related("vehicle__model__brand", "advisor")
        .order_by("promised_at", "pk")[:200]
    )


def waiting_for_wash(user: User) -> list[Wash]:
    """Cars that have passed and wait for the wash. One query."""
    return list(
        Wash.objects.visible_to(user)
        .filter(done_at=None)
        .select_related("order__vehicle__model__brand", "order__advisor")
        .order_by("order__promised_at", "pk")[:200]
    )


def open_wash(order: WorkOrder) -> Wash | None:
    """The wash that ``order`` waits for."""
    return Wash.objects.filter(order=order, done_at=None).first()
