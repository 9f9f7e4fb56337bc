"""When the car will be ready: computed, wished, promised."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.capacity.selectors import calendar
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event, Task
from apps.parts.models import Demand
from apps.workorders.models import Line, WorkOrder

WASH_MINUTES = 20


def compute_ready_at(order: WorkOrder, *, start: datetime | None = None) -> datetime | None:
    """When the order's standing lines can be done, from ``start`` (default now).

    Labour hours at 60 minutes and 20 minutes of wash, inside the store's opening hours; work begins once
    the parts that are short have arrived. None when a missing part has no expected date. Four queries.
    """
    facts = order.lines.standing().aggregate(hours=Sum("quantity", filter=Q(kind=Line.Kind.LABOUR)))
    short = Demand.objects.short().filter(
        pk__in=order.lines.standing().filter(demand__isnull=False).values("demand")
    )
    waits = short.aggregate(last=Max("expected_on"), unknown=Max("pk", filter=Q(expected_on=None)))
    if waits["unknown"]:
        return None
    begin = start or clock.now()
    if waits["last"]:
        begin = max(begin, clock.at(waits["last"], 0))
    minutes = int((facts["hours"] or Decimal(0)) * 60) + (WASH_MINUTES if order.wants_wash else 0)
    return after_working(order.store, begin, timedelta(minutes=minutes))


def after_working(store: Store, start: datetime, length: timedelta) -> datetime | None:
    """``start`` plus ``length`` of opening time. A store without opening hours works round the clock.

    None when the time does not fit into the next months. Two queries.
    """
    first = timezone.localdate(start)
    days, _closed = calendar(store.pk, first, first, length + timedelta(days=1))
    if not days:
        return start + length
    left = int(length.total_seconds())
    for day in days:
        begin = max(int(start.timestamp()), day.opens)
        if begin >= day.closes:
            continue
        if left <= day.closes - begin:
            return datetime.fromtimestamp(begin + left, tz=start.tzinfo)
        left -= day.closes - begin
    return None


def refresh(order: WorkOrder) -> None:
    """Compute anew after lines changed. An order without a promise yet gets a rounded one."""
    order.computed_ready_at = compute_ready_at(order)
    if order.promised_at is None and order.computed_ready_at:
        order.promised_at = rounded_up(order.computed_ready_at)
    order.save(update_fields=["computed_ready_at", "promised_at"])


def rounded_up(moment: datetime, minutes: int = 15) -> datetime:
    """The next full quarter of an hour: nobody promises 14:07."""
    step = minutes * 60
    return datetime.fromtimestamp(-(-int(moment.timestamp()) // step) * step, tz=moment.tzinfo)


@transaction.atomic
def set_promise(order: WorkOrder, promised_at: datetime, *, by: User, reason: str = "") -> None:
    """Promise the customer a time. Earlier than computed needs a reason. Raises DomainError.

    Later than consented by more than the tolerated minutes: the advisor gets the task to tell the customer.
    """
    order.lock()
    order.require(*WorkOrder.EDITABLE, *WorkOrder.CLOSING)
    if promised_at <= clock.now():
        raise DomainError(
            _("The promised time has passed already. Choose a later one."), code="promise_in_the_past"
        )
    order.computed_ready_at = compute_ready_at(order)
    early = order.computed_ready_at and promised_at < order.computed_ready_at
    if early and not reason.strip():
        raise DomainError(
            _("%(order)s can be ready at %(computed)s by plan. Give a reason for promising %(promised)s.")
            % {
                "order": order,
                "computed": _local(order.computed_ready_at),
                "promised": _local(promised_at),
            },
            code="promise_needs_a_reason",
        )
    before, order.promised_at = order.promised_at, promised_at
    order.promise_reason = reason[:200] if early else ""
    order.version = F("version") + 1
    order.save(update_fields=["promised_at", "promise_reason", "computed_ready_at", "version"])
    order.refresh_from_db(fields=["version"])
    facts = {"from": before.isoformat() if before else None, "to": promised_at.isoformat()}
    Event.record("workorder.promised", about=order, by=by, reason=reason[:300], facts=facts)
    tolerated = timedelta(minutes=order.tolerance_minutes)
    if before and order.status != WorkOrder.Status.ESTIMATE and promised_at > before + tolerated:
        Task.put(
            f"workorders.tell_new_time:{order.pk}",
            about=order,
            kind="workorders.tell_new_time",
            title="Tell the customer of %(order)s the new time",
            params={"order": order.number},
            owner=order.advisor,
            due_at=clock.now() + timedelta(minutes=15),
            url=f"/work-orders/{order.pk}/",
        )
    announce(order.store_id, "board")


def _local(moment: datetime | date) -> str:
    return timezone.localtime(moment).strftime("%m-%d %H:%M") if isinstance(moment, datetime) else str(moment)
