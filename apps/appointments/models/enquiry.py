"""What an appointment and an entry of the waiting list have in common: who asks, for which car, for what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.appointments.models.staged import Staged
from apps.catalog.models import LabourOperation, Package, Part
from apps.core.errors import DomainError
from apps.core.money import MoneyField
from apps.customers.models import Customer, ServiceRecord, Vehicle


class Enquiry(Staged):
    """A customer on the phone: whom to call, the car, the kind of work, his own words."""

    class Kind(models.TextChoices):
        MAINTENANCE_REPAIR = "maintenance", _("Maintenance and repair")
        INSPECTION_REPAIR = "inspection", _("Inspection and repair")
        BODY_PAINT = "body_paint", _("Body and paint")
        EXPRESS = "express", _("Express")
        CAMPAIGN = "campaign", _("Campaign or recall")
        COMEBACK = "comeback", _("Comeback")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        ONLINE = "online", _("Online page")
        MAKER = "maker", _("Maker's site or app")
        WALK_IN = "walk_in", _("At the desk")
        PROACTIVE = "proactive", _("Proactive call")
        ADVISOR = "advisor", _("Advisor's phone")

    class Mobility(models.TextChoices):
        OWN = "", _("comes and goes by himself")
        COURTESY = "courtesy", _("courtesy car")
        FETCHED = "fetched", _("we fetch the car and bring it back")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    contact_name = models.CharField(_("contact"), max_length=60)
    contact_phone = models.CharField(_("contact phone"), max_length=20)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.MAINTENANCE_REPAIR)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    comeback_of = models.ForeignKey(
        ServiceRecord, models.PROTECT, null=True, related_name="+", verbose_name=_("comeback of the visit")
    )
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    people = models.PositiveSmallIntegerField(_("people who come"), default=1)
    mobility = models.CharField(_("mobility"), max_length=10, choices=Mobility.choices, blank=True)
    fetched_from = models.CharField(_("where we fetch it"), max_length=200, blank=True)
    customer_words = models.TextField(_("the customer's words"), blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(comeback_of=None) | Q(kind="comeback"),
                name="%(class)s_visit_of_comebacks_only",
            )
        ]

    def guard_comeback(self) -> None:
        """Refuse an earlier visit of another car (``comeback_of_another_car``)."""
        if self.comeback_of is not None and self.comeback_of.vehicle_id != self.vehicle_id:
            raise DomainError(
                _("%(visit)s was a visit of another car. Choose one of %(vehicle)s.")
                % {"visit": self.comeback_of, "vehicle": self.vehicle},
                code="comeback_of_another_car",
            )

    @property
    def event_thread(self) -> str:
        """What is asked for a vehicle is part of its story."""
        return self.vehicle.event_thread


class Item(models.Model):
    """What is to be done: an operation or a part, with hours and price as told on the phone."""

    class Wish(models.TextChoices):
        REQUIRED = "required", _("Required")
        RECOMMENDED = "recommended", _("Recommended")
        WISHED = "wished", _("Wished")

    operation = models.ForeignKey(LabourOperation, models.PROTECT, null=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="+")
    wish = models.CharField(_("why"), max_length=12, choices=Wish.choices, default=Wish.WISHED)
    quantity = models.DecimalField(_("quantity"), max_digits=8, decimal_places=2, default=Decimal(1))
    flat_rate_hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, default=Decimal(0))
    amount = MoneyField(_("amount"))

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__isnull=False, part=None) | Q(operation=None, part__isnull=False),
                name="%(class)s_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.operation or self.part)


def shared(row: Enquiry | Item, base: type[models.Model], but: tuple[str, ...] = ()) -> dict[str, Any]:
    """What ``row`` has in common with every other row of the abstract ``base``, without another query."""
    fields = [f.attname for f in base._meta.local_fields if f.name not in but]
    return {name: getattr(row, name) for name in fields}
