"""Rows of the cast's store for each address of this room."""

from apps.core import clock
from apps.quality.models import QualityCheck
from tests.workorders.factories import make_order


def samples(cast) -> dict[str, dict]:
    order = make_order(cast)
    one = {"number": order.number}
    check = QualityCheck.objects.create(
        store=cast.store,
        order=order,
        round=1,
        result="passed",
        checked_by=cast.inspector,
        checked_at=clock.now(),
    )
    return {f"quality:{name}": one for name in ("check", "check_create", "wash")} | {
        "api:quality-check-detail": {"pk": check.pk},
        "api:work-order-wash-wash": {"pk": order.pk},
    }
