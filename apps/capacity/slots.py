"""Asking for slots: load once, judge in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import islice

from django.utils import timezone

from apps.accounts.models import Store
from apps.capacity import affected, selectors
from apps.capacity.engine import Board
from apps.capacity.models import Holder
from apps.capacity.needs import Closed, DayView, Needs, Slot

__all__ = ["Closed", "DayView", "Needs", "Slot", "days", "find", "judge"]


def days(
    store: Store | int,
    *,
    needs: Needs,
    date_from: date,
    days: int = 1,
    now: datetime,
    without: Holder | None = None,
) -> list[DayView]:
    """Each asked day with its slots and with what is closed and why.

    Eleven queries, one more where others could make room, more in an incident.
    """
    views = Board(selectors.load(store, needs, date_from, days, without=without), needs, now).days()
    told = affected.explain(store, [view.closed for view in views])
    return [replace(view, closed=closed) for view, closed in zip(views, told, strict=True)]


def find(
    store: Store | int,
    *,
    needs: Needs,
    date_from: date,
    days: int = 14,
    now: datetime,
    limit: int | None = None,
    without: Holder | None = None,
) -> list[Slot]:
    """The first ``limit`` slots (None: all) from ``date_from`` on, earliest first. Eleven queries."""
    board = Board(selectors.load(store, needs, date_from, days, without=without), needs, now)
    return list(islice(board.slots(), limit))


def judge(
    store: Store | int,
    *,
    needs: Needs,
    starts_at: datetime,
    now: datetime,
    without: Holder | None = None,
) -> Slot | Closed:
    """The slot that starts at ``starts_at``, or why there is none. Eleven queries.

    The search and the save ask this same board, so what was offered is what is sold.
    """
    day = timezone.localdate(starts_at)
    verdict = Board(selectors.load(store, needs, day, 1, without=without), needs, now).judge(starts_at)
    return affected.explain(store, [[verdict]])[0][0] if isinstance(verdict, Closed) else verdict
