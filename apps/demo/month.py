"""The six weeks before the demo day by COPY: a house at work, with bookings, walk-ins and added work.

Rows are as the verbs would have left them, without reservations, messages, payments and events. What the
reserve is learned from is then counted from the clockings, as every night.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.appointments.models import Appointment
from apps.capacity.models import Resource
from apps.catalog.models import LabourOperation
from apps.catalog.selectors import labour_rate
from apps.core import clock, workdays
from apps.customers.models import Customer, Vehicle
from apps.demo import wishes
from apps.demo.bulk import advance, copy, first_id, lay_cars
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.wishes import Wish
from apps.reception.models import Visit
from apps.workorders.models import Line, OrderVersion, WorkOrder
from apps.workorders.models.authorisation import seal
from apps.workshop.models import Clocking, Job

DAYS = 42
DAY = timedelta(days=1)
OPENS, CLOSES, NOON = 8 * 60, 18 * 60, 14 * 60
LUNCH, MEAL = (12 * 60, 12 * 60 + 30), 60
"""When the two shifts of ``house.roster`` eat, and for how long."""
RECEIVING = 20
"""Minutes from the arrival until somebody can begin."""
CARS_FROM = 2_000_000
"""The cars of the month have numbers that no other history uses."""


Ids = dict[Any, Iterator[int]]
"""By model, the ids that its rows get."""


@dataclass(frozen=True)
class Work:
    """A stretch of work on one operation, in minutes of the day."""

    code: str
    begins: int
    ends: int
    is_added: bool = False


@dataclass(frozen=True)
class Stay:
    """A car that was received: who worked on it, and when on what."""

    wish: Wish
    technician: int
    work: tuple[Work, ...]


def serve(seed: int, come: list[Wish], hours: dict[str, Decimal], free_from: list[int]) -> list[Stay]:
    """One day: each car goes to whoever is free first; a walk-in who could not be done today is turned away.

    ``free_from`` is the minute from which each technician is free. A job takes nine to eleven tenths of its
    time. Each eats for an hour from his lunch on, or once the car at hand is done. Pure.
    """
    dice = random.Random(f"{seed} {come[0].day if come else 0}")
    free, stays = list(free_from), []
    hungry = {n for n, minute in enumerate(free_from) if minute == OPENS}

    def can_begin(technician: int, minute: int) -> int:
        at, lunch = max(free[technician], minute), LUNCH[technician % 2]
        return max(at, max(free[technician], lunch) + MEAL) if technician in hungry and at >= lunch else at

    for wish in come:
        arrived = wish.minute + RECEIVING
        technician = min(range(len(free)), key=lambda n: can_begin(n, arrived))
        work = _work(wish, can_begin(technician, arrived), hours, dice)
        if wish.lead_days == 0 and work[-1].ends > CLOSES:
            continue
        if work[0].begins >= LUNCH[technician % 2]:
            hungry.discard(technician)
        free[technician] = work[-1].ends
        stays.append(Stay(wish, technician, work))
    return stays


def _work(wish: Wish, at: int, hours: dict[str, Decimal], dice: random.Random) -> tuple[Work, ...]:
    """What is done on the car from the minute ``at`` on; added work only if it ends before closing."""
    done = []
    for code, is_added in [(code, False) for code in wish.codes] + [(wish.added, True)] * bool(wish.added):
        ends = at + max(round(float(hours[code]) * 60 * dice.uniform(0.9, 1.1)), 5)
        if not is_added or ends <= CLOSES:
            done.append(Work(code, at, ends, is_added))
            at = ends
    return tuple(done)


def plan(
    seed: int,
    is_workday: Sequence[bool],
    hours: dict[str, Decimal],
    technicians: int,
    *,
    elsewhere: Container[int] = (),
    walk_ins: Mapping[bool, int] = wishes.WALK_INS,
) -> list[Stay]:
    """All stays of as many days as ``is_workday`` says. Pure.

    On the days numbered in ``elsewhere`` the first three technicians are at other cars until two o'clock.
    """
    stream = wishes.stream(seed, is_workday, walk_ins)
    stays = []
    for n in range(len(is_workday)):
        late = 3 if n in elsewhere else 0
        free_from = [NOON if at < late else OPENS for at in range(technicians)]
        stays += serve(seed, [wish for wish in stream if wish.day == n], hours, free_from)
    return stays


def days_before(day: date) -> list[date]:
    """The days of the month before ``day``."""
    return [day - n * DAY for n in range(DAYS, 0, -1)]


def lay(house: House, seed: int, day: date, elsewhere: Container[date] = ()) -> None:
    """Write the days before ``day``. A few seconds."""
    days = days_before(day)
    operations = {row.code: row for row in LabourOperation.objects.filter(group=house.group)}
    hours = {code: row.flat_rate_hours for code, row in operations.items()}
    hands = list(
        Resource.objects.filter(store=house.store, kind=Resource.Kind.TECHNICIAN)
        .select_related("person")
        .order_by("order")
    )
    kinds = [workdays.is_workday(day) for day in days]
    taken = {n for n, day in enumerate(days) if day in elsewhere}
    stays = plan(seed, kinds, hours, len(hands), elsewhere=taken)
    rows = _Rows(house, days, operations, hands, labour_rate(house.store))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cars = lay_cars(house, range(CARS_FROM, CARS_FROM + len(stays)), clock.now())
        ids: Ids = {model: count(first_id(cursor, model)) for model in rows.MODELS}
        for n, stay in enumerate(stays):
            rows.add(stay, ids, customer=cars[Customer] + n, vehicle=cars[Vehicle] + n)
        for model in rows.MODELS:
            copy(model, rows.made[model])
            advance(cursor, model)
        # For this transaction alone: what follows is written under the triggers again.
        cursor.execute("SET LOCAL session_replication_role = origin")


class _Rows:
    """The rows of the stays, by model."""

    MODELS = (Appointment, Visit, WorkOrder, OrderVersion, Line, Job, Clocking)

    def __init__(
        self,
        house: House,
        days: list[date],
        operations: dict[str, LabourOperation],
        hands: list[Resource],
        rate: Decimal,
    ) -> None:
        self.house, self.days, self.operations, self.hands, self.rate = house, days, operations, hands, rate
        bays = Resource.objects.filter(store=house.store, kind="bay", bay_kind="general").order_by("order")
        self.bays = list(bays)
        self.left, self.done = _("Delivered"), people.WORK_DONE
        self.made: dict[Any, list[dict[str, Any]]] = {model: [] for model in self.MODELS}
        self.hash = seal("history", {})

    def add(self, stay: Stay, ids: Ids, *, customer: int, vehicle: int) -> None:
        """The rows of one stay."""
        n = len(self.made[WorkOrder])
        advisor = self.house.advisors[n % 3]
        day = self.days[stay.wish.day]
        who = {"store_id": self.house.store.pk, "customer_id": customer, "vehicle_id": vehicle}
        arrived = _at(day, stay.wish.minute)
        gone = _at(day, stay.work[-1].ends + 45)
        booked = self._appointment(stay, ids, n, who | {"advisor_id": advisor.pk}, arrived, gone)
        visit = self._row(
            Visit, ids, **who, number=f"V-M-{n:06d}", appointment_id=booked, advisor_id=advisor.pk,
            met_by_id=advisor.pk, status=Visit.Status.LEFT, arrived_at=arrived,
            first_contact_at=arrived + timedelta(seconds=40), left_at=gone, left_reason=self.left,
        )  # fmt: skip
        opened = arrived + timedelta(minutes=12)
        total = sum((self._amount(work.code) for work in stay.work), Decimal(0))
        order = self._row(
            WorkOrder, ids, **who, number=f"WO-M-{n:06d}", visit_id=visit, advisor_id=advisor.pk,
            status=WorkOrder.Status.DELIVERED, promised_at=gone, labour_total=total, total=total,
            opened_at=opened, closed_at=gone,
        )  # fmt: skip
        self._work(stay, ids, order, day, opened, advisor)

    def _appointment(
        self, stay: Stay, ids: Ids, n: int, who: dict, arrived: datetime, gone: datetime
    ) -> int | None:
        if not stay.wish.lead_days:
            return None
        return self._row(
            Appointment, ids, **who, number=f"AP-M-{n:06d}", status=Appointment.Status.ARRIVED,
            arrives_at=arrived, ready_at=gone, booked_at=arrived - stay.wish.lead_days * DAY,
        )  # fmt: skip

    def _work(self, stay: Stay, ids: Ids, order: int, day: date, opened: datetime, advisor: User) -> None:
        versions: dict[bool, int] = {}
        sums: dict[bool, Decimal] = {}
        for work in stay.work:
            sums[work.is_added] = sums.get(work.is_added, Decimal(0)) + self._amount(work.code)
        for number, (is_added, _sum) in enumerate(sums.items(), start=1):
            versions[is_added] = self._row(
                OrderVersion, ids, order_id=order, number=number, template_version="history", content={},
                sha256=self.hash, total=sum(list(sums.values())[:number]), made_by_id=advisor.pk,
                made_at=_at(day, stay.work[-1].begins) if is_added else opened,
            )  # fmt: skip
        hand = self.hands[stay.technician]
        bay = self.bays[stay.technician % len(self.bays)]
        for position, work in enumerate(stay.work):
            operation = self.operations[work.code]
            line = self._row(
                Line, ids, order_id=order, position=position, kind=Line.Kind.LABOUR,
                operation_id=operation.pk, code=operation.code, description=operation.name,
                quantity=operation.flat_rate_hours, unit_price=self.rate, amount=self._amount(work.code),
                agreed_amount=self._amount(work.code), is_additional=work.is_added,
                authorised_in_id=versions[work.is_added], added_by_id=advisor.pk,
            )  # fmt: skip
            begins, ends = _at(day, work.begins), _at(day, work.ends)
            job = self._row(
                Job, ids, order_id=order, line_id=line, store_id=self.house.store.pk,
                state=Job.State.FINISHED, bay_id=bay.pk, technician_id=hand.pk, planned_from=begins,
                planned_until=ends, flat_rate_hours=operation.flat_rate_hours, work_done=self.done,
                protection_ticked_at=begins, opened_at=opened, started_at=begins, finished_at=ends,
            )  # fmt: skip
            self._row(
                Clocking, ids, job_id=job, technician_id=hand.person_id, started_at=begins, ended_at=ends,
                end_reason=Clocking.EndReason.FINISHED,
            )  # fmt: skip

    def _amount(self, code: str) -> Decimal:
        return (self.operations[code].flat_rate_hours * self.rate).quantize(Decimal("0.01"))

    def _row(self, model: Any, ids: Ids, **fields: Any) -> int:
        pk = next(ids[model])
        self.made[model].append({"id": pk, **fields})
        return pk


def _at(day: date, minute: int) -> datetime:
    return clock.at(day, minute // 60, minute % 60)
