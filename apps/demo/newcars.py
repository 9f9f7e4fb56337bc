"""New cars: one to be handed over today, one not collected, and three whose owners are called by now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.accounts.models import User
from apps.callbacks import levels
from apps.calls.models import Call
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.time import Clock
from apps.demo.way import deliver_events
from apps.handover import checklists
from apps.handover import services as handover
from apps.handover.models import Handover

CARS = ((-15, 15, 2), (-9, 11, 1), (-2, 16, 0), (0, 14, None), (-1, 16, None))
"""Day and hour of the handover, and how many levels of calls were made since; None: not handed over."""
AGENTS = {levels.LEVEL_1: "clerk", levels.LEVEL_2: "agent"}
SAID: dict[str, dict[str, Any]] = {
    levels.LEVEL_1: {"condition": people.NEW_CAR, "sale": "good", "note_to_next": people.NEW_CAR_NOTE},
    levels.LEVEL_2: {
        "condition": people.NEW_CAR,
        "odometer_km": 420,
        "mileage_unknown": False,
        "serviced": False,
        "product": "good",
    },
}


def lay(house: House, clock: Clock) -> None:
    """In order of time, each with the calls that were made already."""
    for days, hour, made in CARS:
        clock.to(clock.at(9, days=days - 1))
        planned = _plan(house, clock, days, hour)
        names = ("prepared",) if made is None else ("prepared", "rechecked", "explained")
        for name in names:
            planned.tick(name, dict.fromkeys(checklists.keys(name, statutory=True), True))
            if name == "prepared":
                planned.make_deliverable(by=house["customer"])
        if made is not None:
            clock.to(clock.at(hour, days=days))
            details = handover.Delivery(odometer_km=15, km_per_month=1200, sales_consultant=people.CONSULTANT)
            handover.deliver(planned, details, by=planned.advisor)
            deliver_events(clock)
            for level in (levels.LEVEL_1, levels.LEVEL_2)[:made]:
                _talk(Call.objects.get(key=levels.key(level, planned.pk)), house[AGENTS[level]], clock)
                deliver_events(clock)


def _plan(house: House, clock: Clock, days: int, hour: int) -> Handover:
    vehicle = house.car(odometer_km=12)
    return handover.plan(
        vehicle=vehicle,
        customer=vehicle.owner,
        store=house.store,
        sales_consultant=people.CONSULTANT,
        advisor=handover.advisors(house.store)[0],
        planned_at=clock.at(hour, days=days),
        invoiced_on=clock.day + timedelta(days=days - 1),
        is_statutory=True,
        by=house["customer"],
    )


def _talk(call: Call, agent: User, clock: Clock) -> None:
    """The call, on the first day of its window."""
    clock.to(clock.at(10, days=(call.opens_on - clock.day).days))
    call.claim(by=agent)
    call.record_attempt("reached", by=agent)
    levels.complete(call, SAID[call.queue] | {"person_spoken_to": call.customer.name}, by=agent)
