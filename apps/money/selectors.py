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
    refunds that exceed their payment, reversals that are not the mirror image. Four queries.
    """
    wrong = [
        f"journal entry {pk}: {n} postings that sum to {total}"
        for pk, n, total in JournalEntry.objects.annotate(n=Count("postings"), total=Sum("postings__amount"))
        .filter(Q(n__lt=2) | ~Q(total=0) | Q(total=None))
        .order_by("pk")
        .values_list("pk", "n", "total")
    ]
    booked = Sum("entry__postings__amount", filter=Q(entry__postings__account=F("account")))
    wrong += [
        f"payment {pk}: {amount} taken, {credited} credited"
        for pk, amount, credited in Payment.objects.annotate(credited=booked)
        .exclude(credited=-F("amount"))
        .order_by("pk")
        .values_list("pk", "amount", "credited")
    ]
    wrong += [
        f"payment {pk}: {amount} taken, {returned} given back"
        for pk, amount, returned in Payment.objects.filter(refunds=None)
        .annotate(returned=Sum("refunded_by__amount"))
        .filter(amount__lt=-F("returned"))
        .order_by("pk")
        .values_list("pk", "amount", "returned")
    ]
    own = Sum("postings__amount", filter=Q(postings__amount__gt=0))
    mirrored = {
        pk: (original, debit)
        for pk, original, debit in JournalEntry.objects.filter(reverses__isnull=False)
        .annotate(debit=own)
        .values_list("pk", "reverses_id", "debit")
    }
    originals = dict(
        JournalEntry.objects.filter(pk__in=[original for original, _debit in mirrored.values()])
        .annotate(debit=own)
        .values_list("pk", "debit")
    )
    return wrong + [
        f"journal entry {pk}: reverses {original} with {debit} instead of {originals[original]}"
        for pk, (original, debit) in sorted(mirrored.items())
        if originals[original] != debit
    ]
