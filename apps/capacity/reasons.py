"""The sentences with which slots explain themselves, offered and closed ones."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.models import BayKind, Skill
from apps.core import when

if TYPE_CHECKING:
    from apps.capacity.engine import Needs, Slot, Thing


class Why:
    """Each method returns one sentence in the reader's language."""

    @staticmethod
    def offered(slot: Slot) -> str:
        """Who and what is free, and when the work ends if that is another day."""
        sentence = _("%(bay)s and %(technician)s are free for the whole job; %(advisor)s receives.") % {
            "bay": slot.bay.name,
            "technician": slot.technician.name,
            "advisor": slot.advisor.name,
        }
        if slot.cars:
            count = ngettext(
                "%(n)d other car is expected in this hour.",
                "%(n)d other cars are expected in this hour.",
                slot.cars,
            )
            sentence += " " + count % {"n": slot.cars}
        if slot.continues:
            ends = timezone.localtime(slot.ends_at, slot.ends_at.tzinfo)
            sentence += " " + _("The work continues until %(day)s %(time)s.") % {
                "day": when.exact(ends.date()),
                "time": f"{ends:%H:%M}",
            }
        return sentence

    @staticmethod
    def no_bay(needs: Needs, bays: list[Thing]) -> str:
        """No fitting bay for the whole job."""
        kind = BayKind(needs.bay_kind).label
        if not bays:
            return _("This store has no bay of the kind “%(kind)s” in use.") % {"kind": kind}
        return _("No bay of the kind “%(kind)s” is free for the whole job (%(span)s).") % {
            "kind": kind,
            "span": when.span(needs.duration),
        }

    @staticmethod
    def no_technician(needs: Needs, technicians: list[Thing]) -> str:
        """Nobody qualified for the whole job."""
        # The wanted skill first: more_skills has no order of its own.
        names = [needs.skill, *sorted(needs.more_skills - {needs.skill})]
        skill = ", ".join(str(Skill(name).label) for name in names)
        if not technicians:
            return _("No technician of this store is qualified for “%(skill)s”.") % {"skill": skill}
        return _("No technician for “%(skill)s” is free for the whole job (%(span)s).") % {
            "skill": skill,
            "span": when.span(needs.duration),
        }

    @staticmethod
    def permit_expired(needs: Needs, technicians: list[Thing]) -> str:
        """Everybody's permit has run out by that day."""
        names = ", ".join(f"{t.name} ({when.exact(t.valid_until)})" for t in technicians if t.valid_until)
        return _("The permits have run out: %(names)s.") % {"names": names}

    @staticmethod
    def no_advisor(needs: Needs, advisors: list[Thing]) -> str:
        """The wished advisor, or every advisor, is taken at the arrival."""
        if needs.advisor is not None:
            if not advisors:
                return _("The wished advisor has no reception in this store. Choose another advisor.")
            return _("%(advisor)s is not free to receive.") % {"advisor": advisors[0].name}
        if not advisors:
            return _("This store has no advisor who receives.")
        return _("No advisor is free to receive.")

    @staticmethod
    def hour_full(limit: int, start: datetime) -> str:
        """The reception's hourly limit is reached."""
        return _(
            "From %(from)s to %(till)s already %(n)d cars are expected, the most that are received well."
        ) % {
            "from": f"{start:%H}:00",
            "till": f"{start.hour + 1:02}:00",
            "n": limit,
        }

    @staticmethod
    def reserve(percent: int) -> str:
        """What is free is kept for walk-ins."""
        return _(
            "The rest of the day, %(n)d %% of the technicians' time, is kept for walk-ins and added work."
        ) % {"n": percent}

    @staticmethod
    def past() -> str:
        """The moment is over."""
        return _("This time is past.")

    @staticmethod
    def shut() -> str:
        """No open hours on this weekday."""
        return _("The store is closed on this day.")

    @staticmethod
    def outside_hours() -> str:
        """Not a quarter hour within the open hours."""
        return _("This is no arrival time: choose a quarter hour while the store is open.")
