"""What a job takes, and what an offered start gives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from apps.capacity.reasons import Why

RECEPTION = timedelta(minutes=15)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Step:
    """Work in one bay by one technician.

    He has each of ``skills`` (the main one first) at its level or a better one. The bay has ``equipment``
    built in; one of each of ``tools`` is with the car as long as it stands there.
    """

    duration: timedelta
    bay_kind: str
    skills: tuple[tuple[str, int], ...] = (("general", 1),)
    equipment: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()

    @property
    def of_bay(self) -> list[str]:
        """What its bay must be and have, as ``Reservation.requires`` keeps it."""
        return [self.bay_kind, *sorted(self.equipment)]

    @property
    def of_technician(self) -> list[str]:
        """What its technician must be able to do, ``skill:level``."""
        return [f"{skill}:{level}" for skill, level in self.skills]


@dataclass(frozen=True)
class Needs:
    """What a job takes: its steps one after the other, after a reception.

    ``advisor`` is a user's id, or None for whoever is free; he is taken for ``reception`` from the arrival
    on. ``people`` come with the car and have to be received; none with one that is fetched. ``parts`` are
    ``(id, name, quantity)``. ``courtesy``: the customer drives another car from the arrival until his is
    ready. ``fetching``: a driver takes so long to fetch the car before the arrival, and to bring it back.
    """

    steps: tuple[Step, ...]
    advisor: int | None = None
    reception: timedelta = RECEPTION
    people: int = 1
    parts: tuple[tuple[int, str, Decimal], ...] = ()
    courtesy: bool = False
    fetching: timedelta | None = None

    @classmethod
    def of(cls, duration: timedelta, bay_kind: str, skill: str = "general", **more: object) -> Self:
        """A job of one step by one skill; ``more`` are fields of the needs."""
        return cls((Step(duration, bay_kind, ((skill, 1),)),), **more)  # type: ignore[arg-type]

    @property
    def duration(self) -> timedelta:
        """Working time of all steps."""
        return sum((step.duration for step in self.steps), timedelta())

    @property
    def longest(self) -> timedelta:
        """Open time within which the work, and bringing the car back, surely end when nobody has a break."""
        return self.duration + 2 * (self.fetching or timedelta())

    @property
    def bay_kinds(self) -> set[str]:
        """Every kind of bay that the car comes to."""
        return {step.bay_kind for step in self.steps}

    @property
    def kinds(self) -> list[str]:
        """The kinds of resources beside bays that it may take."""
        extra = {"tool": any(s.tools for s in self.steps), "courtesy": self.courtesy, "driver": self.fetching}
        return ["technician", "advisor", *(kind for kind, wanted in extra.items() if wanted)]


@dataclass(frozen=True)
class Able:
    """How well somebody can do something, and the last day on which he may (None: for good)."""

    level: int
    valid_until: date | None = None


@dataclass(frozen=True, eq=False)
class Thing:
    """A resource as the engine sees it. ``abilities`` are a technician's, by skill.

    ``equipment`` is what is built into a bay, or what a tool is.
    """

    id: int
    kind: str
    name: str
    person_id: int | None = None
    bay_kind: str = ""
    equipment: frozenset[str] = frozenset()
    abilities: tuple[tuple[str, Able], ...] = ()

    def able(self, skills: tuple[tuple[str, int], ...]) -> bool:
        """Whether he has all ``skills`` at their levels, whatever the day."""
        mine = dict(self.abilities)
        return all(skill in mine and mine[skill].level >= level for skill, level in skills)

    def until(self, skills: tuple[tuple[str, int], ...]) -> date | None:
        """The last day on which he may use all of ``skills``."""
        mine = dict(self.abilities)
        ends = [mine[skill].valid_until for skill, _level in skills if skill in mine]
        return min((end for end in ends if end), default=None)


@dataclass(frozen=True)
class Stay:
    """One step's place: its bay and tools for the ``stay``, its technician for the ``work`` within it."""

    step: Step
    bay: Thing
    technician: Thing
    tools: tuple[Thing, ...]
    stay: tuple[Span, ...]
    work: tuple[Span, ...]


@dataclass(frozen=True)
class Booked:
    """What another booking takes of one resource, not fixed yet: ``spans`` in seconds since the epoch.

    ``requires`` is why the resource fits, as its reservations keep it.
    """

    holder: int
    resource: int
    requires: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Change:
    """Another booking keeps its time and takes ``thing`` instead of what it had."""

    booked: Booked
    thing: Thing


@dataclass(frozen=True)
class Slot:
    """A start that fits, with everything that is chosen for it. ``cars`` are expected in its hour already.

    ``extras`` are the courtesy car and the drivers, each with the time it is taken. ``changes`` make room
    for it first.
    """

    starts_at: datetime
    ends_at: datetime
    stays: tuple[Stay, ...]
    advisor: Thing
    reception: timedelta
    cars: int = 0
    extras: tuple[tuple[Thing, tuple[Span, ...]], ...] = ()
    changes: tuple[Change, ...] = ()

    def spans(self) -> Iterator[tuple[int, Span, list[str]]]:
        """``(resource id, from and till, why it fits)`` of all that it takes."""
        for stay in self.stays:
            for thing in (stay.bay, *stay.tools):
                requires = stay.step.of_bay if thing is stay.bay else sorted(thing.equipment)
                yield from ((thing.id, span, requires) for span in stay.stay)
            yield from ((stay.technician.id, span, stay.step.of_technician) for span in stay.work)
        for thing, spans in self.extras:
            yield from ((thing.id, span, []) for span in spans)
        if self.reception:
            yield self.advisor.id, (self.starts_at, self.starts_at + self.reception), []

    @property
    def bay(self) -> Thing:
        """Where the work begins."""
        return self.stays[0].bay

    @property
    def technician(self) -> Thing:
        """Who begins it."""
        return self.stays[0].technician

    @property
    def reason(self) -> str:
        """Why it is offered, as a sentence."""
        return Why.offered(self)

    @property
    def continues(self) -> bool:
        """Whether the work goes on after the night."""
        return self.starts_at.date() != self.ends_at.date()


@dataclass(frozen=True)
class Closed:
    """Starts from ``from_at`` to ``till_at`` that are not offered, and why (sentences)."""

    from_at: datetime
    till_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DayView:
    """One asked day: what is offered and what is closed. ``shut`` is why the whole day is, or empty.

    ``level`` are the starts that keep the day flattest; none while every hour is alike.
    """

    day: date
    slots: list[Slot]
    closed: list[Closed]
    shut: str = ""
    level: frozenset[datetime] = frozenset()
