"""The list of orders: filters, keyset pages, capped counts. As quick at a million rows as at ten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from apps.accounts.models import User
from apps.accounts.roles import DESK
from apps.desk.models import SearchKey
from apps.workorders.models import Line, WorkOrder

PAGE = 50
CAP = 1000
COLUMNS = (
    "pk",
    "number",
    "status",
    "opened_at",
    "promised_at",
    "closed_at",
    "total",
    "comeback_of_id",
    "vehicle__plate",
    "vehicle__model_text",
    "vehicle__model__name",
    "customer__name",
    "advisor__name",
    "waits",
)
GROUPS = {
    "open": WorkOrder.OPEN,
    "all": tuple(WorkOrder.Status.values),
    **{status: (status,) for status in WorkOrder.Status.values},
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    pk: int
    number: str
    status: str
    opened_at: Any
    promised_at: Any
    closed_at: Any
    total: Any
    comeback_of_id: int | None
    plate: str
    model_text: str
    model_name: str | None
    customer: str
    advisor: str
    waits: bool

    @property
    def model(self) -> str:
        """The model as people say it."""
        return self.model_name or self.model_text


class Listing:
    """What the page shows for ``query`` (GET parameters ``status advisor q after before``).

    One query for the rows, one for the count (at most 1,000 are counted), one for a search text.
    """

    def __init__(self, user: User, query: Mapping[str, str]) -> None:
        self.user = user
        self.q = query.get("q", "").strip()[:40]
        wanted = query.get("status", "")
        self.status = wanted if wanted in GROUPS else "all" if self.q else "open"
        self.advisor = query.get("advisor", "")
        self.after, self.before = (_number(query.get(name)) for name in ("after", "before"))

    @cached_property
    def _filtered(self) -> Any:
        rows = WorkOrder.objects.visible_to(self.user)
        if self.status != "all":
            rows = rows.filter(status__in=GROUPS[self.status])
        if self.advisor == "me":
            rows = rows.filter(advisor=self.user)
        elif self.advisor.isdigit():
            rows = rows.filter(advisor_id=int(self.advisor))
        if self.q:
            rows = rows.filter(self._found())
        return rows

    def _found(self) -> Q:
        """Orders by number, and orders of the vehicles and customers that the text finds. One query."""
        ids: dict[str, list[int]] = {"workorder": [], "vehicle": [], "customer": []}
        for kind, object_id in SearchKey.objects.starting(self.q, limit=200).values_list("kind", "object_id"):
            ids.setdefault(kind, []).append(object_id)
        return (
            Q(pk__in=ids["workorder"]) | Q(vehicle_id__in=ids["vehicle"]) | Q(customer_id__in=ids["customer"])
        )

    @cached_property
    def rows(self) -> list[Row]:
        """The page's rows, newest first."""
        found = self._filtered.annotate(waits=Exists(Line.objects.waiting().filter(order=OuterRef("pk"))))
        if self.before:
            page = found.filter(pk__gt=self.before).order_by("pk").values_list(*COLUMNS)[: PAGE + 1]
            rows = [Row(*values) for values in page]
            self._more_before, self._more_after = len(rows) > PAGE, True
            return rows[:PAGE][::-1]
        if self.after:
            found = found.filter(pk__lt=self.after)
        rows = [Row(*values) for values in found.order_by("-pk").values_list(*COLUMNS)[: PAGE + 1]]
        self._more_before, self._more_after = bool(self.after), len(rows) > PAGE
        return rows[:PAGE]

    @property
    def page(self) -> dict:
        """What ``{% pager %}`` draws."""
        rows = self.rows
        total = self._filtered.order_by().values("pk")[: CAP + 1].count()
        return {
            "previous": rows[0].pk if rows and self._more_before else None,
            "next": rows[-1].pk if rows and self._more_after else None,
            "total": min(total, CAP),
            "capped": total > CAP,
        }

    @property
    def advisors(self) -> Any:
        """Who may be chosen in the filter. One query."""
        return User.objects.visible_to(self.user).with_role(*DESK).values_list("pk", "name")

    @property
    def chips(self) -> list[tuple[str, Any]]:
        """The statuses as filters: (key, label)."""
        return [(key, WorkOrder.Status(key).label) for key in WorkOrder.Status.values]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 19 else None
