"""In which order the waiting customers are served. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Waiting:
    """One who waits: ``booked_at`` is the appointment's time, None for a walk-in."""

    key: int
    arrived_at: datetime
    booked_at: datetime | None = None


def serving_order(
    waiting: Iterable[Waiting], *, now: datetime, grace: timedelta, appointments_first: bool = True
) -> list[Waiting]:
    """Who is next, first of all.

    1. Appointments whose time has come, by their time; who came later than ``grace`` after it
       has lost the place and waits as a walk-in.
    2. Walk-ins, by arrival.
    3. Appointments that came before their time, by their time.

    With ``appointments_first`` False everybody is served by arrival (a store's decision).
    """

    def place(one: Waiting) -> tuple[int, datetime, datetime, int]:
        booked_at = one.booked_at
        if booked_at is None or not appointments_first or one.arrived_at > booked_at + grace:
            return (1, one.arrived_at, one.arrived_at, one.key)
        return (0 if booked_at <= now else 2, booked_at, one.arrived_at, one.key)

    return sorted(waiting, key=place)
