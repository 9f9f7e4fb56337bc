"""The morning of the demo day up to a quarter past ten: a full workshop, and what goes wrong in one."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

from django.utils.translation import gettext_noop

from apps.appointments import preparation, proactive, waiting
from apps.appointments import services as appointments
from apps.appointments.items import Ask, with_lines
from apps.appointments.models import Appointment, PreparationStep
from apps.capacity import slots
from apps.capacity.needs import Needs
from apps.catalog.models import Package
from apps.complaints.models import Complaint
from apps.complaints.services import owner_for
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from apps.demo import campaigns, newcars
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.time import Clock
from apps.demo.way import Way, deliver_events
from apps.desk.models import Task
from apps.parts.selectors import expected
from apps.reception.models import Visit
from apps.workorders import services as workorders
from apps.workorders.services import LineSpec
from apps.workshop import services as workshop

DUE_CARS, SERVICE_KM, KM_PER_MONTH = 12, 10_000, 1_500


def lay(house: House, clock: Clock) -> None:
    """Everything that happened today, in fourteen cars, then the books of the days ahead."""
    _cars(house, clock)
    deliver_events(clock)
    _bookings(house, clock)
    _waiting(house, clock)
    newcars.lay(house, clock)
    _complaints(house, clock)
    _prepared(house, clock)
    _fall_due(house, clock)
    clock.start()
    deliver_events(clock)


def _way(house: House, clock: Clock, hour: int, minute: int, **car) -> Way:
    clock.to(clock.at(7, 50))
    return Way(house, clock, house.car(**car), arrives_at=clock.at(hour, minute))


def _repair(house: House, *codes: str) -> list[LineSpec]:
    return [LineSpec(operation=house.operation(code)) for code in codes]


def _cars(house: House, clock: Clock) -> None:
    _almost_done(house, clock)
    _in_trouble(house, clock)
    _just_here(house, clock)


def _almost_done(house: House, clock: Clock) -> None:
    words = people.WORDS
    early = _way(house, clock, 8, 2).arrive(waits=True).receive(words[5]).estimate(package="TC-SB")
    early.options(wants_wash=False).sign().issue().dispatch(
        ("express", 1), "tech1"
    ).work().hand_to_qc().check()

    paid = _way(house, clock, 8, 4).arrive().receive(words[1]).estimate(*_repair(house, "BY009"))
    paid.options(wants_wash=False).sign().dispatch(
        ("general", 1), "tech2"
    ).work().hand_to_qc().check().settle()

    washing = _way(house, clock, 8, 6).arrive().receive(words[5], marks=1)
    washing.estimate(*_repair(house, "BY010")).sign().dispatch(
        ("general", 2), "tech3"
    ).work().hand_to_qc().check()

    checking = (
        _way(house, clock, 8, 10).arrive().receive(words[4]).estimate(*_repair(house, "BY010", "BY009"))
    )
    checking.sign().dispatch(("general", 3), "tech6").work().hand_to_qc()

    failed = _way(house, clock, 8, 8).arrive().receive(words[0]).estimate(*_repair(house, "BY001"))
    failed.sign().dispatch(("general", 4), "tech5").work().hand_to_qc().check(fails=people.FAILED)


def _in_trouble(house: House, clock: Clock) -> None:
    words = people.WORDS
    late = (
        _way(house, clock, 8, 12)
        .arrive(waits=True)
        .receive(words[2])
        .estimate(*_repair(house, "BY006", "BY011"))
    )
    late.sign().dispatch(("general", 5), "tech4").work(finish=0)
    workorders.set_promise(late.opened, clock.at(10, 30), by=late.advisor, reason=people.REASON_LATE)

    asking = _way(house, clock, 8, 20).arrive().receive(words[0], marks=2).estimate(package="TC-20K")
    asking.sign().issue().dispatch(("general", 6), "tech7").work(finish=0)
    asking.wait(14)
    workshop.report_finding(asking.jobs[0], people.FINDING, by=house["tech7"])
    asking.wait(6)
    workorders.add_lines(
        asking.opened,
        [*_repair(house, "ZD001"), LineSpec(part=house.part("YC-2001"), reason=people.FINDING)],
        by=asking.advisor,
    )
    asking.jobs[0].pause("approval", by=house["tech7"], technician=house["tech7"])

    short = (
        _way(house, clock, 8, 35)
        .arrive()
        .receive(words[7])
        .estimate(*_repair(house, "DP001"), LineSpec(part=house.part("YC-6001"), quantity=Decimal(80)))
    )
    short.sign().dispatch(("general", 7), "tech8").work(finish=0)
    short.wait(12)
    short.jobs[0].pause("parts", by=house["tech8"], technician=house["tech8"])


def _just_here(house: House, clock: Clock) -> None:
    words = people.WORDS
    running = _way(house, clock, 8, 50).arrive().receive(words[3]).estimate(package="TC-ZD")
    running.sign().issue().dispatch(("general", 8), "tech1", at=clock.at(9, 30))
    running.now = clock.at(9, 32)
    running.work(finish=0)

    planned = _way(house, clock, 9, 5).arrive().receive(words[6]).estimate(package="TC-10K")
    planned.sign().dispatch(("express", 2), "tech2", at=clock.at(10, 45))

    _way(house, clock, 9, 20).arrive().receive(words[1]).estimate(package="TC-40K").sign()
    _way(house, clock, 9, 40).arrive().receive(words[2]).estimate(package="TC-DC")
    _way(house, clock, 9, 55).arrive(waits=True).receive(words[4])
    for minute in (8, 13):
        _way(house, clock, 10, minute).arrive(waits=minute == 8)


def _bookings(house: House, clock: Clock) -> None:
    """Today's remaining appointments and those of the next days, at the first times that are free."""
    known = Package.objects.filter(group=house.group).prefetch_related(with_lines()).order_by("code")
    packages = [package for package in known if _is_in_stock(house, package)]
    for n in range(26):
        days = 0 if n < 8 else 1 + (n - 8) // 4
        clock.to(clock.at(9, 10 + n, days=-2))
        vehicle = house.car(house.advisors[n % 3])
        asks = [Ask(packages[n % len(packages)])]
        from_now = clock.at(10, 30) if days == 0 else clock.at(8, days=days)
        needs = Needs.of(timedelta(hours=1), "general")
        free = slots.find(
            house.store, needs=needs, date_from=clock.day + timedelta(days=days), days=1, now=from_now
        )
        _book(house, vehicle, asks, [s.starts_at for s in free[n % 5 :: 5]], n)


def _prepared(house: House, clock: Clock) -> None:
    """Until now everybody has done what was due, but for the calls to those who have not confirmed."""
    clock.to(clock.at(10, 5))
    preparation.begin_due()
    due = PreparationStep.objects.filter(appointment__store=house.store, due_at__lte=clock.at(18)).open()
    for step in due.filter(opened_at__isnull=False).select_related("appointment__advisor").order_by("pk"):
        if step.appointment.status == Appointment.Status.CONFIRMED:
            preparation.complete(step, by=step.appointment.advisor)


def _fall_due(house: House, clock: Clock) -> None:
    """On a dozen cars a service, the inspection or the insurance falls due in the next two weeks."""
    booked = Appointment.objects.filter(store=house.store).values("vehicle")
    rows = Vehicle.objects.filter(owner__advisor__in=house.advisors, odometer_km__gt=0).exclude(pk__in=booked)
    for n, car in enumerate(rows.order_by("pk")[:DUE_CARS]):
        day = clock.day + timedelta(days=2 + n)
        if n % 3 == 0:
            car.update(by=None, store=house.store, inspection_due_on=day)
        elif n % 3 == 1:
            car.update(by=None, store=house.store, insured_until=day)
        else:
            known = car.odometer_km or 0
            km = -(-known // SERVICE_KM) * SERVICE_KM - 40 * n
            car.update(by=None, store=house.store, km_per_month=KM_PER_MONTH)
            car.record_reading(max(km, known), clock.day, "call", house.advisors[0])
    campaigns.lay(house, clock)
    proactive.go_round()


def _waiting(house: House, clock: Clock) -> None:
    """Two customers wait for an early hour: of tomorrow, and of any day of the week."""
    packages = Package.objects.filter(group=house.group).prefetch_related(with_lines()).order_by("code")
    tomorrow = clock.day + timedelta(days=1)
    for n, (till_day, till_time) in enumerate(
        ((tomorrow, time(10)), (tomorrow + timedelta(days=6), time(12)))
    ):
        waiting.put(
            store=house.store,
            vehicle=house.car(house.advisors[n]),
            asks=[Ask(packages[n])],
            by=house.advisors[n],
            from_day=tomorrow,
            till_day=till_day,
            from_time=time(8),
            till_time=till_time,
            advisor=house.advisors[n],
        )


def _is_in_stock(house: House, package: Package) -> bool:
    return not expected(
        house.store.pk, {row.part_id: row.quantity for row in package.lines.all() if row.part_id}
    )


def _book(house: House, vehicle, asks, moments, n: int) -> Appointment | None:
    for moment in moments[:6]:
        try:
            booked = appointments.book(
                store=house.store,
                customer=vehicle.owner,
                vehicle=vehicle,
                starts_at=moment,
                asks=asks,
                by=house.advisors[n % 3],
                customer_words=people.WORDS[n % len(people.WORDS)],
            )
        except DomainError:
            continue
        if n % 3:
            appointments.confirm(booked, by=booked.advisor)
        preparation.lay(booked)
        return booked
    return None


def _complaints(house: House, clock: Clock) -> None:
    """One complaint past half of its clock, one of this morning."""
    visits = list(
        Visit.objects.filter(store=house.store).select_related("vehicle", "customer").order_by("pk")[:2]
    )
    for (words, cause, wish), visit, (hour, days) in zip(
        people.COMPLAINTS, visits, ((17, -1), (9, 0)), strict=True
    ):
        clock.to(clock.at(hour, 20, days=days))
        Complaint.take(
            store=house.store,
            by=house["agent"],
            owner=owner_for(house.store, cause),
            customer=visit.customer,
            vehicle=visit.vehicle,
            words=words,
            cause=cause,
            wished_solution=wish,
        )
    Task.put(
        "demo:stocktake",
        about=house.store,
        store=house.store,
        kind="parts.count",
        title=gettext_noop("Count the brake pads on shelf B"),
        role="parts_clerk",
        due_at=clock.at(16),
    )
