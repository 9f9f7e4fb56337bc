"""What is to be done: from operations, parts and packages to lines with hours and price, and to needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import Prefetch

from apps.appointments.models import Appointment, AppointmentItem, WaitingEntry
from apps.appointments.models.enquiry import Item
from apps.capacity.needs import Needs, Step
from apps.catalog.models import (
    BayKind,
    LabourOperation,
    Package,
    PackageLine,
    Part,
    Skill,
    SkillLevel,
    WorkKind,
)
from apps.catalog.selectors import labour_rate
from apps.core.money import fen

__all__ = ["Ask", "labour_rate", "lines", "needs", "needs_of", "with_lines"]

Wish = AppointmentItem.Wish
FETCHING = timedelta(minutes=45)
"""What a driver needs to fetch a car, or to bring it back."""
SHORTEST = timedelta(minutes=30)
"""A job without an operation: looking at the car takes this long."""
BAY_OF_KIND: dict[str, BayKind] = {
    Appointment.Kind.EXPRESS: BayKind.EXPRESS,
    Appointment.Kind.BODY_PAINT: BayKind.BODY,
    Appointment.Kind.INSPECTION_REPAIR: BayKind.GENERAL,
}
WAY = (
    BayKind.DIAGNOSIS,
    BayKind.EXPRESS,
    BayKind.GENERAL,
    BayKind.BODY,
    BayKind.PAINT,
    BayKind.ALIGNMENT,
    BayKind.WASH,
)
"""The order in which a car goes through the bays."""
SKILL_OF_BAY: dict[str, Skill] = {BayKind.BODY: Skill.BODY, BayKind.PAINT: Skill.PAINT}


@dataclass(frozen=True)
class Ask:
    """One thing that is asked for: an operation, a part or a package."""

    thing: LabourOperation | Part | Package
    quantity: Decimal = Decimal(1)
    wish: str = Wish.WISHED


def with_lines() -> Prefetch:
    """For ``Package.objects.prefetch_related``: everything that ``lines`` asks of a package."""
    return Prefetch("lines", queryset=PackageLine.objects.select_related("operation", "part"))


def lines(asks: Iterable[Ask], rate: Decimal) -> list[AppointmentItem]:
    """The unsaved lines of ``asks``: packages expanded, hours × rate and quantity × price, to the fen.

    Packages need their lines prefetched (``with_lines``); no query otherwise.
    """
    rows: list[AppointmentItem] = []
    for ask in asks:
        match ask.thing:
            case Package():
                for line in ask.thing.lines.all():
                    quantity = line.quantity * ask.quantity
                    # One of both is there, by constraint.
                    things = (line.operation, line.part)
                    rows += [_line(t, quantity, ask.wish, rate, ask.thing) for t in things if t]
            case LabourOperation() | Part():
                rows.append(_line(ask.thing, ask.quantity, ask.wish, rate))
    return rows


def _line(
    thing: LabourOperation | Part, quantity: Decimal, wish: str, rate: Decimal, package: Package | None = None
) -> AppointmentItem:
    item = AppointmentItem(quantity=quantity, wish=wish, package=package)
    if isinstance(thing, LabourOperation):
        item.operation = thing
        item.flat_rate_hours = (thing.flat_rate_hours * quantity).quantize(Decimal("0.1"))
        item.amount = fen(item.flat_rate_hours * rate)
    else:
        item.part = thing
        item.amount = fen(thing.price * quantity)
    return item


def needs(
    items: Iterable[Item],
    kind: str,
    advisor_id: int | None,
    *,
    people: int = 1,
    mobility: str = "",
) -> Needs:
    """What the lines take: a step in each kind of bay that their operations name, in the order of ``WAY``.

    An express booking takes the express lane alone when everything on it is maintenance; beside other work
    express operations are done in the general bay.
    """
    items = list(items)
    operations = [(i.operation, i.flat_rate_hours) for i in items if i.operation is not None]
    parts = tuple((i.part.pk, str(i.part), i.quantity) for i in items if i.part and not _is_kept(i))
    light = all(operation.work_kind == WorkKind.MAINTENANCE for operation, _hours in operations)
    express = kind == Appointment.Kind.EXPRESS and light
    by_bay: dict[str, list[tuple[LabourOperation, Decimal]]] = defaultdict(list)
    for operation, hours in operations:
        by_bay[BayKind.EXPRESS if express else operation.bay_kind].append((operation, hours))
    if BayKind.GENERAL in by_bay:
        by_bay[BayKind.GENERAL] += by_bay.pop(BayKind.EXPRESS, [])
    steps = [_step(bay, by_bay[bay]) for bay in WAY if bay in by_bay] or [_look(kind)]
    if len(steps) == 1:
        steps = [replace(steps[0], duration=max(steps[0].duration, SHORTEST))]
    return Needs(
        tuple(steps),
        advisor=advisor_id,
        people=people,
        parts=parts,
        courtesy=mobility == Appointment.Mobility.COURTESY,
        fetching=FETCHING if mobility == Appointment.Mobility.FETCHED else None,
    )


def _is_kept(item: Item) -> bool:
    """Whether the part lies reserved for this very item, so that it need not be free any more."""
    demand = getattr(item, "demand", None)
    return demand is not None and not demand.short


def _step(bay_kind: str, operations: list[tuple[LabourOperation, Decimal]]) -> Step:
    """One technician does it all, who reaches the highest level of each skill; most hours come first."""
    levels: dict[str, int] = {}
    for operation, _hours in sorted(operations, key=lambda pair: -pair[1]):
        levels[operation.skill] = max(levels.get(operation.skill, 0), operation.skill_level)
    return Step(
        duration=timedelta(hours=float(sum(hours for _operation, hours in operations))),
        bay_kind=bay_kind,
        skills=tuple(levels.items()),
        equipment=frozenset(name for operation, _hours in operations for name in operation.equipment),
        tools=frozenset(name for operation, _hours in operations for name in operation.tools),
    )


def _look(kind: str) -> Step:
    """Nothing is known yet: somebody looks at the car."""
    bay = BAY_OF_KIND.get(kind, BayKind.GENERAL)
    return Step(SHORTEST, bay, ((SKILL_OF_BAY.get(bay, Skill.GENERAL), SkillLevel.BASIC),))


def needs_of(enquiry: Appointment | WaitingEntry, advisor_id: int | None) -> Needs:
    """What an appointment, or somebody who waits for one, takes. One query."""
    kept = ("demand",) if isinstance(enquiry, Appointment) else ()
    items = enquiry.items.select_related("operation", "part", *kept)
    return needs(items, enquiry.kind, advisor_id, people=enquiry.people, mobility=enquiry.mobility)
