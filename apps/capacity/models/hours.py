"""When the house works, and who is not there."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models.resources import Resource
from apps.catalog.models import BayKind

MOST_KEPT = 90
"""Per cent of a day that can be kept for walk-ins."""
PUBLIC_HOLIDAY, MADE_UP = 8, 9
"""Kinds of days that have hours of their own beside the seven weekdays."""


class OpeningHours(models.Model):
    """When the store works on a weekday (1 Monday … 7 Sunday). No row: closed.

    8 is a public holiday, 9 a weekend day that is worked instead: without a row the weekday's hours hold.
    A holiday without times is a closed one.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"), null=True)
    closes = models.TimeField(_("closes"), null=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "weekday"], name="opening_hours_once"),
            models.CheckConstraint(condition=Q(weekday__range=(1, MADE_UP)), name="weekday_1_to_9"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="closes_after_opening"),
            models.CheckConstraint(
                condition=Q(opens__isnull=False, closes__isnull=False)
                | Q(weekday=PUBLIC_HOLIDAY, opens=None, closes=None),
                name="opening_hours_have_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class AbsenceQuerySet(models.QuerySet):
    """Sets of absences."""

    def visible_to(self, user: User) -> Self:
        """Absences in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)


class Absence(models.Model):
    """A resource that is not there: leave, training, a bay under repair. ``incident`` owns those it made."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="absences")
    during = DateTimeRangeField(_("when"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    incident = models.ForeignKey(
        "capacity.Incident", models.CASCADE, null=True, blank=True, editable=False, related_name="absences"
    )

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
    """One day of a store. Every writer of reservations locks the rows of its days, in date order.

    What is empty is as usual: as the opening hours and the settings say.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    is_closed = models.BooleanField(_("closed"), default=False)
    closed_reason = models.CharField(_("reason"), max_length=100, blank=True)
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    intake_per_hour = models.PositiveSmallIntegerField(_("cars per hour"), null=True, blank=True)
    people_per_hour = models.PositiveSmallIntegerField(_("people per hour"), null=True, blank=True)
    reserve_percent = models.PositiveSmallIntegerField(
        _("kept for walk-ins, %"), null=True, blank=True, validators=[MaxValueValidator(MOST_KEPT)]
    )
    express_lanes = models.PositiveSmallIntegerField(_("express lanes"), null=True, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="capacity_day_once"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="capacity_day_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(reserve_percent__lte=MOST_KEPT), name="capacity_day_reserve_to_90"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"


class Blackout(models.Model):
    """A time in which no new booking may arrive: for one kind of bay, or for all. What is booked stays."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    during = DateTimeRangeField(_("when"))
    bay_kind = models.CharField(_("bay"), max_length=12, choices=BayKind.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=100)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="blackout_has_beginning_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.bay_kind} {self.during}"
