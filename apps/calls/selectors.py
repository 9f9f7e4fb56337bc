"""What the calls' pages show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.calls import hours
from apps.calls.models import Attempt, Call, LineCall
from apps.calls.models.sets import PRIORITY, STAND_INS
from apps.calls.queues import CallQueue, in_order
from apps.core import clock
from apps.customers.models import Recommendation, ServiceRecord, Vehicle

ROWS = 100
FINISHED_WITHIN = timedelta(days=30)
SHOWN = {
    "due": _("Due"),
    "later": _("Later"),
    "correction": _("Waiting for a number"),
    "suspended": _("Suspended"),
    "finished": _("Finished"),
}
OVER = Q(state__in=["done", "unreached"])


@dataclass(frozen=True)
class Tab:
    """One queue and how it stands: due now, of these overdue; this month's calls, how many finished."""

    queue: CallQueue
    due: int = 0
    overdue: int = 0
    scheduled: int = 0
    finished: int = 0


@dataclass
class Listing:
    """One page of the queue page's list."""

    rows: list[Call]
    total: int
    counts: dict[str, int] = field(default_factory=dict)


def _scope(user: User, whose: str) -> Any:
    visible = Call.objects.visible_to(user)
    return visible if whose == "all" else visible.workable_by(user)


def tabs(user: User, now: datetime, *, whose: str) -> list[Tab]:
    """The queues this person works in or oversees, in order. One query."""
    today = timezone.localdate(now)
    due = Q(state="open", opens_on__lte=today, due_at__lte=now)
    month = Q(opens_on__gte=today.replace(day=1), opens_on__lte=today)
    counted = {
        row.pop("queue"): row
        for row in _scope(user, whose)
        .filter(Q(state="open") | month)
        .exclude(state__in=["cancelled", "suspended"])
        .order_by()
        .values("queue")
        .annotate(
            due=Count("pk", filter=due),
            overdue=Count("pk", filter=due & Q(closes_on__lt=today)),
            scheduled=Count("pk", filter=month),
            finished=Count("pk", filter=month & OVER),
        )
    }
    return [
        Tab(queue, **counted.get(queue.key, {}))
        for queue in in_order()
        if queue.key in counted or user.role in queue.roles or user.role in STAND_INS
    ]


def _of_kind(calls: Any, show: str, now: datetime) -> Any:
    match show:
        case "later":
            return calls.open().exclude(pk__in=calls.due(now).values("pk"))
        case "correction" | "suspended":
            return calls.filter(state=show)
        case "finished":
            return calls.filter(OVER, finished_at__gte=now - FINISHED_WITHIN)
    return calls.due(now)


def listing(
    user: User,
    now: datetime,
    *,
    queue: str,
    show: str,
    whose: str,
    previous_on: date | None = None,
    days: int | None = None,
) -> Listing:
    """The first hundred calls of one kind, most urgent (finished: latest) first. Three queries.

    ``previous_on``: only those whose previous level was on that day; ``days``: at least so long ago.
    """
    calls = _scope(user, whose)
    if queue:
        calls = calls.filter(queue=queue)
    if previous_on is not None:
        calls = calls.filter(previous_on=previous_on)
    if days is not None:
        calls = calls.filter(previous_on__lte=timezone.localdate(now) - timedelta(days=days))
    chosen = _of_kind(calls, show, now)
    last = Attempt.objects.filter(call=OuterRef("pk")).order_by("-pk")
    order = ("-finished_at", "-pk") if show == "finished" else PRIORITY
    if show == "later":
        order = ("due_at", "pk")
    rows = (
        chosen.select_related("customer", "vehicle__model__brand", "owner", "claimed_by", "finished_by")
        .annotate(last_outcome=Subquery(last.values("outcome")[:1]))
        .order_by(*order)[:ROWS]
    )
    listed = list(rows)
    for call in listed:
        call.last_outcome_label = dict(Attempt.Outcome.choices).get(call.last_outcome, "")
        call.days_since = (timezone.localdate(now) - call.previous_on).days if call.previous_on else None
        call.held_until = call.claimed_until if call.claimed_until and call.claimed_until > now else None
    total = len(listed) if len(listed) < ROWS else chosen.count()
    return Listing(listed, total)


def facts(call: Call, user: User) -> dict[str, Any]:
    """Everything an agent wants to know before the customer answers. Eight queries."""
    vehicle = call.vehicle
    earlier = (
        Call.objects.visible_to(user)
        .filter(customer_id=call.customer_id)
        .exclude(pk=call.pk)
        .filter(OVER)
        .select_related("finished_by", "customer")
        .order_by("-finished_at")
    )
    visits: QuerySet[Any] = ServiceRecord.objects.none()
    open_items: QuerySet[Any] = Recommendation.objects.none()
    campaigns: list[Any] = []
    if vehicle is not None:
        visits = ServiceRecord.objects.filter(vehicle=vehicle).order_by("-arrived_on", "-pk")
        campaigns = list(vehicle.campaigns.due(clock.today())[:5])
        open_items = Recommendation.objects.visible_to(user).filter(vehicle=vehicle).open()
    return {
        "attempts": list(call.attempts.select_related("made_by").order_by("-pk")[:20]),
        "lines": list(LineCall.objects.filter(call=call).select_related("user").order_by("-rang_at")[:10]),
        "earlier": list(earlier[:5]),
        "visits": list(visits[:5]),
        "campaigns": campaigns,
        "recommendations": list(open_items.order_by("-is_safety_relevant", "-pk")[:5]),
        "other_cars": list(
            Vehicle.objects.filter(owner_id=call.customer_id)
            .exclude(pk=call.vehicle_id or 0)
            .order_by("pk")[:5]
        ),
    }


def comes_back(call: Call) -> datetime:
    """When an unanswered attempt made now would be tried again."""
    now = clock.now()
    return hours.comes_back_at(hours.of(call.store_id, now), now, call.customer.preferred_hours)
