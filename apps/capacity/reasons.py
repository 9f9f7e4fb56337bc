"""The sentences with which slots explain themselves, offered and closed ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.models import BayKind, Skill, SkillLevel
from apps.core import when

if TYPE_CHECKING:
    from apps.capacity.levelling import Limits
    from apps.capacity.needs import Needs, Slot, Step, Thing


def _skill(name: str, level: int) -> str:
    """A skill, with its level where not everybody who has it will do."""
    label = str(Skill(name).label)
    return label if level <= SkillLevel.BASIC else f"{label} ({SkillLevel(level).label})"


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
        for before, stay in pairwise(slot.stays):
            sentence += " " + (
                _("Then %(bay)s, with %(technician)s as before.")
                if stay.technician.id == before.technician.id
                else _("Then %(bay)s with %(technician)s.")
            ) % {"bay": stay.bay.name, "technician": stay.technician.name}
        if tools := dict.fromkeys(tool.name for stay in slot.stays for tool in stay.tools):
            sentence += " " + _("Kept for it: %(tools)s.") % {"tools": ", ".join(tools)}
        if slot.extras:
            names = ", ".join(thing.name for thing, _spans in slot.extras)
            sentence += " " + _("Kept for the customer: %(names)s.") % {"names": names}
        if slot.cars:
            count = ngettext(
                "%(n)d other car is expected in this hour.",
                "%(n)d other cars are expected in this hour.",
                slot.cars,
            )
            sentence += " " + count % {"n": slot.cars}
        if slot.changes:
            moved = len({change.booked.holder for change in slot.changes})
            sentence += " " + ngettext(
                "%(n)d other booking changes its bay or technician for it, not its time.",
                "%(n)d other bookings change their bays or technicians for it, not their times.",
                moved,
            ) % {"n": moved}
        if slot.continues:
            ends = timezone.localtime(slot.ends_at, slot.ends_at.tzinfo)
            sentence += " " + _("The work continues until %(day)s %(time)s.") % {
                "day": when.exact(ends.date()),
                "time": f"{ends:%H:%M}",
            }
        return sentence

    @staticmethod
    def no_bay(step: Step, bays: list[Thing]) -> str:
        """No fitting bay for the whole job."""
        kind = str(BayKind(step.bay_kind).label)
        if step.equipment:
            kind = _("%(kind)s with %(equipment)s") % {
                "kind": kind,
                "equipment": ", ".join(sorted(step.equipment)),
            }
        if not bays:
            return _("This store has no bay of the kind “%(kind)s” in use.") % {"kind": kind}
        return _("No bay of the kind “%(kind)s” is free for the whole job (%(span)s).") % {
            "kind": kind,
            "span": when.span(step.duration),
        }

    @staticmethod
    def no_technician(step: Step, technicians: list[Thing]) -> str:
        """Nobody qualified for the whole job."""
        skill = ", ".join(_skill(name, level) for name, level in step.skills)
        if not technicians:
            return _("No technician of this store is qualified for “%(skill)s”.") % {"skill": skill}
        return _("No technician for “%(skill)s” is free for the whole job (%(span)s).") % {
            "skill": skill,
            "span": when.span(step.duration),
        }

    @staticmethod
    def no_tool(tool: str, things: list[Thing], step: Step) -> str:
        """A scarce tool is in use, or there is none."""
        if not things:
            return _("This store has no “%(tool)s”.") % {"tool": tool}
        return _("“%(tool)s” is not free for the whole job (%(span)s).") % {
            "tool": tool,
            "span": when.span(step.duration),
        }

    @staticmethod
    def not_together(step: Step) -> str:
        """Everything is free at some time, but not at the same one."""
        return _("Bay, technician and tools are not free together for the whole job (%(span)s).") % {
            "span": when.span(step.duration)
        }

    @staticmethod
    def permit_expired(ends: list[tuple[str, date]]) -> str:
        """Everybody's permit has run out by that day: names and last days."""
        names = ", ".join(f"{name} ({when.exact(end)})" for name, end in ends)
        return _("The permits have run out: %(names)s.") % {"names": names}

    @staticmethod
    def parts(awaited: list[tuple[str, date]]) -> str:
        """Parts that are not on the shelf, and when they come."""
        return _("Not in stock: %(parts)s. Ordered today it is there on %(day)s.") % {
            "parts": ", ".join(name for name, _day in awaited),
            "day": when.exact(max(day for _name, day in awaited)),
        }

    @staticmethod
    def no_courtesy_car(cars: list[Thing]) -> str:
        """No courtesy car for as long as the customer's is here."""
        if not cars:
            return _("This store has no courtesy car.")
        return _("No courtesy car is free until the work is done.")

    @staticmethod
    def no_driver(drivers: list[Thing]) -> str:
        """Nobody fetches the car or brings it back at that time."""
        if not drivers:
            return _("This store has no driver who fetches cars.")
        return _("No driver is free to fetch the car before this time, or to bring it back.")

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
    def lounge_full(expected: int, limit: int, start: datetime) -> str:
        """The reception's hourly limit of people would be passed."""
        return _(
            "From %(from)s to %(till)s %(n)d people are expected; with these it would be more than %(limit)d."
        ) % {"from": f"{start:%H}:00", "till": f"{start.hour + 1:02}:00", "n": expected, "limit": limit}

    @staticmethod
    def reserve(limits: Limits) -> str:
        """What is free is kept for walk-ins, or not given out yet."""
        if limits.released_on:
            return _("Of a day so far ahead no more is given out yet; the next share on %(day)s.") % {
                "day": when.exact(limits.released_on)
            }
        return _(
            "The rest of the day, %(n)d %% of the technicians' time, is kept for walk-ins and added work."
        ) % {"n": limits.reserve_percent}

    @staticmethod
    def too_soon(notice: timedelta) -> str:
        """Less than the store's notice is left."""
        return _("Bookings are taken until %(span)s before the arrival.") % {"span": when.span(notice)}

    @staticmethod
    def too_far(last: date) -> str:
        """Beyond the horizon."""
        return _("Bookings are taken until %(day)s; later days open one by one.") % {"day": when.exact(last)}

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
