"""Lines of a work order."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import LabourOperation, Part
from apps.core.money import MoneyField
from apps.parts.models import Demand
from apps.workorders.models.authorisation import OrderVersion
from apps.workorders.models.work_order import WorkOrder


class Line(models.Model):
    """Labour, a part, sublet work or a fee.

    A line is authorised while ``authorised_in`` names the version the customer consented to;
    any edit of price, quantity or content clears it. Only authorised lines may be dispatched,
    issued to, clocked or settled. ``amount`` is quantity or hours × unit price − discount.
    """

    class Kind(models.TextChoices):
        LABOUR = "labour", _("Labour")
        PART = "part", _("Part")
        SUBLET = "sublet", _("Sublet")
        FEE = "fee", _("Fee")

    class Wish(models.TextChoices):
        REQUIRED = "required", _("Required")
        RECOMMENDED = "recommended", _("Recommended")
        WISHED = "wished", _("Wished")

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    operation = models.ForeignKey(LabourOperation, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    demand = models.OneToOneField(Demand, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=30, blank=True)
    description = models.CharField(_("description"), max_length=120)
    wish = models.CharField(_("why"), max_length=12, choices=Wish.choices, default=Wish.WISHED)
    quantity = models.DecimalField(_("quantity or hours"), max_digits=8, decimal_places=2, default=Decimal(1))
    unit_price = MoneyField(_("unit price"))
    discount = MoneyField(_("discount"), default=0)
    amount = MoneyField(_("amount"))
    is_additional = models.BooleanField(_("additional work"), default=False)
    is_safety_relevant = models.BooleanField(_("safety-relevant"), default=False)
    authorised_in = models.ForeignKey(OrderVersion, models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, amount__gte=0), name="line_money_not_negative"
            ),
            models.CheckConstraint(
                condition=(Q(kind="labour", operation__isnull=False, part=None))
                | (Q(kind="part", part__isnull=False, operation=None))
                | (Q(kind__in=["sublet", "fee"], part=None, operation=None)),
                name="line_is_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None) | Q(authorised_in=None), name="declined_line_is_not_authorised"
            ),
        ]

    def __str__(self) -> str:
        return self.description
