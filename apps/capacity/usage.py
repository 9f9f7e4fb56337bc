"""How the days were used, what that teaches about the reserve, and the verb that takes it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Setting, Store, User
from apps.accounts.models.setting import KINDS
from apps.capacity import learning
from apps.capacity.learning import BackTest, Plan, Used
from apps.capacity.models import Absence, DayUse, Resource
from apps.capacity.selectors import BY_WEEKDAY, RESERVE, Duties, calendar
from apps.core import clock, workdays
from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.desk.services import set_value

WEEKS = 12
"""How far back is learned from: what was longer ago says little about next week."""
DAY = timedelta(days=1)


@transaction.atomic
def record(store: Store, used: Mapping[date, tuple[int, int]]) -> int:
    """Keep for each day of ``used`` the minutes ``(booked ahead, same day)``; how many days are kept.

    Writes the same again when nothing has changed, so it may run at any time and twice at once. Days that
    are not over are left out, closed days lose their row. Eight statements, whatever the number of days.
    """
    days = sorted(day for day in used if day < clock.today())
    present = _present(store, days)
    rows = [
        DayUse(
            store=store,
            day=day,
            present_minutes=present[day],
            ahead_minutes=used[day][0],
            same_day_minutes=used[day][1],
        )
        for day in days
        if present.get(day)
    ]
    DayUse.objects.filter(store=store, day__in=set(days) - {row.day for row in rows}).delete()
    DayUse.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["store", "day"],
        update_fields=["present_minutes", "ahead_minutes", "same_day_minutes"],
    )
    return len(rows)


def _present(store: Store, days: list[date]) -> dict[date, int]:
    """Minutes that the technicians were there: open, on shift, not away. Five queries.

    By the hours, shifts and people of now: each day is kept while these are still its own.
    """
    if not days:
        return {}
    open_days = [d for d in calendar(store.pk, days[0], days[-1], timedelta())[0] if d.day in days]
    shifts = Duties(store.pk, days[0]).spans(open_days)
    usual = [(d.opens, d.closes) for d in open_days]
    people = Resource.objects.filter(store=store, kind=Resource.Kind.TECHNICIAN).active()
    away: dict[int, list[tuple[float, float]]] = {pk: [] for pk in people.values_list("pk", flat=True)}
    window = (clock.at(days[0], 0), clock.at(days[-1] + DAY, 0))
    for absence in Absence.objects.filter(resource__in=away, during__overlap=window):
        span = (absence.during.lower.timestamp(), absence.during.upper.timestamp())
        away[absence.resource_id].append(span)
    seconds: Counter[date] = Counter()
    for pk, missed in away.items():
        for start, end in shifts.get(pk, usual):
            there = end - start - _inside(missed, start, end)
            seconds[datetime.fromtimestamp(start, timezone.get_current_timezone()).date()] += int(there)
    return {day: total // 60 for day, total in seconds.items()}


def _inside(spans: Iterable[tuple[float, float]], begin: float, end: float) -> float:
    """How much of ``begin`` … ``end`` the ``spans`` take; where they overlap they count once."""
    total, reached = 0.0, begin
    for start, stop in sorted(spans):
        low, high = max(start, reached), min(stop, end)
        if high > low:
            total += high - low
            reached = high
    return total


def days_known(store: Store) -> list[Used]:
    """The days of the last ``WEEKS`` weeks, in order. One query."""
    rows = DayUse.objects.filter(store=store, day__gte=clock.today() - WEEKS * 7 * DAY, day__lt=clock.today())
    return [
        Used(
            row.day,
            workdays.is_workday(row.day),
            row.present_minutes,
            row.ahead_minutes,
            row.same_day_minutes,
        )
        for row in rows.order_by("day")
    ]


def in_force(store: Store, *days: date) -> list[Plan]:
    """What holds on each of ``days``. One query."""
    values = Setting.by_day((RESERVE, BY_WEEKDAY), store.pk, days)
    return [Plan(values[day][RESERVE], values[day][BY_WEEKDAY]) for day in days]


def since(store: Store) -> date | None:
    """From which day on today's plan holds; None while it is the default. One query."""
    rows = Setting.objects.filter(key__in=(RESERVE, BY_WEEKDAY), effective_from__lte=clock.today())
    own = rows.filter(store=store) | rows.filter(store=None)
    return own.order_by("-effective_from").values_list("effective_from", flat=True).first()


@dataclass(frozen=True)
class Lesson:
    """What the reserve page shows; ``learned`` is None while there is too little to learn from."""

    days: list[Used]
    now: Plan
    tomorrow: Plan
    learned: Plan | None
    test: BackTest | None

    @property
    def today(self) -> int:
        """The percentage kept today."""
        day = clock.today()
        return self.now.on(day, is_workday=workdays.is_workday(day))

    @classmethod
    def of(cls, store: Store) -> Lesson:
        """Two queries."""
        today = clock.today()
        days = days_known(store)
        now, tomorrow = in_force(store, today, today + DAY)
        others = {"none": Plan(0), "default": Plan(default_percent()), "current": now}
        return cls(days, now, tomorrow, learning.learn(days), learning.back_test(days, others))


def default_percent() -> int:
    """What holds where nobody has set anything."""
    return int(KINDS[RESERVE].default)


def fingerprint(plan: Plan) -> str:
    """Names exactly this plan: what was shown is what is taken over."""
    return "-".join(map(str, (plan.percent, *plan.by_weekday)))


@transaction.atomic
def adopt(store: Store, *, by: User, seen: str) -> Plan:
    """What was learned holds from tomorrow on.

    Raises DomainError: nothing learned yet; the figures are others than those ``seen``; it holds already.
    """
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # one at a time
    lesson = Lesson.of(store)
    plan = lesson.learned
    if plan is None:
        raise DomainError(
            _("There are %(n)d days to learn from; it takes %(least)d.")
            % {"n": len(lesson.days), "least": learning.MIN_DAYS},
            code="too_few_days",
        )
    if seen != fingerprint(plan):
        raise DomainError(_("New days have come in since. Look at the new figures first."), code="stale")
    if plan == lesson.tomorrow:
        raise DomainError(_("What was learned is in force from tomorrow already."), code="in_force")
    tomorrow = clock.today() + DAY
    set_value(RESERVE, plan.percent, store=store, effective_from=tomorrow, by=by)
    set_value(BY_WEEKDAY, list(plan.by_weekday), store=store, effective_from=tomorrow, by=by)
    facts = {"percent": plan.percent, "by_weekday": list(plan.by_weekday), "days": len(lesson.days)}
    Event.record("capacity.reserve_adopted", about=store, by=by, store=store, facts=facts)
    return plan
