"""Where work that is in the house already could go: the earliest time two chosen resources are both free.

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
from apps.capacity.selectors import calendar

Segments = tuple[tuple[datetime, datetime], ...]
DAYS = 7


class Openings:
    """Free time of some resources from ``now`` on, for work of ``duration``. Four queries to make."""

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
        today = timezone.localdate(now)
        open_days, _shut = calendar(store.pk, today, today + timedelta(days=DAYS - 1), duration)
        self.axis = Axis(open_days, timezone.get_current_timezone())
        self.length = max(units(duration), 1)
        second = int(now.timestamp())
        self.now = self.axis.floor(second) if open_days else 0
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

    def earliest(self, *resources: Resource) -> Segments | None:
        """The first working time at which all of them are free long enough; None within a week."""
        both = self._car & ~((1 << self.now) - 1)
        for resource in resources:
            both &= self._free[resource.pk]
        starts = runs(both, self.length)
        if not starts:
            return None
        return self.axis.segments((starts & -starts).bit_length() - 1, self.length)

    def fits(self, resource: Resource, starts_at: datetime) -> bool:
        """Whether ``resource`` is free for the whole work from ``starts_at`` on."""
        position = self.axis.floor(int(starts_at.timestamp()))
        return bool(runs(self._free[resource.pk], self.length) >> position & 1)

    def booked(self, resource: Resource) -> timedelta:
        """How much of the rest of the first day is taken."""
        if not self.axis.days:
            return timedelta()
        window = (1 << self.axis.offsets[1]) - 1
        return timedelta(seconds=UNIT * (self._taken[resource.pk] & window).bit_count())
