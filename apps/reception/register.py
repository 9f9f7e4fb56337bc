"""When the reception register must be signed. Pure: no database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

LONG_WORK, CUSTOMER_LEAVES, ALWAYS = "long_work", "customer_leaves", "always"


@dataclass(frozen=True)
class Register:
    """The decision: mandatory by the rules named in ``rules``, optional when there is none."""

    rules: tuple[str, ...]
    hours_limit: Decimal

    @property
    def is_mandatory(self) -> bool:
        """Whether the customer must sign."""
        return bool(self.rules)

    @property
    def every_rule(self) -> list[tuple[str, str, bool]]:
        """``[(rule, words, applies)]`` of all rules, for a page that judges while one types."""
        return [
            (rule, reason(rule, self.hours_limit), rule in self.rules)
            for rule in (LONG_WORK, CUSTOMER_LEAVES, ALWAYS)
        ]

    @property
    def reasons(self) -> list[str]:
        """The rules in words."""
        return [reason(rule, self.hours_limit) for rule in self.rules]


def reason(rule: str, hours_limit: Decimal) -> str:
    """One rule in words."""
    if rule == LONG_WORK:
        return ngettext(
            "the work takes over %(hours)s hour", "the work takes over %(hours)s hours", int(hours_limit)
        ) % {"hours": f"{hours_limit.normalize():f}"}
    return str(_WORDS[rule])


_WORDS: dict[str, Any] = {
    CUSTOMER_LEAVES: _("the customer leaves the car with us"),
    ALWAYS: _("the file says: always register"),
}


def decide(
    *, expected_hours: Decimal | None, waits_here: bool, always: bool, hours_limit: Decimal
) -> Register:
    """Source: domain description, reception: over 4 h, customer leaves, or the file says always."""
    rules = []
    if expected_hours is not None and expected_hours > hours_limit:
        rules.append(LONG_WORK)
    if not waits_here:
        rules.append(CUSTOMER_LEAVES)
    if always:
        rules.append(ALWAYS)
    return Register(tuple(rules), hours_limit)
