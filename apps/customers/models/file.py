"""What stands on a vehicle's file: readings, past visits, recommendations."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.core.money import MoneyField
from apps.customers.models.vehicle import Vehicle


class Reading(models.Model):
    """An odometer reading. One that is lower than an earlier one is kept, flagged, and not used."""

    class Source(models.TextChoices):
        VISIT = "visit", _("At a visit")
        CALL = "call", _("Told on the phone")
        HANDOVER = "handover", _("At handover")
        IMPORT = "import", _("From the old system")

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="readings")
    odometer_km = models.PositiveIntegerField(_("mileage, km"))
    read_on = models.DateField(_("read on"))
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    is_backwards = models.BooleanField(_("lower than an earlier reading"), default=False)
    replaced_reason = models.CharField(_("odometer replaced, reason"), max_length=200, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["vehicle", "-read_on", "-id"], name="reading_latest")]

    def __str__(self) -> str:
        return f"{self.odometer_km} km"


class ServiceRecord(models.Model):
    """A finished visit on the vehicle's file, ours or from the old system."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="service_records")
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    reference = models.CharField(_("order number"), max_length=40)
    arrived_on = models.DateField(_("arrived"))
    left_on = models.DateField(_("left"), null=True, blank=True)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    description = models.TextField(_("work"), blank=True)
    advisor_name = models.CharField(_("advisor"), max_length=60, blank=True)
    labour_amount = MoneyField(_("labour"), default=0)
    parts_amount = MoneyField(_("parts"), default=0)
    total_amount = MoneyField(_("total"), default=0)
    is_imported = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "reference"], name="service_record_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("arrived_on")),
                name="service_record_left_after_arrival",
            ),
        ]
        indexes = [models.Index(fields=["vehicle", "-arrived_on", "-id"], name="service_record_story")]

    def __str__(self) -> str:
        return self.reference


class RecommendationQuerySet(models.QuerySet):
    """Sets of recommendations."""

    def visible_to(self, user: User) -> Self:
        """Recommendations for the vehicles that ``user`` may see."""
        return self.filter(vehicle__in=Vehicle.objects.visible_to(user))

    def open(self) -> Self:
        """Still to be offered."""
        return self.filter(closed_at=None)


class Recommendation(models.Model):
    """Work that was found or offered and not done; it waits on the vehicle's file."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="recommendations")
    text = models.CharField(_("recommendation"), max_length=200)
    operation_code = models.CharField(max_length=20, blank=True)
    amount = MoneyField(_("amount"), null=True, blank=True)
    is_safety_relevant = models.BooleanField(_("safety-relevant"), default=False)
    source = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=100, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["vehicle", "-id"], name="recommendation_open")]

    def __str__(self) -> str:
        return self.text
