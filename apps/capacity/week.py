"""The roster as a page shows it: people by days, one choice in each square."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.capacity.models import Duty, Resource, Shift
from apps.capacity.rostering import OFF, USUAL
from apps.core import clock
from apps.core.when import WEEKDAYS


@dataclass
class Square:
    """One select of the roster: what is chosen, what holds without it, and what somebody else chose."""

    key: str
    where: tuple[int, int | date]
    saved: str
    usual: str = ""
    chosen: str = ""
    theirs: str = ""


@dataclass
class Week:
    """People × days of one week, or × weekdays as usual (``monday`` is None)."""

    store: Store
    monday: date | None
    people: list[Resource] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    squares: dict[str, Square] = field(default_factory=dict)

    @classmethod
    def load(cls, store: Store, monday: date | None) -> Week:
        """Three queries."""
        made = cls(store, monday)
        kinds = (Resource.Kind.TECHNICIAN, Resource.Kind.ADVISOR)
        made.people = list(
            Resource.objects.filter(store=store, kind__in=kinds).active().select_related("store")
        )
        made.people.sort(key=lambda p: (p.kind != Resource.Kind.TECHNICIAN, p.order, p.pk))
        made.shifts = list(Shift.objects.filter(store=store))
        duties = {
            (duty.resource_id, duty.day or duty.weekday): str(duty.shift_id or OFF)
            for duty in Duty.objects.filter(resource__in=made.people)
        }
        for person in made.people:
            for when in made.columns:
                key = f"{person.pk}_{when if monday is None else f'{when:%Y-%m-%d}'}"
                saved = duties.get((person.pk, when), USUAL)
                usual = duties.get((person.pk, when.isoweekday()), "") if isinstance(when, date) else ""
                made.squares[key] = Square(key, (person.pk, when), saved, made.name_of(usual), saved)
        return made

    @property
    def columns(self) -> list[Any]:
        """Weekdays 1 … 7, or the days of the week."""
        if self.monday is None:
            return list(range(1, 8))
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """``[{weekday, day, is_past}]``."""
        return [
            {
                "weekday": weekday,
                "day": None if self.monday is None else when,
                "is_past": self.monday is not None and when < clock.today(),
            }
            for weekday, when in zip(WEEKDAYS, self.columns, strict=True)
        ]

    @property
    def rows(self) -> list[tuple[Resource, list[Square]]]:
        """Each person with his squares."""
        squares = list(self.squares.values())
        return [(person, squares[n * 7 : n * 7 + 7]) for n, person in enumerate(self.people)]

    @property
    def was(self) -> str:
        """What the page was made from, to tell afterwards what somebody else changed meanwhile."""
        return json.dumps(
            {key: square.saved for key, square in self.squares.items() if square.saved != USUAL}
        )

    def name_of(self, value: str) -> str:
        """A square's value as people say it."""
        if value == OFF:
            return _("off")
        return next((str(shift) for shift in self.shifts if str(shift.pk) == value), "")

    def read(self, data: Any) -> dict[tuple[int, int | date], str | Shift]:
        """The squares that were changed; ``theirs`` is set on those that somebody else changed too."""
        try:
            was = dict(json.loads(data.get("was", "{}")))
        except (TypeError, ValueError):
            was = {}
        by_key = {USUAL: USUAL, OFF: OFF} | {str(shift.pk): shift for shift in self.shifts}
        changed: dict[tuple[int, int | date], str | Shift] = {}
        for key, square in self.squares.items():
            chosen = data.get(key, square.saved)
            before = was.get(key, USUAL)
            if chosen not in by_key or chosen == before:
                continue
            square.chosen = chosen
            if square.saved not in (before, chosen):
                square.theirs = self.name_of(square.saved) or _("as usual")
            changed[square.where] = by_key[chosen]
        return changed
