"""Loads what the slot engine judges. Five queries, whatever the number of days and resources."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import BigIntegerField, F, Func, QuerySet
from django.utils import timezone

from apps.accounts.models import Store
from apps.capacity.engine import GRID, UNIT, House, Needs, OpenDay, Thing
from apps.capacity.models import Absence, CapacityDay, Holder, OpeningHours, Reservation, Resource

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
    """The house for a search from ``date_from`` over ``days`` days. Five queries.

    ``without`` leaves a holder's own reservations out: what is moved does not stand in its own way.
    """
    store_id = store.pk if isinstance(store, Store) else store
    last = date_from + timedelta(days=days - 1)
    open_days, shut = calendar(store_id, date_from, last, needs.duration)
    house = House(zone=timezone.get_current_timezone(), asked=(date_from, last), days=open_days, shut=shut)
    fitting = Resource.objects.filter(store_id=store_id).fitting(
        bay_kind=needs.bay_kind, skills=needs.skills, advisor=needs.advisor
    )
    groups = {"bay": house.bays, "technician": house.technicians, "advisor": house.advisors}
    for resource_id, kind, name, person_id in fitting.values_list("pk", "kind", "name", "person_id"):
        groups[kind].append(Thing(resource_id, kind, name, person_id))
    if open_days:
        ids = [t.id for things in groups.values() for t in things]
        house.busy = _busy(ids, open_days[0].opens, open_days[-1].closes, without)
    return house


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


def _busy(ids: list[int], start: int, end: int, without: Holder | None) -> list[tuple[int, int, int]]:
    window = (_moment(start), _moment(end))
    taken = Reservation.objects.filter(resource_id__in=ids, during__overlap=window)
    if without is not None:
        taken = taken.exclude(holder=without)
    away = Absence.objects.filter(resource_id__in=ids, during__overlap=window)
    return [*_seconds(taken), *_seconds(away)]


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
