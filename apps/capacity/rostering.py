"""Verbs of the roster: shifts, and who works which of them when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.capacity import breaking
from apps.capacity.models import Duty, Resource, Shift
from apps.core.errors import DomainError
from apps.core.widths import half_width
from apps.desk.models import Event

Cell = tuple[int, int | date]
"""One square of the roster: a resource, and a weekday (1 … 7, as usual) or a day."""
USUAL, OFF = "usual", "off"


@transaction.atomic
def save_shift(shift: Shift, *, by: User, seen: str = "") -> None:
    """Save a new or locked shift; who works it works the new hours from now on."""
    people = _on(shift)
    before = breaking.off_duty(people)
    shift.version += 1
    shift.save()
    breaking.refuse_unseen(breaking.caused(before, breaking.off_duty(people)), seen, by=by)
    facts = {"name": shift.name, "times": [f"{moment:%H:%M}" for moment in shift.times]}
    Event.record("capacity.shift_saved", about=shift, by=by, facts=facts)


@transaction.atomic
def remove_shift(shift: Shift, *, by: User) -> None:
    """Refused while somebody works it."""
    shift.lock()
    if names := [str(person) for person in _on(shift)[:3]]:
        raise DomainError(
            _("“%(shift)s” is worked by %(names)s. Give them another shift first.")
            % {"shift": shift, "names": "、".join(names)},
            code="shift_in_use",
        )
    Event.record("capacity.shift_removed", about=shift, by=by, facts={"name": shift.name})
    shift.delete()


def _on(shift: Shift) -> list[Resource]:
    if shift.pk is None:
        return []
    worked = Duty.objects.filter(shift=shift).values("resource")
    return list(Resource.objects.filter(pk__in=worked).select_related("store"))


@transaction.atomic
def set_duties(
    people: Iterable[Resource], cells: Mapping[Cell, str | Shift], *, by: User, seen: str = ""
) -> None:
    """Write squares of the roster: a shift, ``OFF``, or ``USUAL`` (no duty of its own).

    ``people`` are those of the squares. Raises ``breaking.Breaks`` while bookings lie outside the new hours
    and have not been seen.
    """
    touched = sorted(people, key=lambda person: person.pk)
    list(Resource.objects.filter(pk__in=[p.pk for p in touched]).order_by("pk").select_for_update())
    before = breaking.off_duty(touched)
    for (pk, when), what in cells.items():
        where = {"weekday": when} if isinstance(when, int) else {"day": when}
        if what == USUAL:
            Duty.objects.filter(resource_id=pk, **where).delete()
        else:
            shift = what if isinstance(what, Shift) else None
            Duty.objects.update_or_create(resource_id=pk, **where, defaults={"shift": shift})
    breaking.refuse_unseen(breaking.caused(before, breaking.off_duty(touched)), seen, by=by)
    for person in touched:
        mine = {str(when): str(what) for (pk, when), what in cells.items() if pk == person.pk}
        Event.record("capacity.duties_set", about=person, by=by, facts={"name": person.name, **mine})


DASHES = str.maketrans({"–": "-", "—": "-", "~": "-", "、": ",", "，": ","})


def read_times(typed: str) -> list[time]:
    """The working time of ``08:00-12:00, 13:00-17:00``. Raises ValueError with a sentence for the person."""
    times: list[time] = []
    for piece in half_width(typed).translate(DASHES).split(","):
        ends = [end.strip() for end in piece.split("-")]
        try:
            times += [time.fromisoformat(end.rjust(5, "0")) for end in ends]
        except ValueError:
            raise ValueError(_("“%(text)s” is no time from … till.") % {"text": piece.strip()}) from None
        if len(ends) != 2:
            raise ValueError(_("“%(text)s” is no time from … till.") % {"text": piece.strip()})
    if times != sorted(set(times)):
        raise ValueError(_("The pieces come one after the other and do not overlap."))
    return times
