"""The double-entry ledger: every fen that moves, twice.

Amounts are CNY, two decimals. A posting's amount is positive for a debit and negative for
a credit, so an entry balances when its postings sum to zero; a deferred database trigger
refuses a commit that breaks this, and rows are never changed or deleted: a mistake is
undone by a counter-entry.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.core.money import MoneyField


class Account(models.Model):
    """A place where money is: a till, a bank, what one customer owes for one settlement, revenue.

    A later room's row (a settlement) points one-to-one to the receivable it opened.
    """

    class Kind(models.TextChoices):
        RECEIVABLE = "receivable", _("Receivable")
        TILL = "till", _("Till")
        BANK = "bank", _("Bank")
        MOBILE = "mobile", _("Mobile payment")
        LABOUR_REVENUE = "labour_revenue", _("Labour revenue")
        PARTS_REVENUE = "parts_revenue", _("Parts revenue")
        OTHER_REVENUE = "other_revenue", _("Other revenue")
        DEPOSIT = "deposit", _("Customer deposit")
        ROUNDING = "rounding", _("Rounding")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    label = models.CharField(_("label"), max_length=80, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind"],
                condition=~Q(kind__in=["receivable", "deposit"]),
                name="one_general_account_per_kind",
            )
        ]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()


class JournalEntry(models.Model):
    """One business fact in money; its postings sum to zero."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=80)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject"], name="journal_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Posting(models.Model):
    """One side of an entry: debit positive, credit negative, never zero."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    amount = MoneyField(_("amount"))

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero")]

    def __str__(self) -> str:
        return str(self.amount)


class Payment(models.Model):
    """Money taken from or given back to a customer, on one receivable. A refund is negative."""

    class Method(models.TextChoices):
        CASH = "cash", _("Cash")
        CARD = "card", _("Card")
        WECHAT = "wechat", _("WeChat Pay")
        ALIPAY = "alipay", _("Alipay")
        TRANSFER = "transfer", _("Transfer")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="payments")
    entry = models.OneToOneField(JournalEntry, models.PROTECT, related_name="payment")
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="payment_not_zero")]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"
