"""Small houses for the engine, as plain data.

Ids: bays from 1, technicians from 11, advisors from 21, tools from 31.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.capacity.axis import OpenDay
from apps.capacity.engine import House
from apps.capacity.levelling import Limits
from apps.capacity.needs import Able, Needs, Thing

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 30)
MINUTE = 60
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZONE)


ABILITIES = tuple((skill, Able(2)) for skill in ("general", "electrical", "ev"))


def at(hour: int, minute: int = 0, day: int = 0) -> int:
    """Seconds since the epoch."""
    moment = datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=ZONE) + timedelta(days=day)
    return int(moment.timestamp())


def moment(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return datetime.fromtimestamp(at(hour, minute, day), ZONE)


def open_day(n: int, opens: int = 8, closes: int = 18) -> OpenDay:
    return OpenDay(DAY + timedelta(days=n), at(opens, day=n), at(closes, day=n))


def house(busy=(), days=3, bays=1, technicians=1, advisors=1, asked=1, **fields) -> House:
    return House(
        zone=ZONE,
        asked=(DAY, DAY + timedelta(days=asked - 1)),
        days=fields.pop("open_days", [open_day(n) for n in range(days)]),
        bays=[Thing(1 + n, "bay", f"Bay {n + 1}", bay_kind="general") for n in range(bays)],
        technicians=[
            Thing(11 + n, "technician", f"Tech {n + 1}", abilities=ABILITIES) for n in range(technicians)
        ],
        advisors=[Thing(21 + n, "advisor", f"Adv {n + 1}", 91 + n) for n in range(advisors)],
        busy=busy,
        arrivals=[(start, 1) for pk, start, _end in busy if 21 <= pk <= 29],
        **fields,
    )


def limited(cars: int = 0, reserve: int = 0, days: int = 3) -> dict[date, Limits]:
    return {DAY + timedelta(days=n): Limits(cars, reserve) for n in range(days)}


def hour_needs(hours: float = 1, **fields) -> Needs:
    return Needs.of(duration=timedelta(hours=hours), bay_kind="general", **fields)
