"""Where a vehicle stands in the house, and whether the promise will be kept. Pure; one truth for every board.

The dispatch board, the house's progress board, the lounge and the customer's link all ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

WAITING, RECEPTION, REPAIR = "waiting", "reception", "repair"
APPROVAL, PARTS, QUALITY, WASH, READY = "approval", "parts", "quality", "wash", "ready"
STAGES = (WAITING, RECEPTION, REPAIR, APPROVAL, PARTS, QUALITY, WASH, READY)
"""In the order in which a car passes them."""
GONE = ""

Advance = Callable[[datetime, timedelta], datetime]
"""A moment plus a length of working time."""


class HasStatus(Protocol):
    """A visit or an order."""

    @property
    def status(self) -> str: ...


class JobLike(Protocol):
    """A job as the stage sees it."""

    @property
    def state(self) -> str: ...

    @property
    def pause_reason(self) -> str: ...


class PlannedLike(JobLike, Protocol):
    """A job with its plan, for the end that can be expected."""

    @property
    def planned_from(self) -> datetime | None: ...

    @property
    def planned_until(self) -> datetime | None: ...

    @property
    def remaining(self) -> timedelta: ...


def stage_of(
    visit: HasStatus | None,
    order: HasStatus | None,
    jobs: Iterable[JobLike],
    *,
    consent_open: bool = False,
    parts_short: bool = False,
    washing: bool = False,
) -> str:
    """One of ``STAGES``, or ``GONE``.

    ``consent_open``: a line of the order waits for the customer. ``parts_short``: a part is not there.
    ``washing``: the check is passed and the wash is not. A car counts as waiting for approval or parts
    only while nobody works on it.
    """
    if (visit and visit.status == "left") or (order and order.status == "delivered"):
        return GONE
    if order is None or order.status in ("estimate", "declined"):
        return _before_the_order(visit, order)
    if order.status in ("ready", "settled"):
        return READY
    if order.status == "awaiting_qc":
        return WASH if washing else QUALITY
    return _in_the_workshop(list(jobs), consent_open=consent_open, parts_short=parts_short)


def _before_the_order(visit: HasStatus | None, order: HasStatus | None) -> str:
    if visit is None:
        return GONE if order is None or order.status == "declined" else APPROVAL
    if visit.status == "waiting":
        return WAITING
    # The car stands in the house while the customer thinks the estimate over.
    return APPROVAL if order and order.status == "estimate" and visit.status == "in_house" else RECEPTION


def _in_the_workshop(jobs: list[JobLike], *, consent_open: bool, parts_short: bool) -> str:
    if any(job.state == "in_work" for job in jobs):
        return REPAIR
    paused = {job.pause_reason for job in jobs if job.state == "paused"}
    if consent_open or "approval" in paused:
        return APPROVAL
    untouched = any(job.state == "unplanned" for job in jobs)
    if "parts" in paused or (parts_short and untouched):
        return PARTS
    return REPAIR


def expected_end(jobs: Iterable[PlannedLike], now: datetime, advance: Advance) -> datetime:
    """When the open jobs can be done at best, from ``now`` on: running ones need what is left of their
    flat-rate time, planned ones keep their plan, late starters and the unplanned begin now, one after the
    other.
    """
    ends, queue = [now], timedelta()
    for job in jobs:
        if job.state not in ("unplanned", "planned", "in_work", "paused"):
            continue
        ahead = job.planned_from is not None and job.planned_from > now
        if job.state in ("planned", "paused") and ahead and job.planned_until:
            ends.append(job.planned_until)
        elif job.state == "unplanned":
            queue += job.remaining
        else:
            ends.append(advance(now, job.remaining))
    if queue:
        ends.append(advance(max(ends), queue))
    return max(ends)


def ready_at(
    status: str, jobs: Iterable[PlannedLike], now: datetime, advance: Advance, closing: timedelta
) -> datetime | None:
    """When the car can be ready: the last job, then ``closing`` for check and wash. None once it is.

    In whole minutes, as promises are: seconds make nobody late.
    """
    if status in ("authorised", "in_work"):
        end = advance(expected_end(jobs, now, advance), closing)
    elif status == "awaiting_qc":
        end = advance(now, closing)
    else:
        return None
    return end.replace(second=0, microsecond=0)


def risk(promised_at: datetime | None, expected_at: datetime | None, now: datetime, buffer: timedelta) -> str:
    """``late`` when the promise is broken or will be, ``block`` within ``buffer`` of it, else empty.

    ``expected_at`` None: the car is ready, or nothing is known; then only the clock speaks.
    """
    if promised_at is None:
        return ""
    end = expected_at or now
    if end > promised_at:
        return "late"
    return "block" if expected_at and end > promised_at - buffer else ""
