"""How a day's time was used: what the reserve is learned from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet


class DayUse(models.Model):
    """The technicians' minutes of one day that is over; closed days have no row.

    ``present_minutes`` were there within the opening hours, ``ahead_minutes`` went to work that was known
    before the day, ``same_day_minutes`` to walk-ins and added work of the day itself. Overtime makes the
    two more than what was there.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    present_minutes = models.PositiveIntegerField()
    ahead_minutes = models.PositiveIntegerField()
    same_day_minutes = models.PositiveIntegerField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="day_use_once"),
            models.CheckConstraint(condition=Q(present_minutes__gt=0), name="day_use_somebody_was_there"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"
