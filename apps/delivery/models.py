"""Settlement and delivery (结算交车): what is owed, what was given back, and the way out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.core.money import MoneyField
from apps.money.models import Account, JournalEntry
from apps.reception.models import Visit
from apps.workorders.models import WorkOrder


class Settlement(models.Model):
    """The settlement statement (结算单) of an order: frozen figures, posted to the ledger.

    ``account`` is the receivable on which the customer pays. A mistake is undone by
    ``reversed_at`` with a counter-entry; then the order can be settled anew.
    ``content`` is what the statement prints: lines by kind, differences from what was agreed.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    number = models.CharField(_("settlement number"), max_length=40, unique=True)
    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    entry = models.OneToOneField(JournalEntry, models.PROTECT, null=True, related_name="+")
    labour_total = MoneyField(_("labour"))
    parts_total = MoneyField(_("parts"))
    other_total = MoneyField(_("other"))
    total = MoneyField(_("total"))
    customer_total = MoneyField(_("the customer pays"))
    tax = MoneyField(_("of it tax"))
    content = models.JSONField(default=dict)
    invoice_title = models.CharField(_("invoice title"), max_length=100, blank=True)
    invoice_number = models.CharField(_("invoice number"), max_length=20, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(_("settled"))
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversed_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(reversed_at=None), name="order_settled_once"
            ),
            models.CheckConstraint(
                condition=Q(total=F("labour_total") + F("parts_total") + F("other_total")),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(invoice_number="") | Q(invoice_number__regex=r"^[0-9]{20}$"),
                name="invoice_number_20_digits",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None) | (Q(reversed_by__isnull=False) & ~Q(reversed_reason="")),
                name="reversal_says_who_and_why",
            ),
        ]
        indexes = [models.Index(fields=["store", "-settled_at"], name="settlement_period")]

    def __str__(self) -> str:
        return self.number


class CustodyItem(models.Model):
    """Something that was taken in with the car, by name, and given back at delivery."""

    class Kind(models.TextChoices):
        KEY = "key", pgettext_lazy("custody", "Key")
        SPARE_KEY = "spare_key", _("Spare key")
        LICENCE = "licence", _("Vehicle licence")
        BOOKLET = "booklet", _("Maintenance booklet")
        OTHER = "other", _("Other")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("what"), max_length=60, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_at=None) | Q(returned_by__isnull=False),
                name="custody_returned_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(kind="other") | ~Q(label=""), name="other_custody_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()


class GatePass(models.Model):
    """The permission to leave (放行条). Leaving unpaid needs a manager and a reason."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    number = models.CharField(_("gate pass"), max_length=40, unique=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    owed = MoneyField(_("still owed"), default=0)
    unpaid_reason = models.CharField(_("reason for leaving unpaid"), max_length=200, blank=True)
    explained = models.JSONField(default=list)
    callback_wish = models.CharField(_("when we may call"), max_length=60, blank=True)
    left_at = models.DateTimeField(_("left"), null=True)
    let_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(owed=0) | ~Q(unpaid_reason=""), name="unpaid_pass_says_why"),
        ]
        indexes = [models.Index(fields=["store", "issued_at"], name="gate_open", condition=Q(left_at=None))]

    def __str__(self) -> str:
        return self.number
