"""How each day's working time was used, from the clockings: what the reserve is learned from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.accounts.models import Store
from apps.capacity import usage
from apps.capacity.models import DayUse, OpeningHours, Resource
from apps.core import clock
from apps.workshop.models import Clocking

DAY = timedelta(days=1)
AGAIN = 7
"""Days that are counted anew each time: clockings are mended, absences entered later."""


def record_all() -> int:
    """Bring the use of the last days up to date in every store; a store without any from further back.

    How many days are kept. Nine statements a store.
    """
    today = clock.today()
    open_stores = OpeningHours.objects.values("store")
    known = set(DayUse.objects.values_list("store", flat=True).distinct())
    kept = 0
    for store in Store.objects.filter(pk__in=open_stores).order_by("pk"):
        back = AGAIN if store.pk in known else usage.WEEKS * 7
        kept += record(store, today - back * DAY, today - DAY)
    return kept


def record(store: Store, first: date, last: date) -> int:
    """Count the clockings of ``first`` … ``last`` and keep what they add up to; how many days are kept.

    Days before the store's first clocking are not kept: they were not idle, they are not known.
    """
    pieces = _pieces(store, first, last)
    if not DayUse.objects.filter(store=store, day__lt=first).exists():
        first = min((day for day, _seconds, _ahead in pieces), default=last + DAY)
    used: dict[date, list[int]] = {first + n * DAY: [0, 0] for n in range((last - first).days + 1)}
    for day, seconds, is_ahead in pieces:
        used[day][0 if is_ahead else 1] += seconds
    return usage.record(store, {day: (ahead // 60, same // 60) for day, (ahead, same) in used.items()})


def _pieces(store: Store, first: date, last: date) -> list[tuple[date, int, bool]]:
    """Each ended clocking cut at midnight: day, seconds, whether the work was known before that day.

    Work is known from the booking on, without one from the order's opening; added work from the consent
    to it. What still runs on a day that is over was forgotten: it counts once it is ended. One query.
    """
    begin, end = clock.at(first, 0), clock.at(last + DAY, 0)
    # By person, for which there is an index: clockings have no store of their own.
    people = Resource.objects.filter(store=store, kind=Resource.Kind.TECHNICIAN).values("person")
    rows = Clocking.objects.filter(technician__in=people, job__store=store, started_at__lt=end)
    rows = rows.filter(ended_at__gt=begin, started_at__gte=begin - DAY)
    found = []
    for start, stop, is_added, opened, booked, agreed in rows.values_list(
        "started_at",
        "ended_at",
        "job__line__is_additional",
        "job__order__opened_at",
        "job__order__visit__appointment__booked_at",
        "job__line__authorised_in__made_at",
    ):
        known = timezone.localdate((agreed if is_added else booked) or opened)
        # An ended one has its end.
        for day, seconds in _by_day(max(start, begin), min(stop or end, end)):
            found.append((day, seconds, known < day))
    return found


def _by_day(start: datetime, stop: datetime) -> list[tuple[date, int]]:
    pieces = []
    while start < stop:
        day = timezone.localdate(start)
        till = min(stop, clock.at(day + DAY, 0))
        pieces.append((day, int((till - start).total_seconds())))
        start = till
    return pieces
