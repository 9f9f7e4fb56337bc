"""The dispatch board: lanes of bays or technicians, bars by time, the queue. Ten queries, however full."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity.axis import OpenDay
from apps.capacity.models import Absence, Reservation, Resource
from apps.capacity.selectors import Duties
from apps.catalog.models import BayKind, Skill
from apps.core import clock, when
from apps.workshop.models import Job, PauseReason
from apps.workshop.selectors import Car, JobFacts, Times, open_cars

BY = {"bay": Resource.Kind.BAY, "technician": Resource.Kind.TECHNICIAN}
WORKING_DAY = (8, 18)
"""Hours shown on a day without opening hours."""
MOST_ROWS = 5
"""More bars at the same moment than these share the last row of their lane."""
PAUSE_ICONS = {"parts": "package", "approval": "user-question", "tool": "tool", "break": "coffee"}


@dataclass(slots=True)
class Bar:
    """One bar: a job, or time that an appointment or order has booked (``job`` None). Hours of the day."""

    at: float
    till: float
    tone: str = ""
    job: JobFacts | None = None
    car: Car | None = None
    label: str = ""
    row: int = 0
    clashes: bool = False
    goes_on: bool = False
    day: date | None = None

    @property
    def pause_label(self) -> str:
        """What a paused job waits for."""
        return str(PauseReason(self.job.pause_reason).label) if self.job and self.job.pause_reason else ""

    @property
    def promise(self) -> str:
        """The promised time while it matters; with its day when that is another one."""
        if self.job is None or self.car is None or self.job.state == Job.State.FINISHED:
            return ""
        local = self.car.promised_at and timezone.localtime(self.car.promised_at)
        if not local:
            return ""
        day = when.day_words(local.date(), self.day) if self.day and local.date() != self.day else ""
        return f"{day} {local:%H:%M}".strip()

    @property
    def pause_icon(self) -> str:
        return PAUSE_ICONS.get(self.job.pause_reason, "player-pause") if self.job else ""


@dataclass(slots=True)
class Lane:
    """A bay or a technician with its day."""

    pk: int
    name: str
    note: str
    bars: list[Bar] = field(default_factory=list)
    off: list[tuple[float, float, str]] = field(default_factory=list)
    rows: int = 1


@dataclass(slots=True)
class Waiting:
    """A job in the queue."""

    job: JobFacts
    car: Car
    needs: str
    skill: str


@dataclass
class Board:
    """Everything the dispatch board shows."""

    day: date
    by: str
    is_today: bool
    now: datetime
    from_hour: int
    to_hour: int
    now_at: float | None
    lanes: list[Lane]
    queue: list[Waiting]
    in_work: int = 0
    paused: int = 0
    late: int = 0

    @property
    def hours(self) -> list[str]:
        return [f"{hour:02d}" for hour in range(self.from_hour, self.to_hour)]


def load(store: Store, day: date, by: str = "bay") -> Board:
    """The board of ``day`` by ``bay`` or ``technician``. Ten queries at most."""
    now = clock.now()
    times = Times.load(store, now, day=day)
    start, end = clock.at(day, 0), clock.at(day + timedelta(days=1), 0)
    done = Q(finished_at__gte=start, finished_at__lt=end)
    cars = open_cars(store, times, extra=done)
    resources = Resource.objects.filter(store=store, kind=BY[by]).active().order_by("order", "pk")
    lanes = [Lane(r.pk, r.name, _note(r)) for r in resources]
    from_hour, to_hour = _hours(times, day)
    board = Board(
        day=day,
        by=by,
        is_today=day == timezone.localdate(now),
        now=now,
        from_hour=from_hour,
        to_hour=to_hour,
        now_at=_hour(now, start) if start <= now < end else None,
        lanes=lanes,
        queue=_queue(cars),
        late=sum(car.risk == "late" for car in cars),
    )
    places = {lane.pk: lane for lane in lanes}
    own = set()
    for car in cars:
        for job in car.jobs:
            if job.holder:
                own.add(job.holder)
            board.in_work += job.state == Job.State.IN_WORK
            board.paused += job.state == Job.State.PAUSED
            lane = places.get((job.bay if by == "bay" else job.technician) or 0)
            if lane is not None and (bar := _bar(car, job, times, start, end)):
                lane.bars.append(bar)
    _add_bookings(places, own, start, end)
    _add_absences(places, start, end)
    if by == "technician" and (open_day := times.open_on(day)):
        _add_off_duty(places, store, open_day, start)
    for lane in lanes:
        _stack(lane)
    return board


def _note(resource: Resource) -> str:
    if resource.kind == Resource.Kind.BAY:
        return str(BayKind(resource.bay_kind).label)
    return resource.team or " ".join(str(Skill(s).label) for s in resource.skills[:2])


def _hours(times: Times, day: date) -> tuple[int, int]:
    hours = times.open_on(day)
    if hours is None:
        return WORKING_DAY
    opens = timezone.localtime(datetime.fromtimestamp(hours.opens, tz=times.axis.zone))
    closes = timezone.localtime(datetime.fromtimestamp(hours.closes, tz=times.axis.zone))
    last = closes.hour + (1 if closes.minute else 0)
    if timezone.localdate(times.now) == day:  # who works on after closing time stays on the board
        last = max(last, min(timezone.localtime(times.now).hour + 1, 24))
    return opens.hour, max(last, opens.hour + 1)


def _hour(moment: datetime, midnight: datetime) -> float:
    return round((moment - midnight).total_seconds() / 3600, 4)


def _queue(cars: Iterable[Car]) -> list[Waiting]:
    far = clock.now() + timedelta(days=3650)
    waiting = [
        Waiting(
            job,
            car,
            str(BayKind(job.bay_kind).label) if job.bay_kind else "",
            str(Skill(job.skill).label) if job.skill else "",
        )
        for car in cars
        for job in car.jobs
        if job.state == Job.State.UNPLANNED
    ]
    waiting.sort(key=lambda w: (w.car.promised_at or far, w.job.pk))
    return waiting


def _span(job: JobFacts, times: Times) -> tuple[datetime, datetime] | None:
    """From when to when the job takes its lane: the fact once there is one, the plan before."""
    if job.state == Job.State.FINISHED:
        return (job.started_at, job.finished_at) if job.started_at and job.finished_at else None
    if job.state == Job.State.IN_WORK and job.started_at:
        began = job.planned_from if _was_interrupted(job) else job.started_at
        return began or job.started_at, times.advance(times.now, job.remaining)
    if job.planned_from is None or job.planned_until is None:
        return None
    if job.state == Job.State.PAUSED and job.planned_from <= times.now:
        return job.started_at or job.planned_from, max(job.planned_until, times.now)
    return job.planned_from, job.planned_until


def _was_interrupted(job: JobFacts) -> bool:
    """Planned anew after it had begun: the bar shows the present stretch only."""
    return bool(
        job.planned_from and job.started_at and job.planned_from > job.started_at + timedelta(hours=12)
    )


def _bar(car: Car, job: JobFacts, times: Times, start: datetime, end: datetime) -> Bar | None:
    span = _span(job, times)
    if span is None or span[0] >= end or span[1] <= start:
        return None
    bar = _clip(Bar(0, 0, _tone(car, job), job, car), span, start, end)
    bar.goes_on, bar.day = span[1] > end, timezone.localdate(start)
    return bar


def _clip(bar: Bar, span: tuple[datetime, datetime], start: datetime, end: datetime) -> Bar:
    bar.at, bar.till = _hour(max(span[0], start), start), _hour(min(span[1], end), start)
    return bar


def _tone(car: Car, job: JobFacts) -> str:
    """Green done, red late, amber blocked, blue at work, grey planned."""
    if job.state == Job.State.FINISHED:
        return "ready"
    if car.risk == "late":
        return "late"
    if job.state == Job.State.PAUSED or not job.is_authorised:
        return "block"
    return "work" if job.state == Job.State.IN_WORK else "wait"


def _add_bookings(places: dict[int, Lane], own: set[int], start: datetime, end: datetime) -> None:
    """What appointments and orders hold without being jobs yet."""
    rows = Reservation.objects.filter(resource__in=places, during__overlap=(start, end)).exclude(
        holder__in=own
    )
    for pk, during, label in rows.values_list("resource_id", "during", "holder__label"):
        span = during.lower, during.upper
        places[pk].bars.append(_clip(Bar(0, 0, "hold", label=label), span, start, end))


def _add_off_duty(places: dict[int, Lane], store: Store, day: OpenDay, midnight: datetime) -> None:
    """Breaks and hours off shift, for who has shifts. One query."""
    for pk, spans in Duties(store.pk, day.day).spans([day]).items():
        if lane := places.get(pk):
            edges = [day.opens, *(second for span in spans for second in span), day.closes]
            hours = [round(second - midnight.timestamp()) / 3600 for second in edges]
            gaps = zip(hours[::2], hours[1::2], strict=True)
            lane.off += [(start, end, _("not on shift")) for start, end in gaps if start < end]


def _add_absences(places: dict[int, Lane], start: datetime, end: datetime) -> None:
    rows = Absence.objects.filter(resource__in=places, during__overlap=(start, end))
    for pk, during, reason in rows.values_list("resource_id", "during", "reason"):
        at, till = max(during.lower, start), min(during.upper, end)
        places[pk].off.append((_hour(at, start), _hour(till, start), reason))


def _stack(lane: Lane) -> None:
    """Bars that overlap (an overrun into the next plan) go below each other and are marked."""
    lane.bars.sort(key=attrgetter("at", "till"))
    ends: list[float] = []
    for bar in lane.bars:
        for row, end in enumerate(ends):
            if end <= bar.at + 0.001:
                bar.row, ends[row] = row, bar.till
                break
        else:
            bar.row = min(len(ends), MOST_ROWS - 1)
            ends.append(bar.till)
    lane.rows = min(max(len(ends), 1), MOST_ROWS)
    open_bars = [b for b in lane.bars if b.job is None or b.job.state != Job.State.FINISHED]
    for bar in open_bars:
        bar.clashes = any(
            other is not bar and other.at < bar.till - 0.001 and bar.at < other.till - 0.001
            for other in open_bars
        )
