"""What stands on a vehicle's file: past visits and recommendations."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.money import MoneyField
from apps.customers.models.vehicle import Vehicle
from apps.desk.models import Event


class ServiceRecordQuerySet(models.QuerySet):
    """Sets of service records."""

    def visible_to(self, user: User) -> Self:
        """Visits of the vehicles that ``user`` may see."""
        return self.filter(vehicle__in=Vehicle.objects.visible_to(user))


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

    objects = ServiceRecordQuerySet.as_manager()

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
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=100, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["vehicle", "-id"], name="recommendation_open")]

    def __str__(self) -> str:
        return self.text

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Recommendation.objects.select_for_update(no_key=True))

    @transaction.atomic
    def close(self, *, by: User | None, reason: str, store: Store | int | None = None) -> None:
        """Take it off the list: done, or not wanted any more. Raises DomainError when it is closed."""
        self.lock()
        if self.closed_at:
            raise DomainError(
                translate("“%(text)s” is closed already: %(reason)s.")
                % {"text": self.text, "reason": self.closed_reason},
                code="recommendation_closed",
            )
        self.closed_at = clock.now()
        self.closed_reason = reason[:100]
        self.save(update_fields=["closed_at", "closed_reason"])
        self.tell("recommendation.closed", by=by, store=store, reason=reason)

    def tell(self, kind: str, *, by: User | None, store: Store | int | None = None, reason: str = "") -> None:
        """Write into the vehicle's story."""
        Event.record(
            kind,
            about=self.vehicle,
            by=by,
            store=store or (by.store_id if by else None),
            reason=reason,
            facts={"text": self.text, "source": self.source, "safety": self.is_safety_relevant},
        )
