"""What boards read of the workshop: cars, their jobs, who works on them. Values, for boards only show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Setting, Store, User
from apps.capacity.axis import Axis, OpenDay, units
from apps.capacity.selectors import calendar
from apps.workorders.models import Line, WorkOrder
from apps.workshop import stages
from apps.workshop.models import Clocking, Job
from apps.workshop.models.row import SHORTEST

LOOK_AHEAD = timedelta(hours=60)


@dataclass(slots=True)
class JobFacts:
    """One job, as boards see it. ``bay`` and ``technician`` are resource ids."""

    pk: int
    order: int
    title: str
    state: str
    pause_reason: str
    bay: int | None
    bay_name: str
    technician: int | None
    technician_name: str
    planned_from: datetime | None
    planned_until: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    flat_rate: timedelta
    is_authorised: bool
    rework_reason: str
    holder: int | None
    bay_kind: str
    skill: str
    worked: timedelta = timedelta()
    at_work: list[str] = field(default_factory=list)
    running_since: datetime | None = None

    @property
    def remaining(self) -> timedelta:
        """What is left of the flat-rate time; never nothing while the job is open."""
        return max(self.flat_rate - self.worked, SHORTEST) if self.started_at else self.flat_rate


@dataclass(slots=True)
class Car:
    """One order's car with its jobs, and what can be said of its promise."""

    order: int
    number: str
    status: str
    plate: str
    model: str
    advisor: str
    promised_at: datetime | None
    consent_open: bool
    parts_short: bool
    jobs: list[JobFacts] = field(default_factory=list)
    stage: str = ""
    expected_at: datetime | None = None
    risk: str = ""


@dataclass(frozen=True)
class Times:
    """The store's working time around a day, and what the store allows for closing. Four queries to load."""

    now: datetime
    axis: Axis
    buffer: timedelta
    closing: timedelta

    @classmethod
    def load(cls, store: Store, now: datetime, *, day: date | None = None) -> Times:
        """Four queries."""
        today = timezone.localdate(now)
        first, last = min(today, day or today), max(today, day or today)
        open_days, _shut = calendar(store.pk, first, last, LOOK_AHEAD)
        return cls(
            now=now,
            axis=Axis(open_days, timezone.get_current_timezone()),
            buffer=timedelta(minutes=Setting.value_of("workshop.risk_minutes", store)),
            closing=timedelta(minutes=Setting.value_of("workshop.closing_minutes", store)),
        )

    def advance(self, moment: datetime, length: timedelta) -> datetime:
        """``moment`` plus working time; on the wall clock where the calendar does not reach."""
        position = self.axis.floor(int(moment.timestamp()))
        if not self.axis.days or position + units(length) >= self.axis.offsets[-1]:
            return moment + length
        open_now = self.axis.begins(position) <= moment.timestamp()
        rest = moment - self.axis.moment(self.axis.begins(position)) if open_now else timedelta()
        return self.axis.segments(position, max(units(length), 1))[-1][1] + rest

    def open_on(self, day: date) -> OpenDay | None:
        """The open hours of ``day``."""
        return next((d for d in self.axis.days if d.day == day), None)


CAR = {
    "number": F("order__number"),
    "status": F("order__status"),
    "plate": F("order__vehicle__plate"),
    "brand": F("order__vehicle__model__brand__name"),
    "model_name": F("order__vehicle__model__name"),
    "model_text": F("order__vehicle__model_text"),
    "advisor_name": F("order__advisor__name"),
    "promised_at": F("order__promised_at"),
}


def waits_for_consent(order: Any) -> Exists:
    """Whether a line of the outer ``order`` waits for the customer."""
    return Exists(Line.objects.waiting().filter(order=order))


def lacks_parts(order: Any) -> Exists:
    """Whether a part of the outer ``order`` is not there."""
    missing = Q(demand__state="open", demand__quantity__gt=F("demand__reserved") + F("demand__issued"))
    return Exists(Line.objects.standing().filter(missing, order=order))


def job_facts(jobs: QuerySet[Job], now: datetime) -> tuple[list[JobFacts], list[dict[str, Any]]]:
    """The jobs with the time clocked on them; beside each the raw row of its car. Two queries."""
    rows = jobs.annotate(
        **CAR,
        consent_open=waits_for_consent(OuterRef("order")),
        parts_short=lacks_parts(OuterRef("order")),
    ).values(
        *CAR, "consent_open", "parts_short", "pk", "order_id", "line__description", "state", "pause_reason",
        "bay_id", "bay__name", "technician_id", "technician__name", "planned_from", "planned_until",
        "started_at", "finished_at", "flat_rate_hours", "line__authorised_in_id", "rework_reason",
        "holder_id", "line__operation__bay_kind", "line__operation__skill",
    )  # fmt: skip
    raw = list(rows)
    facts = [_facts(row) for row in raw]
    add_clockings(facts, now)
    return facts, raw


def _facts(row: dict[str, Any]) -> JobFacts:
    return JobFacts(
        pk=row["pk"],
        order=row["order_id"],
        title=row["line__description"],
        state=row["state"],
        pause_reason=row["pause_reason"],
        bay=row["bay_id"],
        bay_name=row["bay__name"] or "",
        technician=row["technician_id"],
        technician_name=row["technician__name"] or "",
        planned_from=row["planned_from"],
        planned_until=row["planned_until"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        flat_rate=timedelta(hours=float(row["flat_rate_hours"])),
        is_authorised=row["line__authorised_in_id"] is not None,
        rework_reason=row["rework_reason"],
        holder=row["holder_id"],
        bay_kind=row["line__operation__bay_kind"] or "",
        skill=row["line__operation__skill"] or "",
    )


def add_clockings(facts: Iterable[JobFacts], now: datetime) -> None:
    """Fill in worked time and who is clocked on. One query, none without started jobs."""
    started = {job.pk: job for job in facts if job.started_at}
    if not started:
        return
    rows = Clocking.objects.filter(job__in=started).order_by("pk")
    for pk, name, begin, end in rows.values_list("job_id", "technician__name", "started_at", "ended_at"):
        job = started[pk]
        job.worked += (end or now) - begin
        if end is None:
            job.at_work.append(name)
            job.running_since = min(begin, job.running_since or begin)


def cars_of(jobs: QuerySet[Job], times: Times) -> list[Car]:
    """The cars of these jobs, each with stage and risk. Two queries."""
    facts, raw = job_facts(jobs, times.now)
    cars: dict[int, Car] = {}
    for job, row in zip(facts, raw, strict=True):
        car = cars.get(job.order)
        if car is None:
            model = " ".join(filter(None, (row["brand"], row["model_name"]))) or row["model_text"] or ""
            car = cars[job.order] = Car(
                job.order, row["number"], row["status"], row["plate"], model, row["advisor_name"],
                row["promised_at"], row["consent_open"], row["parts_short"],
            )  # fmt: skip
        car.jobs.append(job)
    for car in cars.values():
        judge(car, times)
    return list(cars.values())


def judge(car: Car, times: Times, *, visit: stages.HasStatus | None = None, washing: bool = False) -> None:
    """Set the car's stage, the end that can be expected, and the risk."""
    car.stage = stages.stage_of(
        visit,
        car if car.order else None,
        car.jobs,
        consent_open=car.consent_open,
        parts_short=car.parts_short,
        washing=washing,
    )
    car.expected_at = stages.ready_at(car.status, car.jobs, times.now, times.advance, times.closing)
    car.risk = "" if car.stage == stages.READY else stages.risk(
        car.promised_at, car.expected_at, times.now, times.buffer
    )  # fmt: skip


def open_cars(store: Store, times: Times, *, extra: Q | None = None) -> list[Car]:
    """Cars with open jobs in ``store``, and jobs that ``extra`` adds. Two queries."""
    wanted = Q(state__in=Job.OPEN) | (extra or Q(pk__in=()))
    on_floor = Q(order__status__in=(WorkOrder.Status.AUTHORISED, WorkOrder.Status.IN_WORK)) | (extra or Q())
    return cars_of(Job.objects.filter(wanted, on_floor, store=store).order_by("pk"), times)


def store_for(user: User, wanted: str | None = None) -> Store | None:
    """The store whose board is shown: the one asked for if it may be seen, else one's own, else the first."""
    if wanted and wanted.isdigit() and wanted != str(user.store_id):
        return Store.objects.visible_to(user).filter(pk=int(wanted)).first()
    return user.store or Store.objects.visible_to(user).first()
