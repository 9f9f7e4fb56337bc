"""When the register must be signed: the system decides by rule and says so."""

from decimal import Decimal

import pytest

from apps.reception.register import ALWAYS, CUSTOMER_LEAVES, LONG_WORK, decide


@pytest.mark.parametrize(
    ("hours", "waits", "always", "rules"),
    [
        (None, True, False, ()),
        (Decimal("4.0"), True, False, ()),
        (Decimal("4.1"), True, False, (LONG_WORK,)),
        (None, False, False, (CUSTOMER_LEAVES,)),
        (Decimal(1), True, True, (ALWAYS,)),
        (Decimal(9), False, True, (LONG_WORK, CUSTOMER_LEAVES, ALWAYS)),
    ],
)
def test_the_rules(hours, waits, always, rules):
    register = decide(expected_hours=hours, waits_here=waits, always=always, hours_limit=Decimal(4))
    assert register.rules == rules
    assert register.is_mandatory == bool(rules)
    assert len(register.reasons) == len(rules)


def test_the_reason_names_the_limit_in_force():
    register = decide(expected_hours=Decimal(3), waits_here=True, always=False, hours_limit=Decimal("2.5"))
    assert "2.5" in register.reasons[0]
