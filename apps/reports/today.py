"""The day in figures, each counted from the rows of a list that can be opened. Twelve queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from apps.accounts.models import Store, User
from apps.appointments.models import Appointment
from apps.calls.models import Call
from apps.capacity.axis import OpenDay
from apps.capacity.models import Absence, Reservation, Resource
from apps.complaints.models import Complaint
from apps.core import clock
from apps.messaging.models import Message
from apps.quality.in_house import InHouse, by_stage, in_house
from apps.reception.models import Visit
from apps.reports import charts
from apps.reports.charts import Hour
from apps.workshop.models import Clocking
from apps.workshop.selectors import Times
from apps.workshop.stages import READY

SOON = timedelta(hours=2)
ROWS = 8
"""How many complaints and messages are named; the rest is in the list behind the figure."""


@dataclass(frozen=True)
class House:
    """The vehicles in the house, and what is to be said of them."""

    rows: list[InHouse]
    stages: list[tuple[str, int]]
    late: int
    at_risk: int
    soon: list[InHouse]

    @property
    def endangered(self) -> int:
        """Late or at risk."""
        return self.late + self.at_risk

    @property
    def ready(self) -> int:
        """Waiting to be handed back."""
        return dict(self.stages)[READY]

    @classmethod
    def of(cls, store: Store, times: Times) -> House:
        """``soon``: promised within two hours from now and not ready yet. Four queries."""
        rows, now = in_house(store, times), times.now
        return cls(
            rows=rows,
            stages=[(stage, len(cars)) for stage, cars in by_stage(rows).items()],
            late=sum(row.risk == "late" for row in rows),
            at_risk=sum(row.risk == "block" for row in rows),
            soon=[
                r for r in rows if r.promised_at and now <= r.promised_at <= now + SOON and r.stage != READY
            ],
        )


@dataclass(frozen=True)
class Person:
    """A technician: what he is clocked on and since when, or idle, or away."""

    name: str
    team: str
    plate: str
    order: int | None
    job: str
    since: datetime | None
    busy: list[tuple[datetime, datetime]]
    away: list[tuple[datetime, datetime]]

    def is_away(self, now: datetime) -> bool:
        """On leave or in training at this moment, and not clocked on all the same."""
        return self.since is None and any(begin <= now < end for begin, end in self.away)


def technicians(store: Store, now: datetime) -> list[Person]:
    """The store's technicians: at work first, the longest first. One query."""
    start = clock.at(timezone.localdate(now), 0)
    today = (start, start + timedelta(days=1))
    clocked = Clocking.objects.open().filter(technician=OuterRef("person"))
    rows = Resource.objects.filter(store=store, kind=Resource.Kind.TECHNICIAN).active()
    rows = rows.annotate(
        plate=Subquery(clocked.values("job__order__vehicle__plate")[:1]),
        order_id=Subquery(clocked.values("job__order_id")[:1]),
        job=Subquery(clocked.values("job__line__description")[:1]),
        since=Subquery(clocked.values("started_at")[:1]),
        busy=_times(Reservation.objects.filter(resource=OuterRef("pk"), during__overlap=today)),
        away=_times(Absence.objects.filter(resource=OuterRef("pk"), during__overlap=today)),
    ).order_by(F("since").asc(nulls_last=True), "order", "pk")
    return [
        Person(
            row.name, row.team, row.plate or "", row.order_id, row.job or "", row.since,
            _spans(row.busy), _spans(row.away),
        )
        for row in rows
    ]  # fmt: skip


def _times(rows: QuerySet) -> ArraySubquery:
    return ArraySubquery(rows.values(span=JSONObject(at="during__startswith", till="during__endswith")))


def _spans(found: Iterable[dict[str, str]]) -> list[tuple[datetime, datetime]]:
    return [(datetime.fromisoformat(s["at"]), datetime.fromisoformat(s["till"])) for s in found]


def load_by_hour(people: Iterable[Person], open_day: OpenDay | None) -> list[Hour]:
    """Technicians' hours that are booked and that there are, for each opening hour. No query."""
    if open_day is None:
        return []
    everybody = list(people)
    zone = timezone.get_current_timezone()
    opens = datetime.fromtimestamp(open_day.opens, zone)
    closes = datetime.fromtimestamp(open_day.closes, zone)
    hours = []
    hour = opens.replace(minute=0, second=0, microsecond=0)
    while hour < closes:
        begin, end = max(hour, opens), min(hour + timedelta(hours=1), closes)
        booked = sum(_inside(p.busy, begin, end) for p in everybody)
        there = sum((end - begin).total_seconds() / 3600 - _inside(p.away, begin, end) for p in everybody)
        hours.append(Hour(hour.hour, booked, there))
        hour += timedelta(hours=1)
    return hours


def _inside(spans: Iterable[tuple[datetime, datetime]], begin: datetime, end: datetime) -> float:
    """Hours of ``spans`` between ``begin`` and ``end``; overlapping ones count once."""
    total, reached = timedelta(), begin
    for start, stop in sorted(spans):
        low, high = max(start, reached), min(stop, end)
        if high > low:
            total += high - low
            reached = high
    return total.total_seconds() / 3600


@dataclass(frozen=True)
class Counts:
    """Figures that are counted in other rooms' rows."""

    expected: int
    arrived: int
    overdue: int
    visits: int
    calls: int
    calls_overdue: int


def counts(user: User, store: Store, now: datetime) -> Counts:
    """One query. ``expected`` are all of today's appointments that were not cancelled."""
    today = timezone.localdate(now)
    appointments = Appointment.objects.visible_to(user).filter(store=store).arriving_on(today)
    start = clock.at(today, 0)
    visits = Visit.objects.visible_to(user).filter(store=store)
    calls = Call.objects.visible_to(user).filter(store=store)
    sets = {
        "expected": appointments.exclude(status=Appointment.Status.CANCELLED),
        "arrived": appointments.filter(status=Appointment.Status.ARRIVED),
        "overdue": appointments.open().filter(arrives_at__lt=now),
        "visits": visits.filter(arrived_at__gte=start, arrived_at__lt=start + timedelta(days=1)),
        "calls": calls.due(now),
        "calls_overdue": calls.due(now).overdue(now),
    }
    found = Store.objects.filter(pk=store.pk).values(
        **{f"n_{key}": _count(rows) for key, rows in sets.items()}
    )
    return Counts(**{key.removeprefix("n_"): n for key, n in found[0].items()})  # type: ignore[arg-type]  # all are counts


def _count(rows: QuerySet) -> Any:
    one = rows.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(one, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Complaints:
    """Open complaints by clock: the first of them, how many there are, and how many wait for an answer."""

    rows: list[Complaint]
    total: int
    running: int
    late: int


def complaints(user: User, store: Store, now: datetime) -> Complaints:
    """One query."""
    running = Q(answered_at=None)
    mine = Complaint.objects.visible_to(user).filter(store=store).open()
    rows = list(
        mine.select_related("customer", "vehicle", "owner")
        .annotate(
            n=Window(Count("pk")),
            n_running=Window(Count("pk", filter=running)),
            n_late=Window(Count("pk", filter=running & Q(due_at__lte=now))),
        )
        .order_by(F("answered_at").asc(nulls_first=True), "due_at")[:ROWS]
    )
    first: Any = rows[0] if rows else None
    if not first:
        return Complaints([], 0, 0, 0)
    return Complaints(list(rows), first.n, first.n_running, first.n_late)


def messages(user: User, store: Store) -> tuple[list[Message], int]:
    """Messages that a person must look at: the latest, and how many there are. One query."""
    unresolved = Message.objects.visible_to(user).filter(store=store).unresolved()
    rows: list[Any] = list(unresolved.annotate(n=Window(Count("pk"))).order_by("-planned_at", "-pk")[:ROWS])
    return rows, rows[0].n if rows else 0


def day_of(user: User, store: Store) -> dict[str, Any]:
    """All that the day page shows of ``store``; what the reader may not open is not counted.

    At most twelve queries, and one for the reader's stores.
    """
    times = Times.load(store, clock.now())
    now = times.now
    people = technicians(store, now)
    open_day = times.open_on(timezone.localdate(now))
    away = sum(p.is_away(now) for p in people)
    working = sum(p.since is not None for p in people)
    shown: dict[str, Any] = {
        "house": House.of(store, times),
        "counts": counts(user, store, now),
        "people": [(p, p.is_away(now)) for p in people],
        "working": working,
        "idle": len(people) - working - away,
        "away": away,
        "chart": charts.load(load_by_hour(people, open_day), _hour_of_day(now)),
        "now": now,
        "soon_hours": SOON // timedelta(hours=1),
    }
    if user.has_perm("complaints.see"):
        shown["complaints"] = complaints(user, store, now)
    if user.has_perm("messaging.see"):
        shown["messages_"], shown["message_count"] = messages(user, store)
    return shown


def _hour_of_day(moment: datetime) -> float:
    local = timezone.localtime(moment)
    return local.hour + local.minute / 60
