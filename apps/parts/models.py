"""Stock: what lies on the shelf, for whom, and every movement as a row.

A later room's row (an order line, an appointment item) points one-to-one to a ``Demand``.
``parts`` cannot see authorisation: ``Demand.released_at`` is written only by the verb of the
later room that knows the customer's consent, and a database trigger refuses an issue
without it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.catalog.models import Part


def quantity_field(**kwargs) -> models.DecimalField:
    """A quantity of a part: two decimals (litres of oil)."""
    return models.DecimalField(max_digits=10, decimal_places=2, **kwargs)


class StockItemQuerySet(StoreOwnedQuerySet):
    """Sets of stock items."""

    def locked(self) -> Self:
        """Under row locks taken by id: two clerks with the same parts queue, they do not deadlock."""
        return self.order_by("pk").select_for_update(no_key=True)

    def low(self) -> Self:
        """At or under the reorder point."""
        return self.filter(reorder_point__gt=0, on_hand__lte=F("reorder_point") + F("reserved"))


class StockItem(models.Model):
    """A part in a store. ``on_hand`` and ``reserved`` are kept by the ledger's verbs alone."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    shelf = models.CharField(_("shelf"), max_length=20, blank=True)
    on_hand = quantity_field(verbose_name=_("on hand"), default=Decimal(0))
    reserved = quantity_field(verbose_name=_("reserved"), default=Decimal(0))
    reorder_point = quantity_field(verbose_name=_("reorder point"), default=Decimal(0))

    objects = StockItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "part"], name="stock_item_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_never_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")),
                name="reserved_lies_on_the_shelf",
            ),
        ]

    def __str__(self) -> str:
        return str(self.part)

    @property
    def available(self) -> Decimal:
        """What is neither reserved nor gone."""
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        """Whether what is free has fallen to the reorder point."""
        return bool(self.reorder_point) and self.available <= self.reorder_point


class DemandQuerySet(StoreOwnedQuerySet):
    """Sets of demands."""

    def open(self) -> Self:
        """Neither issued in full nor cancelled."""
        return self.filter(state=Demand.State.OPEN)

    def to_issue(self) -> Self:
        """Released by the customer's consent and not yet handed out, the longest waiting first."""
        return (
            self.open()
            .filter(released_at__isnull=False, released_quantity__gt=F("issued"))
            .order_by("released_at", "pk")
        )

    def short(self) -> Self:
        """Open ones for which the shelf did not hold enough."""
        return self.open().filter(quantity__gt=F("reserved") + F("issued"))


class Demand(models.Model):
    """Somebody needs a quantity of a part. What could not be reserved is short until it arrives.

    ``released_quantity`` is what the customer consented to: more is never issued. ``purpose`` is
    the number people know it by (an order's, an appointment's).
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ISSUED = "issued", pgettext_lazy("parts", "Issued")
        CANCELLED = "cancelled", _("Cancelled")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    quantity = quantity_field(verbose_name=_("quantity"))
    reserved = quantity_field(verbose_name=_("reserved"), default=Decimal(0))
    issued = quantity_field(verbose_name=_("issued"), default=Decimal(0))
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    needed_at = models.DateTimeField(_("needed"), null=True)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    released_at = models.DateTimeField(null=True)
    released_quantity = quantity_field(verbose_name=_("released"), default=Decimal(0))
    created_at = models.DateTimeField()

    objects = DemandQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="demand_positive"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, issued__gte=0) & Q(quantity__gte=F("reserved") + F("issued")),
                name="demand_not_served_twice",
            ),
            models.CheckConstraint(
                condition=Q(issued__lte=F("released_quantity"))
                & (Q(released_quantity=0) | Q(released_at__isnull=False)),
                name="nothing_issued_before_release",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(reserved=0, issued=0),
                name="cancelled_demand_holds_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "part"], name="demand_open", condition=Q(state="open")),
            models.Index(
                fields=["store", "released_at"],
                name="demand_to_issue",
                condition=Q(state="open", released_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} × {self.quantity}"

    @property
    def short(self) -> Decimal:
        """What is still missing."""
        return self.quantity - self.reserved - self.issued if self.state == self.State.OPEN else Decimal(0)

    @property
    def issuable(self) -> Decimal:
        """What may be handed out and is not yet."""
        return self.released_quantity - self.issued if self.state == self.State.OPEN else Decimal(0)


class Movement(models.Model):
    """A row of the stock ledger: quantity positive when it comes, negative when it goes. Never changed."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ISSUE = "issue", _("Issue")
        RETURN = "return", _("Return")
        COUNT = "count", _("Count correction")

    item = models.ForeignKey(StockItem, models.PROTECT, related_name="movements")
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="movements")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    quantity = quantity_field(verbose_name=_("quantity"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_not_zero"),
            models.CheckConstraint(
                condition=~Q(kind="issue") | Q(quantity__lt=0, demand__isnull=False),
                name="issue_goes_to_a_demand",
            ),
        ]
        indexes = [models.Index(fields=["item", "-id"], name="movement_ledger")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
