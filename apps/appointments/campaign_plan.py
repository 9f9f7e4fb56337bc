"""Recalls and campaigns in the house's time: a day for each car on which there is room for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from apps.accounts.models import Setting, Store, User
from apps.appointments.models import Appointment, ProactiveCall
from apps.capacity.load import House
from apps.customers.models import Campaign, CampaignVehicle, StoreAccess, Vehicle

SHARE = "appointments.campaign_share"
PER_DAY = "appointments.proactive_per_day"
LEAD_DAYS, AHEAD_DAYS = 2, 60
AGAIN_DAYS = 30
"""A car that did not come for a recall is planned anew so long after the day that was meant for it."""


def cars_of(store: Store) -> QuerySet[Vehicle]:
    """The cars that ``store`` calls: of its advisors' customers, or of those it knows without one."""
    access = StoreAccess.objects.filter(customer=OuterRef("owner"), store=store)
    own = Q(owner__advisor__store=store) | (Q(owner__advisor=None) & Exists(access))
    return Vehicle.objects.filter(own, group=store.group_id)


def unbooked(store: Store, today: date) -> QuerySet[CampaignVehicle]:
    """Cars of ``store`` without an appointment on which a running campaign is to be done, recalls first."""
    booked = Appointment.objects.open().filter(vehicle=OuterRef("vehicle"))
    due = CampaignVehicle.objects.due(today).filter(vehicle__in=cars_of(store).values("pk"))
    return due.filter(~Exists(booked))


@dataclass
class Room:
    """The hours of each day that campaigns may take still, and that were free before any car of theirs."""

    left: dict[date, Decimal]
    free: dict[date, Decimal]
    taken: Counter[date]
    most: int
    """Cars a day at most: no more customers can be called."""

    def first_day(self, hours: Decimal, first: date, last: date | None) -> date | None:
        """The first day with room for ``hours``. A car goes onto an untaken day that is free as long."""
        for day, left in self.left.items():
            fits = left >= hours or (not self.taken[day] and self.free[day] >= hours)
            fits = fits and self.taken[day] < self.most
            if fits and first <= day and (last is None or day <= last):
                return day
        return None

    def take(self, day: date, hours: Decimal) -> None:
        """One car comes on ``day``."""
        self.left[day] -= hours
        self.taken[day] += 1


def plan(store: Store, *, today: date) -> int:
    """Give each car of a running campaign its day; returns how many got one. Nine queries, one a day given.

    Campaigns take a share of the technicians' free hours, and half of the day's calls. A car keeps its day;
    of a recall it gets another one a month later if nothing came of it. What finds no room in sixty days
    waits.
    """
    unplanned = Q(planned_on=None) | Q(
        planned_on__lt=today - timedelta(days=AGAIN_DAYS), campaign__kind=Campaign.Kind.RECALL
    )
    rows = list(unbooked(store, today).filter(unplanned))
    if not rows:
        return 0
    room = _room(store, today)
    days: dict[date, list[int]] = defaultdict(list)
    for row in rows:
        day = room.first_day(row.campaign.hours, row.campaign.begins_on, row.campaign.ends_on)
        if day is not None:
            room.take(day, row.campaign.hours)
            days[day].append(row.pk)
    for day, ids in days.items():
        CampaignVehicle.objects.filter(pk__in=ids).open().update(planned_on=day)
    return sum(map(len, days.values()))


def _room(store: Store, today: date) -> Room:
    share = Decimal(Setting.value_of(SHARE, store.pk)) / 100
    house = House.load(store, today + timedelta(days=LEAD_DAYS), AHEAD_DAYS)
    free = {day.day: Decimal(str(day.load.free)) for day in house.days}
    most = max(Setting.value_of(PER_DAY, store.pk) // 2, 1)
    room = Room({day: hours * share for day, hours in free.items()}, free, Counter(), most)
    planned = unbooked(store, today).filter(planned_on__in=free)
    for day, hours in planned.values_list("planned_on", "campaign__hours"):
        room.take(day, hours)  # type: ignore[arg-type]  # those without a day are left out
    return room


# -- what the campaign's page shows -----------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """Cars that are meant to come in the week from ``monday`` on."""

    monday: date
    cars: int
    hours: Decimal


def panel(campaign: Campaign, user: User) -> dict[str, Any] | None:
    """The days given in the person's own store, and what came of the calls. Four queries."""
    if user.store is None:
        return None
    rows = CampaignVehicle.objects.filter(
        campaign=campaign, vehicle__in=cars_of(user.store).values("pk")
    ).open()
    span = rows.aggregate(last=Max("planned_on"), n=Count("pk"), planned=Count("planned_on"))
    calls = ProactiveCall.objects.visible_to(user).filter(items__contains=[{"campaign": campaign.pk}])
    results = dict(calls.order_by().values_list("result").annotate(n=Count("pk")))
    return span | {
        "weeks": _weeks((day for day in rows.values_list("planned_on", flat=True) if day), campaign),
        "waiting": span["n"] - span["planned"],
        "share": Setting.value_of(SHARE, user.store.pk),
        "calls": [(label, results.get(value, 0)) for value, label in ProactiveCall.Result.choices],
        "called": sum(results.values()),
    }


def _weeks(days: Iterable[date], campaign: Campaign) -> list[Week]:
    mondays = Counter(day - timedelta(days=day.weekday()) for day in days)
    return [Week(monday, n, n * campaign.hours) for monday, n in sorted(mondays.items())]
