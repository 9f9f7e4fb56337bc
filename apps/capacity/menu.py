"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.capacity import learning, reactions
from apps.capacity.affected import banners
from apps.capacity.selectors import (
    BODY_NOTICE,
    BY_WEEKDAY,
    CARS,
    HORIZON,
    LANES,
    NOTICE,
    PEOPLE,
    RELEASE,
    RESERVE,
)
from apps.core.registry import NavItem, Panel, registry
from apps.core.widths import half_width
from apps.customers.models import Vehicle
from apps.desk.models.event import EVENT_TITLES

BACK_OFFICE = (Role.PARTS_CLERK, Role.CASHIER, Role.WARRANTY_CLERK)


def _of_vehicle(vehicle: Vehicle, user: User) -> dict | None:
    found = banners(user, thread=vehicle.event_thread)
    return {"banners": found} if found else None


def _incidents() -> None:
    """The mass incident's card: who opens it, who sees it, who looks after what it touches."""
    declare("capacity.incident", *MANAGERS, Role.DISPATCHER, Role.RECEPTION_SUPERVISOR)
    declare("capacity.recheck", *DESK, Role.DISPATCHER)
    see = (*DESK, *CALLERS, *FLOOR, *BACK_OFFICE, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("capacity.see_incident", *see)
    EVENT_TITLES.update(
        {
            "incident.opened": _("Incident opened: %(what)s"),
            "incident.estimated": _("Incident: expected end now %(until)s"),
            "incident.ended": _("Incident over"),
            "incident.in_time": _("Rechecked after an incident: %(record)s is still in time"),
            "incident.moved": _("Rechecked after an incident: %(record)s is moved"),
            "incident.called": _("Rechecked after an incident: the customer of %(record)s is called"),
            "incident.done": _("Incident done: everything is rechecked"),
        }
    )
    registry.add(
        Panel("vehicle", "capacity/_banners.html", _of_vehicle, order=1, perm="capacity.see_incident")
    )


def _read_shares(typed: str) -> dict[str, int]:
    """From ``14: 50, 7: 80`` to ``{"14": 50, "7": 80}``."""
    shares = {}
    for pair in filter(None, (part.strip() for part in half_width(typed).replace("，", ",").split(","))):
        days, _sep, share = pair.partition(":")
        shares[str(int(days))] = int(share.rstrip("% "))
    return _shares(shares)


def _shares(stored: dict[str, int]) -> dict[str, int]:
    """ValueError unless the shares are 0 … 100 % and fall the farther the day is away."""
    ordered = [stored[days] for days in sorted(stored, key=int)]
    sensible = all(0 < int(days) <= MOST_AHEAD for days in stored) and all(0 <= n <= 100 for n in ordered)
    if not sensible or ordered != sorted(ordered, reverse=True):
        raise ValueError("shares of a day fall the farther it is away")
    return stored


def _show_shares(shares: dict[str, int]) -> str:
    return ", ".join(f"{days}: {shares[days]}" for days in sorted(shares, key=int, reverse=True))


MOST_AHEAD = 365
"""Days ahead that a store may plan."""


def _declare_limits() -> None:
    declare_setting(
        CARS, int, 8, _("Cars that are received within an hour (0: no limit)"), _("cars"), high=99
    )
    declare_setting(
        PEOPLE,
        int,
        12,
        _("People who are received within an hour (0: no limit)"),
        _("people"),
        high=200,
        hint=_("Counted as booked: who comes along counts, a car that we fetch brings nobody."),
    )
    declare_setting(
        RESERVE,
        int,
        20,
        _("Kept for walk-ins and added work"),
        _("% of the technicians' time"),
        high=90,
        hint=_("Not booked ahead; it opens on the day itself."),
    )
    declare_setting(
        LANES,
        int,
        0,
        _("Express lanes that work (0: every express bay)"),
        _("lanes"),
        high=20,
        hint=_("Nothing but express work is booked into an express bay."),
    )


def _declare_weekdays() -> None:
    declare_setting(
        BY_WEEKDAY,
        learning.cast_week,
        (),
        _("Kept for walk-ins by weekday"),
        _("% from Monday to Sunday"),
        read=learning.read_week,
        show=learning.show_week,
        hint=_(
            "Seven figures, for example 20 20 20 20 20 30 30, go before the one for all days; “-” sets none. "
            "Public holidays and make-up working days keep to the one for all days."
        ),
    )


def _declare_how_far_ahead() -> None:
    declare_setting(
        RELEASE,
        _shares,
        {},
        _("Shares of a day that are given out early"),
        read=_read_shares,
        show=_show_shares,
        hint=_("“14: 50, 7: 70”: beyond 14 days ahead half of the day, beyond 7 days 70 %. Empty: no steps."),
    )
    declare_setting(
        HORIZON, int, 90, _("How far ahead bookings are taken"), _("days"), low=1, high=MOST_AHEAD
    )
    declare_setting(
        NOTICE, int, 0, _("Bookings are taken until so long before the arrival"), _("minutes"), high=2880
    )
    declare_setting(BODY_NOTICE, int, 0, _("Body and paint work until so long before"), _("hours"), high=240)


def register() -> None:
    """Called once, when Django is ready."""
    _incidents()
    declare("capacity.see", *DESK, *CALLERS, *FLOOR, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("capacity.manage", *MANAGERS, Role.ADMINISTRATOR)
    reactions.register()
    _declare_limits()
    _declare_weekdays()
    _declare_how_far_ahead()
    EVENT_TITLES.update(
        {
            "capacity.resource_saved": _("Bay or person saved"),
            "capacity.hours_saved": _("Opening hours changed"),
            "capacity.day_closed": _("Day closed"),
            "capacity.day_reopened": _("Day opened again"),
            "capacity.day_set": _("Hours and limits of a day set"),
            "capacity.blackout_added": _("Bookings stopped for a while"),
            "capacity.blackout_removed": _("Bookings taken again"),
            "capacity.shift_saved": _("Shift saved"),
            "capacity.shift_removed": _("Shift removed"),
            "capacity.duties_set": _("Roster changed"),
            "capacity.absence_added": _("Absence entered"),
            "capacity.absence_removed": _("Absence removed"),
            "capacity.hold_expired": _("Time held no longer"),
            "capacity.rearranged": _(
                "%(now)s instead of %(was)s, at the same time: room for another booking"
            ),
            "capacity.reserve_adopted": _("Learned reserve taken over"),
        }
    )
    registry.add(
        NavItem(
            _("Bays and people"),
            "capacity:overview",
            "building-warehouse",
            "capacity.manage",
            group="manage",
            order=720,
        )
    )
