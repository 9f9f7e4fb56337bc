"""Shifts, and who works which of them."""

from __future__ import annotations

from datetime import time
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models.resources import Resource

MOST_TIMES = 6


class Shift(models.Model):
    """Working hours with their breaks: ``times`` begin and end the pieces, 08:00–12:00 and 13:00–17:00."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=20)
    times = ArrayField(models.TimeField(), verbose_name=_("working time"), size=MOST_TIMES)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["times", "name"]
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="shift_name_once"),
            models.CheckConstraint(condition=Q(times__len__in=[2, 4, 6]), name="shift_pieces_begin_and_end"),
            models.CheckConstraint(
                # What is not there compares to null, which a check lets pass.
                condition=Q(*(Q(**{f"times__{n}__lt": F(f"times__{n + 1}")}) for n in range(MOST_TIMES - 1))),
                name="shift_pieces_do_not_overlap",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pieces(self) -> list[tuple[time, time]]:
        """``[(from, till)]`` between the breaks."""
        return list(zip(self.times[::2], self.times[1::2], strict=True))

    @property
    def hours(self) -> str:
        """``08:00–12:00 13:00–17:00``."""
        return " ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in self.pieces)

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Shift.objects.select_for_update(no_key=True))


class DutyQuerySet(models.QuerySet):
    """Sets of duties."""

    def visible_to(self, user: User) -> Self:
        """Duties in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)


class Duty(models.Model):
    """Who works when: on a ``weekday`` (1 Monday … 7 Sunday) as usual, or on one ``day`` instead of that.

    No ``shift``: he is off. Somebody without any duty is there whenever the house is open.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="duties")
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True)
    day = models.DateField(_("day"), null=True)
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="+", verbose_name=_("shift"))

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "weekday"], condition=Q(day=None), name="duty_once_a_weekday"
            ),
            models.UniqueConstraint(
                fields=["resource", "day"], condition=Q(weekday=None), name="duty_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, weekday__range=(1, 7), day=None)
                | Q(weekday=None, day__isnull=False),
                name="duty_is_usual_or_of_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.day or self.weekday} {self.shift or '-'}"
