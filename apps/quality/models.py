"""Quality control (质检) and wash: what was checked, by whom, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job


class QualityCheck(models.Model):
    """One check of one order; a failed one is followed by rework and another round.

    ``items`` is ``[{"code", "verdict", "note"}]`` with the verdicts ok, bad and na. The
    checker is never somebody who worked on the car, except a manager with a reason.
    """

    class Result(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", pgettext_lazy("quality check", "Failed")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"))
    result = models.CharField(_("result"), max_length=6, choices=Result.choices)
    items = models.JSONField(_("checklist"), default=list)
    road_test_km = models.PositiveSmallIntegerField(_("road test, km"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    exception_reason = models.CharField(_("reason for checking one's own work"), max_length=200, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("checked"))

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "round"]
        constraints = [
            models.UniqueConstraint(fields=["order", "round"], name="quality_round_once"),
            models.CheckConstraint(condition=~Q(result="failed") | ~Q(note=""), name="failed_check_says_why"),
        ]
        indexes = [models.Index(fields=["store", "-checked_at"], name="quality_period")]

    def __str__(self) -> str:
        return f"{self.order} #{self.round}"


class Rework(models.Model):
    """A job that a failed check sent back (内返)."""

    check_failed = models.ForeignKey(QualityCheck, models.PROTECT, related_name="reworks")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    reason = models.CharField(_("what must be done again"), max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_failed", "job"], name="rework_once_per_check"),
            models.CheckConstraint(condition=~Q(reason=""), name="rework_says_what"),
        ]

    def __str__(self) -> str:
        return self.reason


class Wash(models.Model):
    """The wash after a passed check, and where the car then stands with its keys."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    parked_at = models.CharField(_("parking place"), max_length=40, blank=True)
    keys_at = models.CharField(_("keys"), max_length=40, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | (Q(done_by__isnull=False) & ~Q(parked_at="")),
                name="washed_car_has_its_place",
            )
        ]

    def __str__(self) -> str:
        return str(self.order)
