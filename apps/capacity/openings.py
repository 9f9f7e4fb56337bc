"""Where work that is in the house already could go: the earliest time a bay and its technician are free.

The slot engine asks who could serve a customer that arrives on a quarter hour. Here the car is here, the
candidates are known, and every five minutes will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import Store
from apps.capacity.axis import UNIT, Axis, runs, units
from apps.capacity.models import Absence, Reservation, Resource
from apps.capacity.roster import Roster
from apps.capacity.selectors import Duties, calendar

Segments = tuple[tuple[datetime, datetime], ...]
DAYS = 7


class Openings:
    """Free time of some resources from ``now`` on, for work of ``duration``. Five queries to make."""

    def __init__(
        self,
        store: Store,
        resources: Iterable[Resource],
        *,
        duration: timedelta,
        now: datetime,
        own: Sequence[int] = (),
        not_during: Sequence[tuple[datetime, datetime]] = (),
    ) -> None:
        """``own`` are holders that do not stand in the way; ``not_during`` when the car is elsewhere."""
        resources = list(resources)
        today = timezone.localdate(now)
        duties = Duties(store.pk, today)
        last = today + timedelta(days=DAYS - 1)
        open_days, _shut = calendar(store.pk, today, last, duties.stretch(duration))
        self.axis = Axis(open_days, timezone.get_current_timezone())
        self.length = max(units(duration), 1)
        second = int(now.timestamp())
        self.now = self.axis.floor(second) if open_days else 0
        spans = duties.spans(open_days)
        self._rosters = {r.pk: Roster.on(self.axis, spans.get(r.pk)) for r in resources}
        self._free = {r.pk: self.axis.full for r in resources}
        self._taken = dict.fromkeys(self._free, 0)
        for pk, start, end in self._busy(now, own):
            mask = self._mask(start, end)
            self._free[pk] &= ~mask
            self._taken[pk] |= mask
        car = 0
        for start, end in not_during:
            car |= self._mask(start, end)
        self._car = self.axis.full & ~car

    def _busy(self, now: datetime, own: Sequence[int]) -> list[tuple[int, datetime, datetime]]:
        ids = list(self._free)
        kept = Reservation.objects.filter(resource__in=ids, during__endswith__gt=now).exclude(holder__in=own)
        away = Absence.objects.filter(resource__in=ids, during__endswith__gt=now)
        rows = [*kept.values_list("resource_id", "during"), *away.values_list("resource_id", "during")]
        return [(pk, during.lower, during.upper) for pk, during in rows]

    def _mask(self, start: datetime, end: datetime) -> int:
        low = self.axis.floor(int(start.timestamp()))
        high = self.axis.ceil(int(end.timestamp()))
        return ((1 << max(high - low, 0)) - 1) << low

    def earliest(
        self, bay: Resource, technician: Resource, tools: Iterable[Sequence[Resource]] = ()
    ) -> Segments | None:
        """The car's first stay in which the technician does the whole work; None within a week.

        Of each of ``tools``, lists of those that will do, one is free as long.
        """
        roster = self._rosters[technician.pk]
        works = roster.runs(self._free[technician.pk] & roster.mask, self.length) & ~((1 << self.now) - 1)
        for low, high, elapsed in roster.spans(self.length):
            window = works & ((1 << high - low) - 1) << low
            if window:
                window &= runs(self._free[bay.pk] & self._car, elapsed)
            for choice in tools:
                some = 0
                for tool in choice:
                    some |= runs(self._free[tool.pk], elapsed)
                window &= some
            if window:
                return self.axis.segments((window & -window).bit_length() - 1, elapsed)
        return None

    def works(self, technician: Resource, starts_at: datetime) -> bool:
        """Whether he is on shift and free for the whole work from ``starts_at`` on."""
        position = self.axis.floor(int(starts_at.timestamp()))
        roster, free = self._rosters[technician.pk], self._free[technician.pk]
        return bool(roster.runs(free & roster.mask, self.length) >> position & 1)

    def stands(self, bay: Resource, technician: Resource, starts_at: datetime) -> bool:
        """Whether the bay is free as long as he, who ``works``, needs it."""
        position = self.axis.floor(int(starts_at.timestamp()))
        elapsed = self._rosters[technician.pk].pieces(position, self.length)[-1][1] - position
        return bool(runs(self._free[bay.pk], elapsed) >> position & 1)

    def booked(self, resource: Resource) -> timedelta:
        """How much of the rest of the first day is taken."""
        if not self.axis.days:
            return timedelta()
        window = (1 << self.axis.offsets[1]) - 1
        return timedelta(seconds=UNIT * (self._taken[resource.pk] & window).bit_count())
