"""Every vehicle in the house with its stage: what boards and the day page show. Eight queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from apps.accounts.models import Store
from apps.core import clock
from apps.quality.models import Wash
from apps.reception.models import Visit
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from apps.workshop.selectors import Car, Times, job_facts, judge, lacks_parts, waits_for_consent
from apps.workshop.stages import GONE, READY, STAGES, stage_of

__all__ = ["InHouse", "in_house", "lounge", "stage_of"]

SHOWN = {
    "plate": F("vehicle__plate"),
    "brand": F("vehicle__model__brand__name"),
    "model_name": F("vehicle__model__name"),
    "model_text": F("vehicle__model_text"),
    "advisor_name": F("advisor__name"),
}


@dataclass(slots=True)
class VisitFacts:
    """A visit, as the stage sees it."""

    pk: int
    status: str
    arrived_at: datetime
    waits_here: bool


@dataclass(slots=True)
class InHouse:
    """One vehicle on the board."""

    plate: str
    model: str
    advisor: str
    advisor_id: int | None
    visit: VisitFacts | None = None
    car: Car | None = None
    stage: str = ""
    people: list[str] = field(default_factory=list)
    bays: list[str] = field(default_factory=list)
    next_at: datetime | None = None
    is_unplanned: bool = False
    washing: bool = False

    @property
    def promised_at(self) -> datetime | None:
        return self.car.promised_at if self.car else None

    @property
    def expected_at(self) -> datetime | None:
        return self.car.expected_at if self.car else None

    @property
    def is_moved(self) -> bool:
        """Whether it will be ready later than promised."""
        return bool(self.promised_at and self.expected_at and self.expected_at > self.promised_at)

    @property
    def risk(self) -> str:
        return self.car.risk if self.car else ""


def in_house(store: Store, times: Times | None = None) -> list[InHouse]:
    """Visits that are open and orders whose car came without one, by promise.

    Eight queries; four with the store's ``times`` given.
    """
    times = times or Times.load(store, clock.now())
    cars = {row.visit.pk: row for row in _visits(store) if row.visit}
    rows = list(cars.values())
    by_order: dict[int, InHouse] = {}
    for order in _orders(store, list(cars)):
        row = cars.get(order["visit_id"] or 0)
        if row is None:
            row = _row(order)
            rows.append(row)
        row.advisor, row.advisor_id = order["advisor_name"] or row.advisor, order["advisor_id"]
        row.car = Car(
            order["pk"], order["number"], order["status"], row.plate, row.model, row.advisor,
            order["promised_at"], order["consent_open"], order["parts_short"],
        )  # fmt: skip
        by_order[order["pk"]] = row
        row.washing = order["washing"]
    _add_jobs(by_order, times)
    for row in rows:
        _judge(row, times)
    far = times.now + timedelta(days=3650)
    rows.sort(key=lambda r: (r.promised_at or far, r.visit.arrived_at if r.visit else far))
    return [row for row in rows if row.stage != GONE]


def _visits(store: Store) -> Iterable[InHouse]:
    visits = Visit.objects.filter(store=store).open().annotate(**SHOWN).order_by("arrived_at")
    for row in visits.values(*SHOWN, "pk", "status", "arrived_at", "waits_here", "advisor_id"):
        shown = _row(row)
        shown.visit = VisitFacts(row["pk"], row["status"], row["arrived_at"], row["waits_here"])
        yield shown


def _row(row: dict[str, Any]) -> InHouse:
    model = " ".join(filter(None, (row["brand"], row["model_name"]))) or row["model_text"] or ""
    return InHouse(row["plate"], model, row["advisor_name"] or "", row["advisor_id"])


def _orders(store: Store, visits: list[int]) -> Iterable[dict[str, Any]]:
    # Without a visit only consent tells that the car is here: an estimate alone may be a phone call.
    here = Q(visit__in=visits) | Q(visit=None, status__in=WorkOrder.OPEN) & ~Q(status="estimate")
    orders = WorkOrder.objects.filter(here, store=store).annotate(
        **SHOWN,
        consent_open=waits_for_consent(OuterRef("pk")),
        parts_short=lacks_parts(OuterRef("pk")),
        washing=Exists(Wash.objects.filter(order=OuterRef("pk"), done_at=None)),
    )
    return orders.values(
        *SHOWN, "pk", "visit_id", "number", "status", "promised_at", "advisor_id", "consent_open",
        "parts_short", "washing",
    )  # fmt: skip


def _add_jobs(by_order: dict[int, InHouse], times: Times) -> None:
    facts, _rows = job_facts(Job.objects.filter(order__in=by_order).order_by("pk"), times.now)
    for job in facts:
        row = by_order[job.order]
        if row.car is not None:
            row.car.jobs.append(job)


def _judge(row: InHouse, times: Times) -> None:
    if row.car is None:
        row.stage = stage_of(row.visit, None, ())
        return
    judge(row.car, times, visit=row.visit, washing=row.washing)
    row.stage = row.car.stage
    open_jobs = [job for job in row.car.jobs if job.state in Job.OPEN]
    row.is_unplanned = any(job.state == Job.State.UNPLANNED for job in open_jobs)
    for job in open_jobs:
        if job.state == Job.State.IN_WORK:
            row.people += [name for name in job.at_work if name not in row.people]
        if job.bay_name and job.state != Job.State.UNPLANNED and job.bay_name not in row.bays:
            row.bays.append(job.bay_name)
    starts = [j.planned_from for j in open_jobs if j.state == Job.State.PLANNED and j.planned_from]
    if starts and not row.people:
        row.next_at = min(starts)
        row.people = sorted({j.technician_name for j in open_jobs if j.planned_from == row.next_at})


def lounge(store: Store) -> list[InHouse]:
    """What waiting customers see: cars of today, the ready ones first, then by promise. Eight queries.

    A car that is promised for another day is not being waited for.
    """
    tomorrow = clock.at(clock.today() + timedelta(days=1), 0)
    rows = [r for r in in_house(store) if r.promised_at is None or r.promised_at < tomorrow]
    return sorted(rows, key=lambda r: r.stage != READY)


def by_stage(rows: Iterable[InHouse]) -> dict[str, list[InHouse]]:
    """Rows under each of ``STAGES``, empty ones included."""
    groups: dict[str, list[InHouse]] = {stage: [] for stage in STAGES}
    for row in rows:
        groups[row.stage].append(row)
    return groups
