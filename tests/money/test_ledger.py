"""Every entry balances, nothing is changed afterwards, a mistake is undone once and by a counter-entry."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.errors import DomainError
from apps.money import selectors, services
from apps.money.models import Account, JournalEntry, Payment, Posting
from tests.harness.connections import in_background, until_a_rival_waits
from tests.money.factories import make_receivable

D = Decimal


def code_of(call, *args, **kwargs):
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def check_now():
    """What a commit would check."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_an_entry_moves_money_between_accounts_and_balances(cast):
    account = make_receivable(cast, "300.10")
    assert selectors.balance(account) == D("300.10")
    assert selectors.balance(Account.general(cast.store, "labour_revenue")) == D("-300.10")
    check_now()


def test_a_store_has_one_till_and_many_receivables(cast):
    assert Account.general(cast.store, "till") == Account.general(cast.store, "till")
    assert Account.general(cast.store, "till") != Account.general(cast.other_store, "till")
    assert Account.open(cast.store, "receivable", "a") != Account.open(cast.store, "receivable", "a")
    with pytest.raises(ValueError, match="many"):
        Account.general(cast.store, "receivable")
    with pytest.raises(ValueError, match="one"):
        Account.open(cast.store, "till", "second till")


@pytest.mark.parametrize("amounts", [["1.00", "-0.99"], ["1.00"], [], ["0.00", "0.00"]])
def test_an_entry_that_does_not_balance_is_refused(cast, amounts):
    till = Account.general(cast.store, "till")
    sides = [(till, D(a)) for a in amounts]
    assert code_of(services.post, cast.store, "x", till, sides, by=cast.cashier) == "unbalanced"
    assert not JournalEntry.objects.exists()


def test_an_entry_never_spans_two_stores(cast):
    sides = [
        (Account.general(cast.store, "till"), D(1)),
        (Account.general(cast.other_store, "till"), D(-1)),
    ]
    assert code_of(services.post, cast.store, "x", "x", sides, by=cast.cashier) == "unbalanced"


def test_a_payment_lowers_what_is_owed_and_fills_the_till(cast):
    account = make_receivable(cast, "300.00")
    payment = services.take_payment(account, "cash", D("120.00"), by=cast.cashier, reference="r1")
    services.take_payment(account, "wechat", D("180.00"), by=cast.cashier)
    assert selectors.balance(account) == 0
    assert selectors.balance(Account.general(cast.store, "till")) == D("120.00")
    assert selectors.balance(Account.general(cast.store, "mobile")) == D("180.00")
    assert payment.entry.postings.count() == 2


def test_more_than_is_owed_is_refused_and_a_deposit_may_be_any_amount(cast):
    account = make_receivable(cast, "300.00")
    assert code_of(services.take_payment, account, "cash", D("300.01"), by=cast.cashier) == "more_than_owed"
    assert code_of(services.take_payment, account, "cash", D(0), by=cast.cashier) == "not_positive"
    till = Account.general(cast.store, "till")
    assert code_of(services.take_payment, till, "cash", D(1), by=cast.cashier) == "wrong_account"
    deposit = Account.open(cast.store, "deposit", "WO-2")
    services.take_payment(deposit, "transfer", D("5000.00"), by=cast.cashier)
    assert selectors.balance(deposit) == D("-5000.00")


def test_a_refund_gives_back_at_most_what_was_paid(cast):
    account = make_receivable(cast, "300.00")
    payment = services.take_payment(account, "card", D("200.00"), by=cast.cashier)
    services.refund(payment, D("50.00"), by=cast.cashier, reason="courtesy")
    assert selectors.balance(account) == D("150.00")
    assert code_of(services.refund, payment, D("150.01"), by=cast.cashier, reason="again") == "more_than_paid"
    assert code_of(services.refund, payment, D("1"), by=cast.cashier, reason=" ") == "reason_missing"
    refund = services.refund(payment, D("150.00"), by=cast.cashier, reason="rest")
    assert code_of(services.refund, refund, D("1"), by=cast.cashier, reason="x") == "not_positive"
    assert selectors.balance(Account.general(cast.store, "bank")) == 0


def test_an_entry_is_reversed_once_by_its_mirror_image_and_never_changed(cast):
    account = make_receivable(cast, "300.00")
    entry = JournalEntry.objects.get()
    mirror = services.reverse(entry, by=cast.manager, reason="wrong order")
    assert selectors.balance(account) == 0
    assert mirror.reverses == entry
    assert code_of(services.reverse, entry, by=cast.manager, reason="again") == "reversed_already"
    assert code_of(services.reverse, mirror, by=cast.manager, reason="again") == "is_reversal"
    assert entry.postings.count() == 2


def test_a_reversal_says_why(cast):
    make_receivable(cast)
    assert (
        code_of(services.reverse, JournalEntry.objects.get(), by=cast.manager, reason="") == "reason_missing"
    )


@pytest.mark.parametrize("table", ["money_journalentry", "money_posting", "money_payment"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_psql_cannot_change_the_ledger(cast, table, statement):
    account = make_receivable(cast)
    services.take_payment(account, "cash", D(1), by=cast.cashier)
    check_now()
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert Posting.objects.count() == 4


def commit_of(*makers):
    """Make rows and check them as a commit would."""
    with transaction.atomic():
        for make in makers:
            make()
        check_now()


def side(entry, store, amount):
    return lambda: Posting.objects.create(
        entry=entry, account=Account.general(store, "till"), amount=D(amount)
    )


def test_psql_cannot_commit_an_entry_that_does_not_balance(cast):
    make_receivable(cast)
    old = JournalEntry.objects.get()

    def lonely():
        JournalEntry.objects.create(
            store=cast.store, kind="x", subject="x", made_by=cast.cashier, made_at=old.made_at
        )

    for makers in (
        [lonely],
        [side(old, cast.store, "0.01")],
        [side(old, cast.store, 1), side(old, cast.other_store, -1)],
    ):
        with pytest.raises(IntegrityError, match="postings that sum to"):
            commit_of(*makers)
    commit_of(side(old, cast.store, 1), side(old, cast.store, -1))  # the control: this one balances


def test_a_payment_is_refunded_and_not_reversed(cast):
    payment = services.take_payment(make_receivable(cast), "cash", D(1), by=cast.cashier)
    assert code_of(services.reverse, payment.entry, by=cast.manager, reason="x") == "is_payment"


@pytest.mark.django_db(transaction=True)
def test_an_unbalanced_entry_fails_at_the_commit_itself(cast):
    make_receivable(cast)
    old = JournalEntry.objects.get()
    with pytest.raises(IntegrityError, match="postings that sum to"), transaction.atomic():
        Posting.objects.create(entry=old, account=Account.general(cast.store, "till"), amount=D(1))
    assert Posting.objects.count() == 2


def test_the_proof_finds_what_was_tampered_with(cast):
    account = make_receivable(cast)
    services.take_payment(account, "cash", D("10.00"), by=cast.cashier)
    assert selectors.differences() == []
    check_now()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE money_posting SET amount = 9.99 WHERE amount = 10.00")
        cursor.execute("UPDATE money_payment SET amount = 11.00")
        cursor.execute("SET session_replication_role = DEFAULT")
    found = selectors.differences()
    assert len(found) == 2
    assert "sum to -0.01" in found[0]
    assert "11.00 taken" in found[1]


@pytest.mark.django_db(transaction=True)
def test_two_cashiers_cannot_take_the_same_debt_twice(cast):
    account = make_receivable(cast, "100.00")

    def pay():
        fresh = Account.objects.get(pk=account.pk)
        return services.take_payment(fresh, "cash", D("100.00"), by=cast.cashier)

    with transaction.atomic():
        pay()
        rival = in_background(pay)
        until_a_rival_waits()
    with pytest.raises(DomainError, match=r"¥0\.00|¥100\.00"):
        rival.result(timeout=10)
    assert Payment.objects.count() == 1
    assert selectors.balance(account) == 0


def test_balances_of_many_accounts_take_one_query(cast, django_assert_num_queries):
    for n in range(5):
        make_receivable(cast, f"{n + 1}.00", label=str(n))
    with django_assert_num_queries(1):
        rows = list(Account.objects.filter(kind="receivable").with_balance().order_by("pk"))
    assert [row.balance for row in rows] == [D(n + 1) for n in range(5)]
