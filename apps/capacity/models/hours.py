"""When the house works, and who is not there."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models.resources import Resource


class OpeningHours(models.Model):
    """When the store works on a weekday (1 Monday … 7 Sunday). No row: closed."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "weekday"], name="opening_hours_once"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="weekday_1_to_7"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="closes_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class AbsenceQuerySet(models.QuerySet):
    """Sets of absences."""

    def visible_to(self, user: User) -> Self:
        """Absences in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)


class Absence(models.Model):
    """A resource that is not there: leave, training, a bay under repair."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="absences")
    during = DateTimeRangeField(_("when"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="absence_has_beginning_and_end",
            ),
        ]
        indexes = [GistIndex(fields=["during"], name="absence_during")]

    def __str__(self) -> str:
        return f"{self.resource} {self.during}"


class CapacityDay(models.Model):
    """One day of a store. Every writer of reservations locks the rows of its days, in date order."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    is_closed = models.BooleanField(_("closed"), default=False)
    closed_reason = models.CharField(_("reason"), max_length=100, blank=True)
    intake_per_hour = models.PositiveSmallIntegerField(_("cars per hour"), null=True, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="capacity_day_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"
