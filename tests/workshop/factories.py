"""Jobs in every state, made by the room's verbs. They need an open house: the fixture ``midmorning``
of ``tests.workshop.clock`` puts the clock there.
"""

from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.capacity.models import Resource
from apps.core import clock
from apps.workorders.models import Line, WorkOrder
from apps.workshop import services
from apps.workshop.models import Clocking, Job
from tests.capacity import factories as capacity
from tests.cast import person
from tests.workorders.factories import labour, make_authorised_order, make_vehicle, make_visit


def make_house(cast) -> None:
    """Hours from 8 to 18, two general bays, one express bay, ``cast.technician`` and a colleague. Once."""
    if Resource.objects.filter(store=cast.store).exists():
        return
    capacity.hours(cast.store)
    for n in (1, 2):
        capacity.bay(cast.store, f"{n} 号工位", order=n)
    capacity.bay(cast.store, "快保 1", "express", order=9)
    capacity.technician(cast.store, cast.technician, "general", "electrical", team="一组")
    capacity.technician(cast.store, colleague(cast), "general", team="二组", order=1)


def colleague(cast) -> User:
    """A second technician of the store."""
    known = User.objects.filter(username="colleague").first()
    return known or person("technician", cast.store, cast.group, "colleague", name="孙师傅")


def bays(cast) -> list[Resource]:
    """The store's bays, in their order."""
    make_house(cast)
    return list(Resource.objects.filter(store=cast.store, kind="bay").order_by("order"))


def technician_of(user: User) -> Resource:
    """The resource of a person."""
    return Resource.objects.get(person=user)


def make_job(
    cast, hours: str = "1.0", *, order: WorkOrder | None = None, plate: str = "", name: str = "", **fields
) -> Job:
    """An unplanned job of an authorised order with one labour line."""
    make_house(cast)
    if order is None:
        line = labour(cast, hours, **({"name": name} if name else {}))
        visit = make_visit(cast, make_vehicle(cast, plate=plate)) if plate else None
        order = make_authorised_order(cast, [line], visit=visit, **fields)
    services.open_jobs(order)
    return Job.objects.filter(order=order).for_pages().order_by("pk").last()


def make_jobs(cast, *hours: str, **fields) -> list[Job]:
    """The jobs of one order, one labour line each."""
    make_house(cast)
    order = make_authorised_order(
        cast, [labour(cast, h, name=f"作业 {n}") for n, h in enumerate(hours, 1)], **fields
    )
    services.open_jobs(order)
    return list(Job.objects.filter(order=order).for_pages().order_by("pk"))


def plan(
    cast, job: Job, *, bay: Resource | None = None, user: User | None = None, at: datetime | None = None
) -> Job:
    """Dispatch ``job``; by default now, in the first bay, to ``cast.technician``."""
    job.dispatch(
        bay or bays(cast)[0],
        technician_of(user or cast.technician),
        at or clock.now() + timedelta(minutes=1),
        by=cast.dispatcher,
    )
    return job


def make_planned_job(cast, hours: str = "1.0", **fields) -> Job:
    """A job that can be started: planned now, covers fitted."""
    where = {key: fields.pop(key) for key in ("bay", "user", "at") if key in fields}
    job = plan(cast, make_job(cast, hours, **fields), **where)
    job.tick_protection(by=cast.dispatcher)
    return job


def make_running_job(cast, hours: str = "1.0", **fields) -> Job:
    """A job on which its technician is clocked."""
    user = fields.get("user") or cast.technician
    job = make_planned_job(cast, hours, **fields)
    job.start(technician=user, by=user)
    return job


def make_paused_job(cast, reason: str = "parts", **fields) -> Job:
    """A job that stands still."""
    job = make_running_job(cast, **fields)
    job.pause(reason, by=cast.technician)
    return job


def make_finished_job(cast, **fields) -> Job:
    """A job whose work is done."""
    job = make_running_job(cast, **fields)
    job.finish(by=fields.get("user") or cast.technician, work_done="已更换，试车正常")
    return job


def many_jobs(cast, count: int) -> None:
    """``count`` cars with one running job each, written directly: for counting queries, not for rules."""
    first = Job.objects.filter(store=cast.store).first() or make_planned_job(cast)
    order = first.order
    known = WorkOrder.objects.count()
    version = order.versions.first()
    line = order.lines.get(kind="labour")
    now = clock.now()
    visits, orders = [], []
    for _n in range(count):
        vehicle = make_vehicle(cast)
        visits.append(make_visit(cast, vehicle, status="in_house"))
        orders.append(
            WorkOrder(
                store=cast.store,
                number=f"{order.number}-{known + len(visits)}",
                visit=visits[-1],
                vehicle=vehicle,
                customer=vehicle.owner,
                advisor=cast.advisor,
                status="in_work",
                opened_at=now,
                promised_at=now + timedelta(hours=3),
            )
        )
    WorkOrder.objects.bulk_create(orders)
    lines = [
        Line(
            order=o,
            kind="labour",
            operation=line.operation,
            description="保养",
            quantity=1,
            unit_price=0,
            amount=0,
            authorised_in=version,
            agreed_amount=0,
        )
        for o in orders
    ]
    Line.objects.bulk_create(lines)
    bay, technician = bays(cast)[0], technician_of(cast.technician)
    jobs = [
        Job(
            order=o,
            line=one,
            store=cast.store,
            state="in_work",
            flat_rate_hours=1,
            bay=bay,
            technician=technician,
            planned_from=now,
            planned_until=now + timedelta(hours=1),
            protection_ticked_at=now,
            opened_at=now,
            started_at=now,
        )
        for o, one in zip(orders, lines, strict=True)
    ]
    Job.objects.bulk_create(jobs)
    Clocking.objects.bulk_create(
        Clocking(job=job, technician=cast.technician, started_at=now, ended_at=now, end_reason="break")
        for job in jobs
    )
