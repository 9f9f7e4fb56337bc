"""What a technician's tablet shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F, Prefetch

from apps.accounts.models import User
from apps.capacity.models import Resource
from apps.core import clock
from apps.desk.models import File
from apps.reception.models import Damage
from apps.workorders.models import Line
from apps.workshop.models import Clocking, Job

PHOTO_KIND = "workshop.photo"


@dataclass
class MyDay:
    """Jobs in the order in which they are to be done."""

    now: list[Job] = field(default_factory=list)
    mine: list[Job] = field(default_factory=list)
    free: list[Job] = field(default_factory=list)
    team: list[Job] = field(default_factory=list)
    done: list[Job] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.now or self.mine or self.free or self.team or self.done)


def with_running(jobs: Any) -> Any:
    """Jobs with ``running``: the clockings that are open, technicians at hand."""
    running = Clocking.objects.open().select_related("technician").order_by("pk")
    return jobs.prefetch_related(Prefetch("clockings", running, to_attr="running"))


def my_day(user: User) -> MyDay:
    """Today's jobs of ``user``: running, mine, done; and what he may take or help with. Five queries."""
    today = clock.at(clock.today(), 0)
    me = Resource.objects.filter(person=user, kind=Resource.Kind.TECHNICIAN).first()
    jobs = with_running(Job.objects.workable_by(user).for_pages())
    day = MyDay()
    open_ones = jobs.open().order_by(F("planned_from").asc(nulls_last=True), "order__promised_at", "pk")
    for job in open_ones:
        _sort_in(day, job, user, me)
    finished = jobs.filter(state=Job.State.FINISHED, finished_at__gte=today).order_by("-finished_at")
    day.done = list(finished[:30])
    return day


def _sort_in(day: MyDay, job: Job, user: User, me: Resource | None) -> None:
    tomorrow = clock.at(clock.today() + timedelta(days=1), 0)
    if any(c.technician_id == user.pk for c in job.running):  # type: ignore[attr-defined]  # prefetched
        day.now.append(job)
    elif job.state == Job.State.UNPLANNED:
        day.free.append(job)
    elif me is not None and job.technician_id != me.pk:
        if job.state == Job.State.IN_WORK:
            day.team.append(job)
        elif job.started_at:  # he has worked on it before somebody else got it
            day.mine.append(job)
    elif job.started_at or (job.planned_from and job.planned_from < tomorrow):
        day.mine.append(job)


def running_of(job: Job, user: User) -> Clocking | None:
    """The user's open clocking on ``job``. One query."""
    return job.clockings.filter(technician=user, ended_at=None).first()


def others_on(job: Job, user: User) -> list[Clocking]:
    """Who else is clocked on ``job``. One query."""
    return list(Clocking.objects.open().filter(job=job).exclude(technician=user).select_related("technician"))


def parts_of(job: Job) -> list[Line]:
    """Part lines of the job's order that stand, with their demands. One query."""
    lines = job.order.lines.standing().filter(kind=Line.Kind.PART)
    return list(lines.select_related("demand", "part"))


def parts_state(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """``[{line, state}]``: ``issued``, ``ready`` to be fetched, ``held`` until consent, or ``short``."""
    return [{"line": line, "state": _part_state(line), "expected_on": _expected(line)} for line in lines]


def _part_state(line: Line) -> str:
    demand = line.demand
    if demand is None or demand.issued >= demand.quantity:
        return "issued"
    if not line.authorised_in_id:
        return "held"
    return "short" if demand.short > 0 else "ready"


def _expected(line: Line) -> Any:
    return line.demand.expected_on if line.demand else None


def marks_of(job: Job) -> list[Damage]:
    """The marks that reception recorded on the car. One query."""
    if job.order.visit_id is None:
        return []
    return list(Damage.objects.filter(visit=job.order.visit_id).order_by("pk"))


def photos_of(job: Job) -> list[File]:
    """Photos of the work, oldest first. One query."""
    return list(File.objects.about(job).filter(kind=PHOTO_KIND))
