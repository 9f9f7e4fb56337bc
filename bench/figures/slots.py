"""How much thinking a search for slots takes."""

from __future__ import annotations

import random
import statistics
import time
from datetime import time as time_of
from datetime import timedelta

from django.db import transaction

from apps.accounts.models import DealerGroup, Store
from apps.capacity import slots
from apps.capacity.models import Duty, Holder, OpeningHours, Reservation, Resource, Shift
from apps.core import clock
from bench.figures.base import Job, Size
from bench.measure import Figure

BAYS, TECHNICIANS, ADVISORS, DAYS, LOAD, N = 20, 30, 6, 14, 0.7, 15
OPENS, CLOSES = 8, 18
SHIFTS = {
    "early": [time_of(8), time_of(11, 30), time_of(12, 30), time_of(17)],
    "late": [time_of(9), time_of(12, 30), time_of(13, 30), time_of(18)],
}


def slot_search(size: Size) -> dict[str, Figure]:
    """A search over a fortnight in a busy house, and what doubling days or resources makes of it."""
    plain = _cpu_ms(days=DAYS, times=1)
    longer = _cpu_ms(days=2 * DAYS, times=1)
    wider = _cpu_ms(days=DAYS, times=2)
    note = f"{DAYS} days, {BAYS} bays, {TECHNICIANS} technicians on two shifts, {LOAD:.0%} booked; "
    note += f"twice the days {longer / plain:.1f} ×, twice the resources {wider / plain:.1f} ×"
    return {"slot_search_cpu_ms": Figure(plain, 50, "ms", N, note=note)}


def _cpu_ms(*, days: int, times: int) -> float:
    """The median processor time of this process for one search, its queries and rows included."""
    with transaction.atomic():
        store = _busy_house(days, times)
        needs = slots.Needs.of(duration=timedelta(hours=2), bay_kind="general", skill="general")
        first = clock.today() + timedelta(days=1)
        taken = []
        for _n in range(N):
            begun = time.process_time()
            slots.days(store, needs=needs, date_from=first, days=days, now=clock.now())
            taken.append(time.process_time() - begun)
        transaction.set_rollback(True)
    return statistics.median(taken) * 1000


def _busy_house(days: int, times: int) -> Store:
    """A store with ``times`` the usual resources, each booked for ``LOAD`` of every day."""
    rng = random.Random(7)
    store = Store.objects.create(group=DealerGroup.objects.first(), code="bench", name="Bench")
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=n, opens=f"{OPENS:02}:00", closes=f"{CLOSES:02}:00")
        for n in range(1, 8)
    )
    kinds = {"bay": BAYS, "technician": TECHNICIANS, "advisor": ADVISORS}
    resources = Resource.objects.bulk_create(
        Resource(
            store=store,
            kind=kind,
            name=f"{kind} {n}",
            bay_kind="general" if kind == "bay" else "",
            skills=["general"] if kind == "technician" else [],
        )
        for kind, count in kinds.items()
        for n in range(count * times)
    )
    shifts = [Shift.objects.create(store=store, name=name, times=times) for name, times in SHIFTS.items()]
    Duty.objects.bulk_create(
        Duty(resource=person, weekday=weekday, shift=shifts[n % len(shifts)])
        for n, person in enumerate(r for r in resources if r.kind == "technician")
        for weekday in range(1, 8)
    )
    holder = Holder.objects.create(store=store, label="bench", created_at=clock.now())
    rows = []
    for resource in resources:
        for day in range(1, days + 8):
            rows += _pieces(rng, resource, holder, day)
    Reservation.objects.bulk_create(rows, batch_size=5000)
    return store


def _pieces(rng: random.Random, resource: Resource, holder: Holder, day: int) -> list[Reservation]:
    """One day of a resource: an advisor's quarter hours, else an hour and a half at a time."""
    step = timedelta(minutes=15 if resource.kind == "advisor" else 90)
    at = clock.at(clock.today() + timedelta(days=day), OPENS)
    closes = clock.at(clock.today() + timedelta(days=day), CLOSES)
    found = []
    while at + step <= closes:
        if rng.random() < LOAD:
            found.append(Reservation(holder=holder, resource=resource, during=(at, at + step)))
        at += step
    return found


JOBS = [Job(("slot_search_cpu_ms",), "processor time of one search over a fortnight", slot_search)]
