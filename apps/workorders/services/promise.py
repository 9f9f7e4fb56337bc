"""When the car will be ready: computed, wished, promised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.capacity.selectors import calendar
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event, Task
from apps.workorders.models import Authorisation, Line, WorkOrder
from apps.workorders.selectors import rounded_up

WASH_MINUTES = 20


def compute_ready_at(order: WorkOrder, lines: Iterable[Line] | None = None) -> datetime | None:
    """When the order's standing lines can be done.

    Labour hours at 60 minutes and 20 minutes of wash, inside the store's opening hours; work begins once
    the parts that are short have arrived. An estimate begins now, an order at its first consent, and what
    still waits for consent cannot begin before now. None when a missing part has no expected date.
    Three or four queries; two with the estimate's ``lines`` and their demands given.
    """
    if lines is None:
        lines = order.lines.select_related("demand")
    lines = [line for line in lines if not line.declined_at]
    short = [line.demand for line in lines if line.demand and line.demand.short > 0]
    if any(demand.expected_on is None for demand in short):
        return None
    now = clock.now()
    arrival = max((clock.at(demand.expected_on, 0) for demand in short if demand.expected_on), default=now)
    wash = WASH_MINUTES if order.wants_wash else 0
    begun = _begun(order)
    ends = [after_working(order.store, max(begun or now, arrival), _length(lines, wash))]
    if begun and (waiting := [line for line in lines if line.state == "waiting"]):
        ends.append(after_working(order.store, max(now, arrival), _length(waiting, wash)))
    return None if None in ends else max(end for end in ends if end)


def _begun(order: WorkOrder) -> datetime | None:
    """The first consent; None for an estimate."""
    if order.status == WorkOrder.Status.ESTIMATE:
        return None
    return Authorisation.objects.filter(version__order=order).aggregate(first=Min("given_at"))["first"]


def _length(lines: Iterable[Line], wash_minutes: int) -> timedelta:
    hours = sum((line.quantity for line in lines if line.kind == Line.Kind.LABOUR), Decimal(0))
    return timedelta(minutes=int(hours * 60) + wash_minutes)


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


def refresh(order: WorkOrder, lines: Iterable[Line] | None = None) -> None:
    """Compute anew after lines changed, and save it with the totals.

    An order without a promise yet gets a rounded one.
    """
    order.computed_ready_at = compute_ready_at(order, lines)
    if order.promised_at is None and order.computed_ready_at:
        order.promised_at = rounded_up(order.computed_ready_at)
    order.save(update_fields=["computed_ready_at", "promised_at", "labour_total", "parts_total", "total"])


def keep_with_consent(order: WorkOrder, proposed: datetime | None, *, by: User | None) -> None:
    """The customer consented to additional work and with it to the time he was shown.

    When he declined some of it, the promise moves only as far as the rest needs. The caller holds the lock.
    """
    refresh(order)
    if not proposed or not order.promised_at or proposed <= order.promised_at:
        return
    needed = rounded_up(order.computed_ready_at) if order.computed_ready_at else proposed
    before, order.promised_at = order.promised_at, max(order.promised_at, min(proposed, needed))
    if before != order.promised_at:
        order.save(update_fields=["promised_at"])
        facts = {"from": before.isoformat(), "to": order.promised_at.isoformat()}
        Event.record("workorder.promised", about=order, by=by, facts=facts)


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
    computed = order.computed_ready_at
    early = computed is not None and promised_at < computed
    if computed and early and not reason.strip():
        raise DomainError(
            _("%(order)s can be ready at %(computed)s by plan. Give a reason for promising %(promised)s.")
            % {
                "order": order,
                "computed": _local(computed),
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
            title=gettext_noop("Tell the customer of %(order)s the new time"),
            params={"order": order.number},
            owner=order.advisor,
            due_at=clock.now() + timedelta(minutes=15),
            url=f"/work-orders/{order.pk}/",
        )
    announce(order.store_id, "board")


def _local(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%m-%d %H:%M")
