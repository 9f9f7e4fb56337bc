"""Who worked on what, from when to when."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.workshop.models.states import PauseReason


class ClockingQuerySet(models.QuerySet):
    """Sets of clockings."""

    def visible_to(self, user: User) -> Self:
        """Clockings on the jobs of the user's stores."""
        return self.filter(job__store_id__in=user.visible_store_ids)

    def open(self) -> Self:
        """Running now."""
        return self.filter(ended_at=None)


class Clocking(models.Model):
    """One person's stretch of work on one job; ``ended_at`` is empty while it runs. Never deleted.

    A person is clocked on one job at a time, which the database guarantees; several may share a job.
    """

    class EndReason(models.TextChoices):
        PARTS = PauseReason.PARTS.value, PauseReason.PARTS.label
        APPROVAL = PauseReason.APPROVAL.value, PauseReason.APPROVAL.label
        TOOL = PauseReason.TOOL.value, PauseReason.TOOL.label
        BREAK = PauseReason.BREAK.value, PauseReason.BREAK.label
        OTHER_CAR = PauseReason.OTHER_CAR.value, PauseReason.OTHER_CAR.label
        FINISHED = "finished", pgettext_lazy("job", "Finished")

    job = models.ForeignKey("workshop.Job", models.PROTECT, related_name="clockings")
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("technician")
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("ended because"), max_length=10, choices=EndReason.choices, blank=True)

    objects = ClockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technician"], condition=Q(ended_at=None), name="one_open_clocking_per_technician"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="clocking_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="clocking_says_why_it_ended",
            ),
        ]
        indexes = [models.Index(fields=["technician", "-started_at"], name="clocking_of_person")]

    def __str__(self) -> str:
        return f"{self.technician} {self.started_at:%H:%M}"

    @property
    def length(self) -> timedelta:
        """Worked so far."""
        return (self.ended_at or clock.now()) - self.started_at
