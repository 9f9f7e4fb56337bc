"""What is to be done: from operations, parts and packages to lines with hours and price, and to needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Prefetch

from apps.appointments.models import Appointment, AppointmentItem
from apps.capacity.engine import Needs
from apps.catalog.models import BayKind, LabourOperation, Package, PackageLine, Part, Skill, WorkKind
from apps.catalog.selectors import labour_rate
from apps.core.money import fen

__all__ = ["Ask", "labour_rate", "lines", "needs", "needs_of", "with_lines"]

Wish = AppointmentItem.Wish
SHORTEST = timedelta(minutes=30)
"""A job without an operation: looking at the car takes this long."""
BAY_OF_KIND: dict[str, BayKind] = {
    Appointment.Kind.EXPRESS: BayKind.EXPRESS,
    Appointment.Kind.BODY_PAINT: BayKind.BODY,
    Appointment.Kind.INSPECTION_REPAIR: BayKind.GENERAL,
}
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


def needs(items: Iterable[AppointmentItem], kind: str, advisor_id: int | None) -> Needs:
    """What the lines take: their hours in one bay, by one technician who can do all of them.

    The bay is that of the operation kinds with the most hours; an express booking takes the express
    lane when everything on it is maintenance.
    """
    operations = [(i.operation, i.flat_rate_hours) for i in items if i.operation is not None]
    hours: Counter[str] = Counter()
    for operation, taken in operations:
        hours[operation.bay_kind] += taken  # type: ignore[assignment]  # hours are decimals
    usual = BAY_OF_KIND.get(kind, BayKind.GENERAL)
    bay = hours.most_common(1)[0][0] if hours else usual
    light = all(operation.work_kind == WorkKind.MAINTENANCE for operation, _hours in operations)
    if kind == Appointment.Kind.EXPRESS and light:
        bay = BayKind.EXPRESS
    skills = list(dict.fromkeys(o.skill for o, _hours in sorted(operations, key=lambda pair: -pair[1])))
    skill = skills[0] if skills else SKILL_OF_BAY.get(bay, Skill.GENERAL)
    return Needs(
        duration=max(timedelta(hours=float(sum(h for _operation, h in operations))), SHORTEST),
        bay_kind=bay,
        skill=skill,
        more_skills=frozenset(skills[1:]),
        advisor=advisor_id,
    )


def needs_of(appointment: Appointment, advisor_id: int | None) -> Needs:
    """What a booked appointment takes. One query."""
    return needs(appointment.items.select_related("operation"), appointment.kind, advisor_id)
