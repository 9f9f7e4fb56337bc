"""What will be due on a car, and when: the ground of a proactive call. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.customers.due import NextService

AHEAD_DAYS = 15
"""N-15: so long before it is due the customer is called. Source: domain description §3."""
BACK_DAYS = 60
"""What has been overdue for longer needs another reason to call."""


@dataclass(frozen=True, order=True)
class DueItem:
    """``key`` names it for good, however the estimate of ``due_on`` moves: it is called about once."""

    due_on: date
    key: str
    kind: str
    km: int = 0

    @property
    def words(self) -> str:
        """As people say it."""
        if self.kind == "service":
            return _("%(km)s km service") % {"km": f"{self.km:,}"}
        if self.kind == "first_service":
            return _("First service (%(km)s km)") % {"km": f"{self.km:,}"}
        return {"insurance": _("Insurance ends"), "inspection": _("Annual inspection due")}[self.kind]

    def as_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"key": self.key, "kind": self.kind, "km": self.km, "due_on": self.due_on.isoformat()}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> DueItem:
        """What ``as_json`` made."""
        return cls(date.fromisoformat(kept["due_on"]), kept["key"], kept["kind"], kept["km"])


def due_items(
    service: NextService | None,
    *,
    insured_until: date | None,
    inspection_due_on: date | None,
    today: date,
    ahead_days: int = AHEAD_DAYS,
) -> list[DueItem]:
    """What is due within ``ahead_days``, or has been for at most sixty days, the soonest first."""
    items = [*_service(service, today)]
    if insured_until is not None:
        items.append(DueItem(insured_until, f"insurance-{insured_until}", "insurance"))
    if inspection_due_on is not None:
        items.append(DueItem(inspection_due_on, f"inspection-{inspection_due_on}", "inspection"))
    first, last = today - timedelta(days=BACK_DAYS), today + timedelta(days=ahead_days)
    return sorted(item for item in items if first <= item.due_on <= last)


def _service(service: NextService | None, today: date) -> Iterable[DueItem]:
    if service is None:
        return
    due_on = service.due_on
    if due_on is None and service.km_left is not None and service.km_left <= 0:
        due_on = today  # its kilometres are driven; nobody knows since when
    if due_on is not None:
        kind = "first_service" if service.is_first else "service"
        yield DueItem(due_on, f"service-{service.number_km}", kind, service.number_km)
