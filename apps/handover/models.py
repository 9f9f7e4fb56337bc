"""New-car handover (新车交付): the day a car starts its life with us."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.customers.models import Customer, Vehicle


class Handover(models.Model):
    """One new car's delivery. ``status`` is written by ``_move`` alone."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DELIVERABLE = "deliverable", _("Deliverable")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")

    NEXT: dict[str, set[Any]] = {
        Status.PLANNED: {Status.DELIVERABLE, Status.CANCELLED},
        Status.DELIVERABLE: {Status.DELIVERED, Status.PLANNED, Status.CANCELLED},
        Status.DELIVERED: set(),
        Status.CANCELLED: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    vehicle = models.OneToOneField(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    sales_consultant = models.CharField(_("sales consultant"), max_length=60)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("dedicated advisor")
    )
    invoiced_on = models.DateField(_("invoice date"))
    planned_at = models.DateTimeField(_("planned"))
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PLANNED)
    prepared = models.JSONField(_("preparation"), default=list, blank=True)
    explained = models.JSONField(_("explained"), default=list, blank=True)
    km_per_month = models.PositiveIntegerField(_("km per month"), null=True, blank=True)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False, delivered_by__isnull=False),
                name="delivered_handover_names_who_and_when",
            )
        ]

    def __str__(self) -> str:
        return str(self.vehicle)

    @property
    def event_thread(self) -> str:
        return self.vehicle.event_thread
