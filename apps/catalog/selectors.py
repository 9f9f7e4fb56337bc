"""What a price depends on besides the price list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.accounts.models import Setting, Store

LABOUR_RATE = "catalog.labour_rate"


def labour_rate(store: Store | int | None, on: date | None = None) -> Decimal:
    """Yuan per flat-rate hour in ``store`` on ``on`` (default today). One query."""
    return Setting.value_of(LABOUR_RATE, store, on)
