"""Whatever people do with the ledger's verbs, it stays balanced to the fen."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import DomainError
from apps.money import selectors, services
from apps.money.models import Account, JournalEntry, Payment, Posting
from tests.money.factories import make_receivable

fens = st.integers(1, 50_000).map(lambda n: Decimal(n) / 100)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), fens),
        st.tuples(st.just("pay"), fens, st.integers(0, 9), st.sampled_from(Payment.Method.values)),
        st.tuples(st.just("refund"), fens, st.integers(0, 9)),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
    ),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=steps)
def test_random_sequences_of_verbs_keep_every_account_balanced(cast, walk):
    with transaction.atomic():
        owed: dict[int, Decimal] = {}
        for step in walk:
            with transaction.atomic():
                _do(cast, step, owed)
        assert (Posting.objects.aggregate(total=Sum("amount"))["total"] or 0) == 0
        for account in Account.objects.filter(pk__in=owed).with_balance():
            assert account.balance == owed[account.pk]
        assert selectors.differences() == []
        transaction.set_rollback(True)


def _refusal(call, *args, **kwargs) -> str:
    """The code of the refusal; empty when it was done."""
    try:
        call(*args, **kwargs)
    except DomainError as refused:
        return refused.code
    return ""


def _do(cast, step, owed):
    """Carry one step out and keep our own book beside it; a refused step changes neither."""
    match step:
        case ("bill", amount):
            owed[make_receivable(cast, str(amount)).pk] = amount
        case ("pay", amount, n, method):
            if accounts := list(Account.objects.filter(kind="receivable").order_by("pk")):
                account = accounts[n % len(accounts)]
                refused = _refusal(services.take_payment, account, method, amount, by=cast.cashier)
                assert refused == ("more_than_owed" if amount > owed[account.pk] else "")
                owed[account.pk] -= 0 if refused else amount
        case ("refund", amount, n):
            if payments := list(Payment.objects.filter(refunds=None).order_by("pk")):
                payment = payments[n % len(payments)]
                refused = _refusal(services.refund, payment, amount, by=cast.cashier, reason="walk")
                assert refused in ("", "more_than_paid")
                owed[payment.account_id] += 0 if refused else amount
        case ("reverse", n):
            if entries := list(JournalEntry.objects.filter(kind="settlement").order_by("pk")):
                entry = entries[n % len(entries)]
                billed = entry.postings.get(account__kind="receivable")
                refused = _refusal(services.reverse, entry, by=cast.manager, reason="walk")
                assert refused in ("", "reversed_already", "is_reversal")
                owed[billed.account_id] -= 0 if refused else billed.amount
