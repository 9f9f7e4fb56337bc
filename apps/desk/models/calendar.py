"""Working-day overrides, the demo clock and signs of life."""

from datetime import date, timedelta

from django.db import models, transaction
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock, workdays
from apps.core.errors import DomainError
from apps.desk.models.event import Event

LONGEST = 31
"""Days in one entry: the longest holiday with room to spare."""


class CalendarDay(models.Model):
    """A day whose kind differs from the published calendar, for every store."""

    day = models.DateField(_("day"), unique=True)
    is_workday = models.BooleanField(_("is a working day"))
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return str(self.day)

    @classmethod
    def overrides(cls, date_from: date, date_to: date) -> dict[date, bool]:
        """``{day: is_workday}`` from ``date_from`` to ``date_to``, both included. One query."""
        return dict(cls.objects.filter(day__range=(date_from, date_to)).values_list("day", "is_workday"))

    @classmethod
    @transaction.atomic
    def put(cls, first: date, last: date, *, is_workday: bool, note: str, by: User) -> None:
        """Say of each day from ``first`` to ``last`` whether people work. Two queries and an event.

        Windows of days not yet over are judged by it from now on, in other processes within a minute.
        Raises DomainError for a day that is over: what was judged by it stays.
        """
        cls._refuse_past(first)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        CalendarDay.objects.bulk_create(
            [CalendarDay(day=day, is_workday=is_workday, note=note) for day in days],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["is_workday", "note"],
        )
        facts = {"from": first.isoformat(), "to": last.isoformat(), "is_workday": is_workday}
        Event.record("calendar.set", about=cls.objects.get(day=first), by=by, reason=note, facts=facts)
        transaction.on_commit(workdays.forget)

    @staticmethod
    def _refuse_past(day: date) -> None:
        if day < clock.today():
            raise DomainError(translate("This day is over."), code="day_past")

    @transaction.atomic
    def withdraw(self, *, by: User) -> None:
        """The published calendar holds for this day again. Raises DomainError for a day that is over."""
        self._refuse_past(self.day)
        facts = {"day": self.day.isoformat(), "is_workday": self.is_workday}
        Event.record("calendar.withdrawn", about=self, by=by, facts=facts)
        self.delete()
        transaction.on_commit(workdays.forget)


class ClockOffset(models.Model):
    """How far the business clock is from real time. At most one row; demo databases only."""

    singleton = models.BooleanField(default=True, unique=True, editable=False)
    offset = models.DurationField(default=timedelta)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(singleton=True), name="one_clock_offset")]

    def __str__(self) -> str:
        return str(self.offset)


class Heartbeat(models.Model):
    """When a kind of process last showed that it lives (real time)."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
