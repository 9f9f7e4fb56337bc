"""Rows of this room, made by its verbs."""

from decimal import Decimal

from apps.money import services
from apps.money.models import Account


def make_receivable(cast, amount: str = "300.00", label: str = "WO-1") -> Account:
    """What a customer owes ``cast.store`` for one settlement."""
    account = Account.open(cast.store, Account.Kind.RECEIVABLE, label)
    revenue = Account.general(cast.store, Account.Kind.LABOUR_REVENUE)
    services.post(
        cast.store,
        "settlement",
        account,
        [(account, Decimal(amount)), (revenue, -Decimal(amount))],
        by=cast.cashier,
    )
    return account
