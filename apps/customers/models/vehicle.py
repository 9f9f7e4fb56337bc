"""Vehicles of the group."""

from __future__ import annotations

from typing import Self

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, User
from apps.catalog.models import Energy, VehicleModel
from apps.customers.models.customer import Customer, StoreAccess


class VehicleQuerySet(models.QuerySet):
    """Sets of vehicles."""

    def visible_to(self, user: User) -> Self:
        """Vehicles whose owner one of the user's stores may see."""
        access = StoreAccess.objects.filter(
            customer=OuterRef("owner_id"), store_id__in=user.visible_store_ids
        )
        return self.filter(Exists(access))

    def in_group_of(self, user: User) -> Self:
        """Every vehicle the group knows; show it masked until the store has access."""
        return self.filter(group_id=user.group_id)


@pghistory.track()
class Vehicle(models.Model):
    """A vehicle. Its VIN is unique in the group; ``odometer_km`` is the last accepted reading."""

    class Gearbox(models.TextChoices):
        MANUAL = "manual", _("Manual")
        AUTOMATIC = "automatic", _("Automatic")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    vin = models.CharField(_("VIN"), max_length=17)
    vin_override_reason = models.CharField(_("reason for an unusual VIN"), max_length=200, blank=True)
    plate = models.CharField(_("plate"), max_length=12, blank=True)
    model = models.ForeignKey(
        VehicleModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    model_text = models.CharField(_("model as written"), max_length=80, blank=True)
    energy = models.CharField(_("energy"), max_length=10, choices=Energy.choices, blank=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True)
    engine_number = models.CharField(_("engine number"), max_length=30, blank=True)
    gearbox = models.CharField(_("gearbox"), max_length=10, choices=Gearbox.choices, blank=True)
    purchased_on = models.DateField(_("purchased on"), null=True, blank=True)
    licensed_on = models.DateField(_("licensed on"), null=True, blank=True)
    insured_until = models.DateField(_("insured until"), null=True, blank=True)
    inspection_due_on = models.DateField(_("inspection due on"), null=True, blank=True)
    owner = models.ForeignKey(Customer, models.PROTECT, related_name="vehicles", verbose_name=_("owner"))
    driver = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="driven", verbose_name=_("driver")
    )
    is_statutory = models.BooleanField(_("under statutory liability"), default=True)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True, editable=False)
    km_per_month = models.PositiveIntegerField(_("km per month"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "vin"], name="vin_once_in_the_group"),
            models.CheckConstraint(condition=Q(vin__regex=r"^[A-HJ-NPR-Z0-9]{17}$"), name="vin_alphabet"),
        ]
        indexes = [
            models.Index(fields=["group", "plate"], name="vehicle_plate"),
            models.Index(fields=["owner"], name="vehicle_owner"),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin

    @property
    def event_thread(self) -> str:
        """The vehicle's story: orders, visits and appointments write into this thread."""
        return f"customers.vehicle:{self.pk}"

    @property
    def model_name(self) -> str:
        """The model as people say it."""
        return str(self.model) if self.model_id else self.model_text
