"""What the ledger says."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from apps.money.models import Account, JournalEntry, Payment, Posting


def balance(account: Account) -> Decimal:
    """The sum of the account's postings, debit positive: of a receivable, what is owed. One query."""
    return Posting.objects.filter(account=account).aggregate(total=Sum("amount"))["total"] or Decimal("0.00")


def differences() -> list[str]:
    """Sentences about everything in the ledger that does not add up; empty when all is well.

    Recomputed from the rows alone: entries that do not balance, payments whose entry says another amount,
    refunds that exceed their payment, reversals that are not the mirror image. Five queries.
    """
    return [*_unbalanced(), *_misbooked(), *_overpaid_back(), *_crooked_mirrors()]


def _unbalanced() -> list[str]:
    entries = JournalEntry.objects.annotate(n=Count("postings"), total=Sum("postings__amount"))
    wrong = entries.filter(Q(n__lt=2) | ~Q(total=0) | Q(total=None)).order_by("pk")
    return [
        f"journal entry {pk}: {n} postings that sum to {total}"
        for pk, n, total in wrong.values_list("pk", "n", "total")
    ]


def _misbooked() -> list[str]:
    booked = Sum("entry__postings__amount", filter=Q(entry__postings__account=F("account")))
    wrong = Payment.objects.annotate(credited=booked).exclude(credited=-F("amount")).order_by("pk")
    return [
        f"payment {pk}: {amount} taken, {credited} credited"
        for pk, amount, credited in wrong.values_list("pk", "amount", "credited")
    ]


def _overpaid_back() -> list[str]:
    payments = Payment.objects.filter(refunds=None).annotate(returned=Sum("refunded_by__amount"))
    wrong = payments.filter(amount__lt=-F("returned")).order_by("pk")
    return [
        f"payment {pk}: {amount} taken, {returned} given back"
        for pk, amount, returned in wrong.values_list("pk", "amount", "returned")
    ]


def _crooked_mirrors() -> list[str]:
    debit = Sum("postings__amount", filter=Q(postings__amount__gt=0))
    entries = JournalEntry.objects.annotate(debit=debit)
    mirrors = list(entries.exclude(reverses=None).order_by("pk").values_list("pk", "reverses_id", "debit"))
    originals = dict(entries.filter(pk__in=[m[1] for m in mirrors]).values_list("pk", "debit"))
    return [
        f"journal entry {pk}: reverses {original} with {amount} instead of {originals[original]}"
        for pk, original, amount in mirrors
        if originals[original] != amount
    ]
