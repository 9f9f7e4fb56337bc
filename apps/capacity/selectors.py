"""Loads what the slot engine judges. Eight queries, whatever the number of days and resources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, Func, Min, QuerySet
from django.utils import timezone

from apps.accounts.models import Setting, Store
from apps.capacity.axis import UNIT, OpenDay
from apps.capacity.engine import GRID, House, Needs, Thing
from apps.capacity.levelling import Limits
from apps.capacity.models import (
    Absence,
    CapacityDay,
    Holder,
    OpeningHours,
    Permit,
    Reservation,
    Resource,
)

CARS, RESERVE = "capacity.cars_per_hour", "capacity.reserve_percent"
MAX_TAIL_DAYS = 120
"""How far beyond the asked days the end of a long job is looked for."""


def load(
    store: Store | int,
    needs: Needs,
    date_from: date,
    days: int,
    *,
    without: Holder | None = None,
) -> House:
    """The house for a search from ``date_from`` over ``days`` days. Eight queries.

    ``without`` leaves a holder's own reservations out: what is moved does not stand in its own way.
    """
    store_id = store.pk if isinstance(store, Store) else store
    last = date_from + timedelta(days=days - 1)
    open_days, shut = calendar(store_id, date_from, last, needs.duration)
    house = House(zone=timezone.get_current_timezone(), asked=(date_from, last), days=open_days, shut=shut)
    groups = {"bay": house.bays, "technician": house.technicians, "advisor": house.advisors}
    at_work: dict[str, list[int]] = {kind: [] for kind in groups}
    ends = _permits(store_id, needs)
    for resource in _resources(store_id, needs):
        at_work[resource.kind].append(resource.pk)
        if resource.fits:
            groups[resource.kind].append(
                Thing(resource.pk, resource.kind, resource.name, resource.person_id, ends.get(resource.pk))
            )
    house.workforce, house.desk = frozenset(at_work["technician"]), frozenset(at_work["advisor"])
    if open_days:
        ids = [pk for known in at_work.values() for pk in known]
        house.busy, house.away = _spans(ids, open_days[0].opens, open_days[-1].closes, without)
        house.limits = limits(store_id, open_days)
    return house


def _permits(store_id: int, needs: Needs) -> dict[int, date]:
    """The last day on which each holder of a limited permit may do this job. One query."""
    rows = Permit.objects.filter(resource__store_id=store_id, skill__in=needs.skills)
    return dict(rows.values_list("resource").annotate(Min("valid_until")).order_by())


def _resources(store_id: int, needs: Needs) -> Iterable[Any]:
    """Fitting bays and everybody at work, ``fits`` telling who can do this job. One query."""
    rows = (
        Resource.objects.filter(store_id=store_id)
        .active()
        .judged(bay_kind=needs.bay_kind, skills=needs.skills, advisor=needs.advisor)
    )
    # The stubs lose the annotation of a method.
    return rows.values_list("pk", "kind", "name", "person_id", "fits", named=True)  # type: ignore[misc]


def limits(store_id: int, days: Iterable[OpenDay]) -> dict[date, Limits]:
    """What keeps each of ``days`` level. Two queries."""
    dates = [day.day for day in days]
    values = Setting.by_day((CARS, RESERVE), store_id, dates)
    rows = CapacityDay.objects.filter(store_id=store_id, day__range=(dates[0], dates[-1]))
    own = dict(rows.values_list("day", "intake_per_hour"))
    return {day: Limits(own.get(day) or values[day][CARS], values[day][RESERVE]) for day in dates}


def calendar(
    store_id: int, first: date, last: date, duration: timedelta
) -> tuple[list[OpenDay], dict[date, str]]:
    """Open days from ``first`` until a job of ``duration`` that starts on ``last`` surely ends.

    And the closed ones among ``first`` … ``last`` with the reason given. Two queries.
    """
    hours = {h.weekday: h for h in OpeningHours.objects.filter(store_id=store_id)}
    closures = dict(
        CapacityDay.objects.filter(
            store_id=store_id, day__range=(first, last + timedelta(days=MAX_TAIL_DAYS)), is_closed=True
        ).values_list("day", "closed_reason")
    )
    open_days: list[OpenDay] = []
    missing = duration.total_seconds() + UNIT + GRID
    day = first
    while hours and (day <= last or (missing > 0 and day <= last + timedelta(days=MAX_TAIL_DAYS))):
        row = hours.get(day.isoweekday())
        if row and day not in closures:
            opens, closes = _second(day, row.opens), _second(day, row.closes)
            open_days.append(OpenDay(day, opens, closes))
            if day > last:
                missing -= (closes - opens) // UNIT * UNIT
        day += timedelta(days=1)
    return open_days, {d: reason for d, reason in closures.items() if reason and d <= last}


def _second(day: date, time: object) -> int:
    return int(timezone.make_aware(datetime.combine(day, time)).timestamp())  # type: ignore[arg-type]


Spans = list[tuple[int, int, int]]


def _spans(ids: list[int], start: int, end: int, without: Holder | None) -> tuple[Spans, Spans]:
    """Reservations and absences in the window. Two queries."""
    window = (_moment(start), _moment(end))
    taken = Reservation.objects.filter(resource_id__in=ids, during__overlap=window)
    if without is not None:
        taken = taken.exclude(holder=without)
    away = Absence.objects.filter(resource_id__in=ids, during__overlap=window)
    return list(_seconds(taken)), list(_seconds(away))


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, timezone.get_current_timezone())


def _seconds(rows: QuerySet) -> QuerySet:
    """``(resource id, from, till)`` in whole seconds: integers are read five times as fast as ranges."""
    return rows.values_list("resource_id", _epoch("lower"), _epoch("upper"))


def _epoch(bound: str) -> Func:
    return Func(
        F("during"),
        template=f"extract(epoch from {bound}(%(expressions)s))::bigint",
        output_field=BigIntegerField(),
    )
