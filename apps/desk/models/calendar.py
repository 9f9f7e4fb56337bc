"""Working-day overrides, the demo clock and signs of life."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


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
