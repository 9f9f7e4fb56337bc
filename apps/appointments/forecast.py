"""What will be due on a car, and when: the ground of a proactive call. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.customers.due import NextService
from apps.customers.models import CampaignVehicle, Recommendation

AHEAD_DAYS = 15
"""N-15: so long before it is due the customer is called. Source: domain description §3."""
BACK_DAYS = 60
"""What has been overdue for longer needs another reason to call."""
RIPE_DAYS, RIPE_DAYS_SAFETY = 45, 22
"""A declined recommendation is due so long after it was made: the call comes fifteen days before."""


@dataclass(frozen=True, order=True)
class DueItem:
    """``key`` names it for good, however the estimate of ``due_on`` moves: it is called about once."""

    due_on: date
    key: str
    kind: str
    km: int = 0
    name: str = ""
    """What a campaign or a recommendation is called."""
    thing: str = ""
    """What the booking page adds for it: ``package:3``, ``operation:12``."""
    campaign: int = 0

    @property
    def words(self) -> str:
        """As people say it."""
        if self.kind == "service":
            return _("%(km)s km service") % {"km": f"{self.km:,}"}
        if self.kind == "first_service":
            return _("First service (%(km)s km)") % {"km": f"{self.km:,}"}
        if self.name:
            return self.name
        return {"insurance": _("Insurance ends"), "inspection": _("Annual inspection due")}[self.kind]

    def as_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return asdict(self) | {"due_on": self.due_on.isoformat()}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> DueItem:
        """What ``as_json`` made."""
        return cls(**(kept | {"due_on": date.fromisoformat(kept["due_on"])}))


def due_items(
    service: NextService | None,
    *,
    insured_until: date | None,
    inspection_due_on: date | None,
    campaigns: Iterable[CampaignVehicle] = (),
    recommendations: Iterable[Recommendation] = (),
    today: date,
    ahead_days: int = AHEAD_DAYS,
) -> list[DueItem]:
    """What is due within ``ahead_days``, or has been for at most sixty days, the soonest first.

    ``campaigns`` are the car's open ones: due on the day planned for it. No query if their campaign is
    fetched.
    """
    items = [*_service(service, today), *_campaigns(campaigns), *map(_recommendation, recommendations)]
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


def _campaigns(rows: Iterable[CampaignVehicle]) -> Iterable[DueItem]:
    for row in rows:
        if row.planned_on is not None:
            campaign = row.campaign
            yield DueItem(
                row.planned_on,
                f"campaign-{campaign.pk}-{row.planned_on}",
                campaign.kind,
                name=campaign.title,
                thing=f"package:{campaign.package_id}" if campaign.package_id else "",
                campaign=campaign.pk,
            )


def _recommendation(row: Recommendation) -> DueItem:
    ripe = RIPE_DAYS_SAFETY if row.is_safety_relevant else RIPE_DAYS
    due_on = timezone.localdate(row.created_at) + timedelta(days=ripe)
    return DueItem(due_on, f"recommendation-{row.pk}", "recommendation", name=row.text)
