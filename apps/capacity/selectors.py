"""Loads what the slot engine judges. Eleven queries, at most three more for parts, whatever the size.

One more where a job finds room only if other bookings change places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Aggregate, Exists, F, Field, Func, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Setting, Store
from apps.capacity.axis import UNIT, OpenDay
from apps.capacity.engine import GRID, House, NoBooking
from apps.capacity.learning import Plan
from apps.capacity.levelling import Limits
from apps.capacity.models import (
    MADE_UP,
    PUBLIC_HOLIDAY,
    Absence,
    Blackout,
    CapacityDay,
    Duty,
    Holder,
    OpeningHours,
    Qualification,
    Reservation,
    Resource,
)
from apps.capacity.needs import Able, Booked, Needs, Thing
from apps.catalog.models import BayKind, SkillLevel
from apps.core import clock, workdays
from apps.parts.selectors import expected

CARS, PEOPLE = "capacity.cars_per_hour", "capacity.people_per_hour"
RESERVE, BY_WEEKDAY = "capacity.reserve_percent", "capacity.reserve_by_weekday"
RELEASE = "capacity.release"
LANES = "capacity.express_lanes"
HORIZON = "capacity.horizon_days"
NOTICE, BODY_NOTICE = "capacity.notice_minutes", "capacity.body_notice_hours"
DAILY = (CARS, PEOPLE, RESERVE, BY_WEEKDAY, RELEASE, LANES)
MAX_TAIL_DAYS = 120
"""How far beyond the asked days the end of a long job is looked for."""
FIXED_AHEAD = timedelta(days=2)
"""Bookings sooner than on the day after tomorrow stay where they are."""


def load(
    store: Store | int,
    needs: Needs,
    date_from: date,
    days: int,
    *,
    without: Holder | None = None,
) -> House:
    """The house for a search from ``date_from`` over ``days`` days. Eleven queries.

    ``without`` leaves a holder's own reservations out: what is moved does not stand in its own way.
    """
    store_id = store.pk if isinstance(store, Store) else store
    last = date_from + timedelta(days=days - 1)
    duties = Duties(store_id, date_from)
    open_days, shut = calendar(store_id, date_from, last, duties.stretch(needs.longest))
    house = House(zone=timezone.get_current_timezone(), asked=(date_from, last), days=open_days, shut=shut)
    _enter_resources(house, store_id, needs)
    if open_days:
        start, end = open_days[0].opens, open_days[-1].closes
        house.busy, house.away = _spans([thing.id for thing in house.things], start, end, without)
        house.arrivals = _arrivals(store_id, start, end, without)
        house.shifts = duties.spans(open_days)
        house.no_bookings = _blackouts(store_id, start, end)
        house.limits = _enter_settings(house, store_id, needs)
        house.awaited = _awaited(store_id, needs)
        movable = [thing.id for thing in (*house.bays, *house.technicians, *house.tools)]
        house.provisional = partial(provisional, movable, without)
    return house


def provisional(ids: Iterable[int], without: Holder | None, now: datetime) -> list[Booked]:
    """What of the resources ``ids`` is booked and may still change places at ``now``. One query.

    The day before it comes (N-1) bay and technician are fixed. Source: architecture §2, Capacity.
    """
    free_from = timezone.make_aware(datetime.combine(timezone.localdate(now) + FIXED_AHEAD, time()))
    soon = Reservation.objects.filter(holder=OuterRef("holder"), during__startswith__lt=free_from)
    rows = Reservation.objects.filter(~Exists(soon), resource_id__in=ids, during__startswith__gte=free_from)
    if without is not None:
        rows = rows.exclude(holder=without)
    groups = rows.order_by().values("holder", "resource", "requires").alias(fixed=BoolOr("is_fixed"))
    lows, highs = ArrayAgg(_epoch("lower"), order_by="during"), ArrayAgg(_epoch("upper"), order_by="during")
    found = groups.filter(fixed=False).annotate(lows=lows, highs=highs)
    return [
        Booked(
            row["holder"],
            row["resource"],
            requires=tuple(row["requires"]),
            spans=tuple(zip(row["lows"], row["highs"], strict=True)),
        )
        for row in found
    ]


def _awaited(store_id: int, needs: Needs) -> list[tuple[str, date]]:
    """The parts that have to come first. At most three queries, none for a job without parts."""
    wants: dict[int, Decimal] = defaultdict(Decimal)
    for pk, _name, quantity in needs.parts:
        wants[pk] += quantity
    late = expected(store_id, wants)
    return [(name, late[pk]) for pk, name in {pk: name for pk, name, _n in needs.parts if pk in late}.items()]


def _enter_resources(house: House, store_id: int, needs: Needs) -> None:
    """Two queries."""
    groups = {
        Resource.Kind.BAY: house.bays,
        Resource.Kind.TECHNICIAN: house.technicians,
        Resource.Kind.ADVISOR: house.advisors,
        Resource.Kind.TOOL: house.tools,
        Resource.Kind.COURTESY: house.courtesy_cars,
        Resource.Kind.DRIVER: house.drivers,
    }
    held: dict[int, dict[str, Able]] = defaultdict(dict)
    rows = Qualification.objects.filter(resource__store_id=store_id)
    for pk, skill, level, until in rows.values_list("resource", "skill", "level", "valid_until"):
        held[pk][skill] = Able(level, until)
    ordinary = Able(SkillLevel.SKILLED)
    fitting = Resource.objects.filter(store_id=store_id).concerning(needs.bay_kinds, needs.kinds)
    for row in fitting.values_list("pk", "kind", "name", "person_id", "bay_kind", "equipment", "skills"):
        pk, kind, name, person_id, bay_kind, equipment, skills = row
        abilities = tuple((skill, held[pk].get(skill, ordinary)) for skill in skills)
        groups[Resource.Kind(kind)].append(
            Thing(pk, kind, name, person_id, bay_kind, frozenset(equipment), abilities)
        )


def _enter_settings(house: House, store_id: int, needs: Needs) -> dict[date, Limits]:
    """How far ahead and how late is booked, and the limits of each day. Two queries."""
    today = clock.today()
    wanted = [*DAILY, HORIZON, NOTICE, BODY_NOTICE]
    dates = [day.day for day in house.days]
    values = Setting.by_day(wanted, store_id, {today, *dates})
    now = values[today]
    house.horizon = today + timedelta(days=now[HORIZON]) if now[HORIZON] else date.max
    notice = timedelta(minutes=now[NOTICE])
    if needs.bay_kinds & {BayKind.BODY, BayKind.PAINT}:
        notice = max(notice, timedelta(hours=now[BODY_NOTICE]))
    house.notice = notice
    rows = {d.day: d for d in CapacityDay.objects.filter(store_id=store_id, day__in=dates)}
    return {day: limits_of(day, today, values[day], rows.get(day)) for day in dates}


def limits_of(day: date, today: date, values: dict, own: CapacityDay | None) -> Limits:
    """What is set for all days, unless the day has its own."""

    def either(mine: int | None, usual: int) -> int:
        return usual if mine is None else mine

    own = own or CapacityDay()
    reserve = either(own.reserve_percent, kept_on(day, values))
    released, opens_on = release(values[RELEASE], day, today)
    return Limits(
        cars_per_hour=either(own.intake_per_hour, values[CARS]),
        people_per_hour=either(own.people_per_hour, values[PEOPLE]),
        express_lanes=either(own.express_lanes, values[LANES]),
        reserve_percent=max(reserve, 100 - released),
        released_on=opens_on if 100 - released > reserve else None,
    )


def kept_on(day: date, values: dict[str, Any]) -> int:
    """The percentage kept for walk-ins on ``day``, of the settings' ``values`` in force on it. No query."""
    plan = Plan(values[RESERVE], values[BY_WEEKDAY])
    return plan.on(day, is_workday=workdays.is_workday(day)) if plan.by_weekday else plan.percent


def release(shares: dict[str, int], day: date, today: date) -> tuple[int, date | None]:
    """How many per cent of ``day`` are given out by ``today``, and when the next share is.

    ``shares`` are ``{days ahead: per cent}``: beyond so many days no more than that share.
    """
    ahead = (day - today).days
    beyond = [(int(days), share) for days, share in shares.items() if ahead > int(days)]
    if not beyond:
        return 100, None
    days, share = max(beyond)
    return share, day - timedelta(days=days)


class Hours:
    """The store's hours by kind of day, with single days' own. Two queries to make."""

    def __init__(self, store_id: int, first: date, last: date) -> None:
        self.usual = {h.weekday: h for h in OpeningHours.objects.filter(store_id=store_id)}
        rows = CapacityDay.objects.filter(store_id=store_id, day__range=(first, last))
        own = rows.filter(Q(is_closed=True) | Q(opens__isnull=False))
        self.own = {row.day: row for row in own}

    def on(self, day: date) -> tuple[time, time] | None:
        """From when till when the house is open on ``day``; None when it is not."""
        row: CapacityDay | OpeningHours | None = self.own.get(day)
        if isinstance(row, CapacityDay) and row.is_closed:
            return None
        row = row or self.usual_on(day)
        return (row.opens, row.closes) if row and row.opens and row.closes else None

    def usual_on(self, day: date) -> OpeningHours | None:
        """The row of the kind of day that ``day`` is."""
        special = kind_of(day) if self.usual.keys() & {PUBLIC_HOLIDAY, MADE_UP} else None
        return self.usual.get(special or 0) or self.usual.get(day.isoweekday())

    def why_shut(self, day: date) -> str:
        """The reason that was given for a closed day; empty without one."""
        row = self.own.get(day)
        return row.closed_reason if row and row.is_closed else ""


def kind_of(day: date) -> int | None:
    """The kind of day that counts instead of the weekday, if ``day`` is one."""
    if workdays.is_workday(day):
        return MADE_UP if day.isoweekday() > 5 else None
    return PUBLIC_HOLIDAY if workdays.is_holiday(day) else None


def calendar(
    store_id: int, first: date, last: date, duration: timedelta
) -> tuple[list[OpenDay], dict[date, str]]:
    """Open days from ``first`` until a job of ``duration`` that starts on ``last`` surely ends.

    And the closed ones among ``first`` … ``last`` with the reason given. Two queries.
    """
    end = last + timedelta(days=MAX_TAIL_DAYS)
    hours = Hours(store_id, first, end)
    open_days: list[OpenDay] = []
    missing = duration.total_seconds() + UNIT + GRID
    day = first
    while hours.usual and (day <= last or (missing > 0 and day <= end)):
        if span := hours.on(day):
            opens, closes = _second(day, span[0]), _second(day, span[1])
            open_days.append(OpenDay(day, opens, closes))
            if day > last:
                missing -= (closes - opens) // UNIT * UNIT
        day += timedelta(days=1)
    shut = {d: hours.why_shut(d) for d in hours.own if d <= last}
    return open_days, {d: reason for d, reason in shut.items() if reason}


class Duties:
    """Who works when, of those who do not work whenever the house is open. One query to make."""

    def __init__(self, store_id: int, first: date) -> None:
        mine = Q(day=None) | Q(day__gte=first)
        rows = Duty.objects.filter(mine, resource__store_id=store_id, resource__is_active=True)
        self._times: dict[int, dict[date | int, list[time]]] = defaultdict(dict)
        for pk, weekday, day, times in rows.values_list("resource", "weekday", "day", "shift__times"):
            self._times[pk][day or weekday or 0] = times or []

    def stretch(self, duration: timedelta) -> timedelta:
        """Open time within which work of ``duration`` ends, if nobody is off for more than half the week."""
        return duration * 2 + timedelta(days=1) if self._times else duration

    def spans(self, days: Iterable[OpenDay]) -> dict[int, list[tuple[int, int]]]:
        """Their working spans in seconds, in order. What no duty speaks of is worked while it is open."""
        days = list(days)
        known: dict[tuple, list[tuple[int, int]]] = {}
        return {
            pk: [span for day in days for span in _on(day, own, known)] for pk, own in self._times.items()
        }


def _on(day: OpenDay, duties: dict[date | int, list[time]], known: dict[tuple, list]) -> list:
    """Somebody's working spans on ``day``; ``known`` keeps those of each shift."""
    times = duties.get(day.day, duties.get(day.day.isoweekday()))
    if times is None:
        return [(day.opens, day.closes)]
    key = (day.day, *times)
    if key not in known:
        seconds = [min(max(_second(day.day, time), day.opens), day.closes) for time in times]
        known[key] = [s for s in zip(seconds[::2], seconds[1::2], strict=True) if s[0] < s[1]]
    return known[key]


def _second(day: date, time: time) -> int:
    return int(timezone.make_aware(datetime.combine(day, time)).timestamp())


Spans = list[tuple[int, int, int]]


def _spans(ids: list[int], start: int, end: int, without: Holder | None) -> tuple[Spans, Spans]:
    """Reservations and absences in the window. Two queries."""
    window = (_moment(start), _moment(end))
    taken = Reservation.objects.filter(resource_id__in=ids, during__overlap=window)
    if without is not None:
        taken = taken.exclude(holder=without)
    away = Absence.objects.filter(resource_id__in=ids, during__overlap=window)
    return list(_seconds(taken)), list(_seconds(away))


def _arrivals(store_id: int, start: int, end: int, without: Holder | None) -> list[tuple[int, int]]:
    """``(second, people)`` of each car that is received. One query."""
    window = (_moment(start), _moment(end))
    received = Reservation.objects.filter(resource__store_id=store_id, resource__kind=Resource.Kind.ADVISOR)
    received = received.filter(during__overlap=window)
    if without is not None:
        received = received.exclude(holder=without)
    return list(received.values_list(_epoch("lower"), "holder__people"))


def _blackouts(store_id: int, start: int, end: int) -> list[NoBooking]:
    """One query."""
    rows = Blackout.objects.filter(store_id=store_id, during__overlap=(_moment(start), _moment(end)))
    found = rows.values_list(_epoch("lower"), _epoch("upper"), "reason", "bay_kind")
    return [NoBooking(*row) for row in found]


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, timezone.get_current_timezone())


def _seconds(rows: QuerySet) -> QuerySet:
    """``(resource id, from, till)`` in whole seconds, spans that touch joined into one."""
    joined = rows.order_by().values_list("resource_id")
    return joined.annotate(
        low=_JoinedEdge("during", bound="lower"), high=_JoinedEdge("during", bound="upper")
    )


class _JoinedEdge(Aggregate):
    """The lower or upper ends of a group's ranges, joined: a row for each."""

    template = "extract(epoch from %(bound)s(unnest(range_agg(%(expressions)s))))::bigint"
    output_field = Field()


def _epoch(bound: str) -> Func:
    """An end of a range in seconds. Without a number's field: Django would look at each value again."""
    template = f"extract(epoch from {bound}(%(expressions)s))::bigint"
    return Func(F("during"), template=template, output_field=Field())
