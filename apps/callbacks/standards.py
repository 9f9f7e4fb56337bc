"""The standards of the callbacks, as they stand now: how many were made, in time, by whom they had to be.

A call counts in the month in which its window closes, as soon as it is finished or its window has closed;
what is still in its window is *pending* and spoils no rate. Every figure is the number of rows of a condition
of ``kinds``, so that ``rows`` opens exactly what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, ExpressionWrapper, F, Q, QuerySet

from apps.accounts.models import Setting, Store, User
from apps.accounts.roles import Role
from apps.callbacks import levels
from apps.callbacks.models import Response
from apps.callbacks.services import POST_REPAIR
from apps.calls.models import Call
from apps.calls.queues import in_order
from apps.core import clock
from apps.handover.services import N15

QUEUES = (levels.LEVEL_1, levels.LEVEL_2, N15, POST_REPAIR)
CSI_PER_ADVISOR = "callbacks.csi_per_advisor"
WEEK = 7


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def kinds(today: date) -> dict[str, Q]:
    """The conditions of the figures. ``week_end`` is annotated by ``calls_of``."""
    finished = Q(state__in=["done", "unreached"])
    late = Q(state__in=["open", "correction"], closes_on__lt=today)
    in_window = Q(finished_at__date__gte=F("opens_on"), finished_at__date__lte=F("closes_on"))
    filled = Q(state="unreached") | ~Q(person_spoken_to="")
    return {
        "finished": finished,
        "late": late,
        "counted": finished | late,
        "compliant": finished & in_window & filled & Q(finished_by__is_shared=False),
        "pending": Q(state__in=["open", "correction", "suspended"], closes_on__gte=today),
        "week": Q(reached_at__date__lte=F("week_end")),
        "week_counted": Q(week_end__lt=today) | Q(reached_at__date__lte=F("week_end")),
    }


def calls_of(user: User, month: date, queue: str = "") -> QuerySet[Call]:
    """The calls whose window closes in the month of ``month``, without those whose ground is gone."""
    rows = Call.objects.visible_to(user).filter(closes_on__range=month_of(month), queue__in=QUEUES)
    rows = rows.filter(queue=queue) if queue else rows
    week_end = ExpressionWrapper(F("previous_on") + WEEK, output_field=DateField())
    return rows.exclude(state="cancelled").annotate(week_end=week_end)


@dataclass(frozen=True)
class Line:
    """One queue of one store."""

    queue: str
    label: Any
    counts: dict[str, int]

    def rate(self, kind: str, of: str = "counted") -> Decimal | None:
        """Per cent, to 0.1; None where nothing counts yet."""
        whole = self.counts[of]
        return None if not whole else (Decimal(100) * self.counts[kind] / whole).quantize(Decimal("0.1"))

    @property
    def finished(self) -> Decimal | None:
        """The share that was made; the standard is 100 per cent."""
        return self.rate("finished")

    @property
    def compliant(self) -> Decimal | None:
        """The share that was made in its window, under a person's own name, with what it has to say."""
        return self.rate("compliant")

    @property
    def week(self) -> Decimal | None:
        """The share that was reached within a week after the day it counts from."""
        return self.rate("week", "week_counted")


@dataclass
class StoreLines:
    """A store or outlet with its queues."""

    store: Store
    lines: list[Line] = field(default_factory=list)


def of_month(user: User, month: date) -> list[StoreLines]:
    """Every store that ``user`` may see and that has such calls. Two queries."""
    from_kinds = {name: Count("pk", filter=condition) for name, condition in kinds(clock.today()).items()}
    counted = calls_of(user, month).order_by().values("store", "queue").annotate(**from_kinds)
    by_store: dict[int, dict[str, dict[str, int]]] = {}
    row: dict[str, Any]
    for row in counted:  # type: ignore[assignment]  # plain dicts
        by_store.setdefault(row.pop("store"), {})[row.pop("queue")] = row
    stores = Store.objects.filter(pk__in=by_store).order_by("code")
    labels = {queue.key: queue.label for queue in in_order()}
    found = []
    for store in stores:
        own = by_store[store.pk]
        lines = [Line(key, labels.get(key, key), own[key]) for key in QUEUES if key in own]
        found.append(StoreLines(store, lines))
    return found


def rows(user: User, month: date, *, store: int, queue: str, kind: str) -> QuerySet[Call]:
    """The calls that a figure was counted from."""
    found = calls_of(user, month, queue).filter(kinds(clock.today())[kind], store=store)
    return found.select_related("customer", "vehicle", "finished_by", "owner").order_by("closes_on", "pk")


@dataclass(frozen=True)
class Advisor:
    """Surveys of one advisor's customers this month against what is asked."""

    person: User
    surveys: int
    asked: int


def advisors(user: User, month: date) -> list[Advisor]:
    """The advisors of the stores in sight, those with the fewest surveys first. Three queries."""
    first, last = month_of(month)
    since, until = clock.at(first, 0), clock.at(last + timedelta(days=1), 0)
    answered = Response.objects.visible_to(user).answered_between(since, until)
    counts = dict(answered.order_by().values_list("advisor").annotate(n=Count("pk")))
    people = User.objects.visible_to(user).active().with_role(Role.SERVICE_ADVISOR).filter(is_shared=False)
    asked = Setting.value_of(CSI_PER_ADVISOR, user.store_id)
    found = [Advisor(person, counts.get(person.pk, 0), asked) for person in people.order_by("name", "pk")]
    return sorted(found, key=lambda advisor: advisor.surveys)
