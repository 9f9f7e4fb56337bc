"""Verbs of the ledger. Each runs in one transaction; accounts are locked last, by id."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import models, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.money import display, fen
from apps.desk.models import Event
from apps.desk.models.event import subject_key
from apps.money.models import Account, JournalEntry, Payment, Posting
from apps.money.selectors import balance

WHERE_IT_GOES = {
    Payment.Method.CASH: Account.Kind.TILL,
    Payment.Method.CARD: Account.Kind.BANK,
    Payment.Method.TRANSFER: Account.Kind.BANK,
    Payment.Method.WECHAT: Account.Kind.MOBILE,
    Payment.Method.ALIPAY: Account.Kind.MOBILE,
}


@transaction.atomic
def post(
    store: Store,
    kind: str,
    subject: models.Model | str,
    postings: Iterable[tuple[Account, Decimal]],
    *,
    by: User,
    note: str = "",
) -> JournalEntry:
    """Write one entry: ``postings`` are (account, amount), debit positive, credit negative.

    Zero amounts are left out. Raises DomainError ``unbalanced`` when fewer than two are left, when they
    do not sum to zero, or when an account is another store's; the database refuses the same at commit.
    Two inserts.
    """
    sides = [(account, fen(amount)) for account, amount in postings if amount]
    total = sum((amount for _account, amount in sides), Decimal(0))
    if len(sides) < 2 or total:
        raise DomainError(
            _("This entry does not balance: debit and credit differ by %(amount)s.")
            % {"amount": display(total)},
            code="unbalanced",
        )
    if any(account.store_id != store.pk for account, _amount in sides):
        raise DomainError(
            _("Every account of an entry must belong to %(store)s.") % {"store": store}, code="unbalanced"
        )
    entry = JournalEntry.objects.create(
        store=store,
        kind=kind,
        subject=subject if isinstance(subject, str) else subject_key(subject),
        made_by=by,
        made_at=clock.now(),
        note=note[:200],
    )
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, amount=amount) for account, amount in sides
    )
    return entry


def _refuse_reversal(entry: JournalEntry, reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Say why the entry is reversed."), code="reason_missing")
    if entry.reverses_id:
        raise DomainError(
            _("Entry %(entry)s is itself a reversal. Post a new entry instead.") % {"entry": entry.pk},
            code="is_reversal",
        )
    if JournalEntry.objects.filter(reverses=entry).exists():
        raise DomainError(
            _("Entry %(entry)s has been reversed already. Reload to see by whom.") % {"entry": entry.pk},
            code="reversed_already",
        )
    if Payment.objects.filter(entry=entry).exists():
        raise DomainError(
            _("Entry %(entry)s is a payment. Give the money back by a refund.") % {"entry": entry.pk},
            code="is_payment",
        )


@transaction.atomic
def reverse(entry: JournalEntry, *, by: User, reason: str) -> JournalEntry:
    """Undo ``entry`` by its mirror image.

    Raises DomainError for a reversal, a payment (refund it), or a second time.
    """
    locked = JournalEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    _refuse_reversal(locked, reason)
    mirror = JournalEntry.objects.create(
        store_id=locked.store_id,
        kind=locked.kind,
        subject=locked.subject,
        reverses=locked,
        made_by=by,
        made_at=clock.now(),
        note=reason[:200],
    )
    Posting.objects.bulk_create(
        Posting(entry=mirror, account_id=account_id, amount=-amount)
        for account_id, amount in locked.postings.order_by("pk").values_list("account_id", "amount")
    )
    Event.record(
        "money.reversed",
        about=mirror,
        by=by,
        thread=locked.subject,
        reason=reason[:300],
        facts={"entry": locked.pk, "kind": locked.kind},
    )
    return mirror


@transaction.atomic
def take_payment(account: Account, method: str, amount: Decimal, *, by: User, reference: str = "") -> Payment:
    """Take ``amount`` on a receivable (at most what is owed) or a deposit (any amount).

    Debits till, bank or mobile by ``method`` and credits ``account``. Raises DomainError.
    """
    account.lock()
    amount = fen(amount)
    if amount <= 0:
        raise DomainError(_("A payment is more than zero."), code="not_positive")
    if account.kind not in Account.PERSONAL:
        raise DomainError(
            _("Payments are taken on what a customer owes or deposits, not on %(account)s.")
            % {"account": account},
            code="wrong_account",
        )
    if account.kind == Account.Kind.RECEIVABLE and amount > (owed := balance(account)):
        raise DomainError(
            _("%(account)s: only ¥%(owed)s is still owed; ¥%(amount)s cannot be taken.")
            % {"account": account, "owed": display(owed), "amount": display(amount)},
            code="more_than_owed",
            extra={"owed": str(owed)},
        )
    return _book(account, method, amount, by=by, reference=reference, kind="payment")


@transaction.atomic
def refund(payment: Payment, amount: Decimal, *, by: User, reason: str) -> Payment:
    """Give back ``amount`` of ``payment`` the way it came; at most what has not been given back yet."""
    payment.account.lock()
    amount = fen(amount)
    if not reason.strip():
        raise DomainError(_("Say why the money is given back."), code="reason_missing")
    if payment.refunds_id or amount <= 0:
        raise DomainError(_("A refund is a positive part of a payment."), code="not_positive")
    returned = payment.refunded_by.aggregate(total=models.Sum("amount"))["total"] or Decimal(0)
    left = payment.amount + returned
    if amount > left:
        raise DomainError(
            _("Of this payment only ¥%(left)s can still be given back.") % {"left": display(left)},
            code="more_than_paid",
            extra={"left": str(left)},
        )
    return _book(
        payment.account, payment.method, -amount, by=by, reference=reason[:60], kind="refund", refunds=payment
    )


def _book(
    account: Account,
    method: str,
    amount: Decimal,
    *,
    by: User,
    reference: str,
    kind: str,
    refunds: Payment | None = None,
) -> Payment:
    store = account.store
    place = Account.general(store, WHERE_IT_GOES[Payment.Method(method)])
    entry = post(store, kind, account, [(place, amount), (account, -amount)], by=by, note=reference)
    payment = Payment.objects.create(
        store=store,
        account=account,
        entry=entry,
        method=method,
        amount=amount,
        reference=reference[:60],
        refunds=refunds,
        taken_by=by,
        taken_at=entry.made_at,
    )
    Event.record(
        f"money.{kind}",
        about=payment,
        by=by,
        thread=subject_key(account),
        facts={"method": method, "amount": str(amount), "account": account.pk},
    )
    return payment
