"""The double-entry ledger: every fen that moves, twice.

Amounts are CNY, two decimals. A posting's amount is positive for a debit and negative for
a credit, so an entry balances when its postings sum to zero; a deferred database trigger
refuses a commit that breaks this, and rows are never changed or deleted: a mistake is
undone by a counter-entry.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.core.money import MoneyField


class AccountQuerySet(StoreOwnedQuerySet):
    """Sets of accounts."""

    def with_balance(self) -> Self:
        """Each account with ``balance``: what its postings sum to, debit positive. No extra query."""
        sums = (
            Posting.objects.filter(account=OuterRef("pk"))
            .values("account")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        field: DecimalField = DecimalField(max_digits=14, decimal_places=2)
        return self.annotate(
            balance=Coalesce(Subquery(sums, output_field=field), Value(Decimal(0)), output_field=field)
        )


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

    PERSONAL = (Kind.RECEIVABLE, Kind.DEPOSIT)
    """Kinds of which a store has many, one per settlement or order; of the others it has one."""

    objects = AccountQuerySet.as_manager()

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

    @classmethod
    def general(cls, store: Store, kind: str) -> Account:
        """The store's one account of ``kind``, made at first use. Raises ValueError for a personal kind."""
        if kind in cls.PERSONAL:
            raise ValueError(f"A store has many accounts of kind {kind}; open one.")
        account, _created = cls.objects.get_or_create(store=store, kind=kind)
        return account

    @classmethod
    def open(cls, store: Store, kind: str, label: str) -> Account:
        """A new receivable or deposit account named ``label`` (the order's or settlement's number)."""
        if kind not in cls.PERSONAL:
            raise ValueError(f"A store has one account of kind {kind}; ask for the general one.")
        return cls.objects.create(store=store, kind=kind, label=label)

    def lock(self) -> None:
        """Reload under a row lock: what is owed must not change while money is taken."""
        self.refresh_from_db(from_queryset=Account.objects.select_for_update(no_key=True))


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
    refunds = models.ForeignKey("self", models.PROTECT, null=True, related_name="refunded_by")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="payment_not_zero"),
            models.CheckConstraint(
                condition=Q(refunds=None, amount__gt=0) | Q(refunds__isnull=False, amount__lt=0),
                name="refund_names_its_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"
