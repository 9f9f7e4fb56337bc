"""Lines of a work order."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.models import LabourOperation, Part
from apps.core.errors import DomainError
from apps.core.money import MoneyField, fen
from apps.parts.models import Demand
from apps.workorders.models.authorisation import OrderVersion
from apps.workorders.models.work_order import WorkOrder


class LineQuerySet(models.QuerySet):
    """Sets of lines."""

    def visible_to(self, user: User) -> Self:
        """Lines of the orders that ``user`` may see."""
        return self.filter(order__store_id__in=user.visible_store_ids)

    def authorised(self) -> Self:
        """The customer has consented."""
        return self.filter(authorised_in__isnull=False)

    def waiting(self) -> Self:
        """Neither consented to nor declined."""
        return self.filter(authorised_in=None, declined_at=None)

    def standing(self) -> Self:
        """Not declined: what the order's totals are made of."""
        return self.filter(declined_at=None)


class Line(models.Model):
    """Labour, a part, sublet work or a fee.

    A line is authorised while ``authorised_in`` names the version the customer consented to;
    any edit beyond the tolerance clears it. Only authorised lines may be dispatched, issued
    to, clocked or settled. ``amount`` is quantity or hours × unit price − discount.
    ``agreed_amount`` is what the customer was to pay for it at the last consent.
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

    class Payer(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        WARRANTY = "warranty", _("Warranty")
        STATUTORY = "statutory", _("Statutory liability")
        INSURANCE = "insurance", _("Insurance")
        CONTRACT = "contract", _("Service contract")
        GOODWILL = "goodwill", _("Goodwill")
        INTERNAL = "internal", _("Internal")

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    operation = models.ForeignKey(LabourOperation, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    demand = models.OneToOneField(Demand, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=30, blank=True)
    description = models.CharField(_("description"), max_length=120)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    wish = models.CharField(_("why"), max_length=12, choices=Wish.choices, default=Wish.WISHED)
    payer = models.CharField(_("payer"), max_length=10, choices=Payer.choices, default=Payer.CUSTOMER)
    quantity = models.DecimalField(_("quantity or hours"), max_digits=8, decimal_places=2, default=Decimal(1))
    unit_price = MoneyField(_("unit price"))
    discount = MoneyField(_("discount"), default=0)
    amount = MoneyField(_("amount"))
    is_additional = models.BooleanField(_("additional work"), default=False)
    is_safety_relevant = models.BooleanField(_("safety-relevant"), default=False)
    authorised_in = models.ForeignKey(OrderVersion, models.PROTECT, null=True, related_name="+")
    agreed_amount = MoneyField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.CharField(_("declined by"), max_length=60, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, amount__gte=0), name="line_money_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(amount=Round(F("quantity") * F("unit_price"), 2) - F("discount")),
                name="line_amount_is_its_product",
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
            models.CheckConstraint(
                condition=Q(authorised_in=None) | Q(agreed_amount__isnull=False),
                name="consent_names_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None) | Q(is_safety_relevant=False) | ~Q(declined_by=""),
                name="safety_decline_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def state(self) -> str:
        """``authorised``, ``declined`` or ``waiting``. No query."""
        if self.declined_at:
            return "declined"
        return "authorised" if self.authorised_in_id else "waiting"

    @property
    def charge(self) -> Decimal:
        """What the customer himself is to pay for it."""
        return self.amount if self.payer == self.Payer.CUSTOMER else Decimal("0.00")

    def price(self) -> None:
        """Set ``amount`` from quantity, unit price and discount. Raises DomainError below zero."""
        gross = fen(self.quantity * self.unit_price)
        if self.discount > gross:
            raise DomainError(
                _t("%(line)s: the discount is larger than the price.") % {"line": self},
                code="discount_too_large",
            )
        self.amount = gross - self.discount

    def require_authorised(self) -> None:
        """Raise DomainError unless the customer has consented to this line. No query on a fresh row."""
        if not self.authorised_in_id:
            raise DomainError(
                _t("“%(line)s” is not authorised. Get the customer's consent first.") % {"line": self},
                code="unauthorised_line",
                extra={"line": self.pk},
            )
