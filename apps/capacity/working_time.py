"""Time that the house is open: when so many working hours are over, and who works on a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import Store
from apps.capacity.axis import OpenDay
from apps.capacity.models import Absence, Resource
from apps.capacity.selectors import Duties, Hours, calendar


def after(store: Store, moment: datetime, length: timedelta) -> datetime:
    """The moment at which ``length`` of open time has gone by since ``moment``. Two queries.

    In a house without hours time runs without a break.
    """
    left = int(length.total_seconds())
    first = timezone.localdate(moment)
    open_days, _shut = calendar(store.pk, first, first, length + timedelta(days=1))
    for day in open_days:
        begins = max(day.opens, int(moment.timestamp()))
        if begins + left <= day.closes:
            return datetime.fromtimestamp(begins + left, tz=timezone.get_current_timezone())
        left -= max(day.closes - begins, 0)
    return moment + length


def is_open_on(store: Store, moment: datetime) -> bool:
    """Whether the house opens on the day of ``moment`` at all. Two queries."""
    day = timezone.localdate(moment)
    return Hours(store.pk, day, day).on(day) is not None


def advisors_on_duty(store: Store, moment: datetime) -> list[int]:
    """User ids of the advisors who receive on the rest of the day of ``moment``, by name. Five queries."""
    day = timezone.localdate(moment)
    span = Hours(store.pk, day, day).on(day)
    if span is None:
        return []
    opens, closes = (int(timezone.make_aware(datetime.combine(day, at)).timestamp()) for at in span)
    rosters = Duties(store.pk, day).spans([OpenDay(day, opens, closes)])
    second = int(moment.timestamp())
    absent = Absence.objects.filter(resource__store=store, during__contains=moment)
    away = set(absent.values_list("resource", flat=True))
    rows = Resource.objects.filter(store=store, kind=Resource.Kind.ADVISOR, is_active=True)
    rows = rows.filter(person__is_active=True).order_by("person__name", "person")
    return [
        person
        for pk, person in rows.values_list("pk", "person")
        if pk not in away and any(end > second for _start, end in rosters.get(pk, [(opens, closes)]))
    ]
