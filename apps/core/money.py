"""Money is Chinese yuan as Decimal, exact to the fen (0.01), rounded half up, never a float."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.widths import half_width

FEN = Decimal("0.01")
MAX_DIGITS = 12
LIMIT = Decimal(10) ** (MAX_DIGITS - 2)
"""Amounts are smaller than this, either way."""

_TYPED = re.compile(
    r"(?P<minus>-?)\s*(?:¥|CNY|RMB)?\s*(?P<minus_2>-?)\s*(?P<number>[\d,. ]*?)\s*(?:元|CNY|RMB)?",
    re.ASCII | re.IGNORECASE,
)
_PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?|\d{1,3}( \d{3})+(\.\d*)?")


def fen(value: Decimal | int | str) -> Decimal:
    """Return ``value`` in yuan rounded half up (away from zero) to the fen.

    Raises TypeError for a float: it has lost the fen already.
    """
    if isinstance(value, float):
        raise TypeError("money is never a float; use Decimal, int or str")
    # Adding zero turns -0.00 into 0.00.
    return Decimal(value).quantize(FEN, rounding=ROUND_HALF_UP) + 0


def parse_amount(text: str) -> Decimal:
    """Read an amount as people type it: ``¥1,234.50``, ``1，234.5元``, ``-12``, full-width too.

    Commas must group thousands: ``12,50`` is refused, not read as 1250. Raises ValidationError with
    code ``missing``, ``invalid``, ``too_precise`` or ``too_large``.
    """
    typed = half_width(text).strip()
    if not typed:
        raise ValidationError(_("Enter an amount."), code="missing")
    match = _TYPED.fullmatch(typed)
    number = match["number"] if match else ""
    negative = match is not None and bool(match["minus"] or match["minus_2"])
    doubled = match is not None and bool(match["minus"] and match["minus_2"])
    if doubled or not (_PLAIN.fullmatch(number) or _GROUPED.fullmatch(number)):
        raise ValidationError(
            _("“%(text)s” is not an amount. Write it as in 1,234.50."),
            code="invalid",
            params={"text": text.strip()},
        )
    value = Decimal(re.sub(r"[, ]", "", number))
    if value >= LIMIT:
        raise ValidationError(
            _("An amount is smaller than %(limit)s."),
            code="too_large",
            params={"limit": display(LIMIT)},
        )
    if value != fen(value):
        raise ValidationError(_("An amount has at most two decimals (1 fen)."), code="too_precise")
    return fen(-value if negative else value)


def display(value: Decimal | int) -> str:
    """Return ``1,234.50``; the sign of the currency is the template's."""
    return f"{fen(value):,.2f}"


def allocate(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split ``total`` (yuan, exact to the fen) in proportion to ``weights`` so that the parts sum to it.

    Largest remainder: each part is its exact share rounded down to the fen, and the fen left over go to
    the largest remainders, earlier parts first. A negative total is split as its opposite is.
    Raises ValueError for a total with fractions of a fen, a negative weight, or no positive weight
    (unless the total is zero).
    """
    if total != fen(total):
        raise ValueError("only whole fen can be allocated")
    shares = [Fraction(weight) for weight in weights]
    if any(share < 0 for share in shares):
        raise ValueError("weights are not negative")
    whole = sum(shares)
    if not whole:
        if total:
            raise ValueError("an amount needs at least one positive weight")
        return [fen(0) for _share in shares]
    units = int(abs(total) / FEN)
    exact = [units * share / whole for share in shares]
    floors = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: (floors[n] - exact[n], n))
    for n in by_remainder[: units - sum(floors)]:
        floors[n] += 1
    sign = -1 if total < 0 else 1
    return [fen(sign * FEN * part) for part in floors]


class MoneyFormField(forms.DecimalField):
    """A text input that reads amounts as people type them (see ``parse_amount``)."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": MAX_DIGITS, "decimal_places": 2, **kwargs})

    # The stubs derive DecimalField from IntegerField and keep its return type.
    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the amount, None for an empty optional field; raises what ``parse_amount`` raises."""
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        return fen(value) if isinstance(value, Decimal | int) else parse_amount(str(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask phones for the decimal keyboard."""
        return {
            **super().widget_attrs(widget),
            "inputmode": "decimal",
            "autocomplete": "off",
        }


class MoneyField(models.DecimalField):
    """Yuan as ``numeric(12, 2)``; forms read it with ``MoneyFormField``.

    PostgreSQL rounds a finer value as ``fen`` does, half away from zero.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", MAX_DIGITS)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave the defaults out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        if kwargs.get("max_digits") == MAX_DIGITS:
            del kwargs["max_digits"]
        if kwargs.get("decimal_places") == 2:
            del kwargs["decimal_places"]
        return name, path, args, kwargs

    def to_python(self, value: Any) -> Decimal | None:
        """Refuse floats, which DecimalField would round silently."""
        if isinstance(value, float):
            raise TypeError("money is never a float; use Decimal, int or str")
        return super().to_python(value)

    def formfield(self, **kwargs: Any) -> Any:
        """Use ``MoneyFormField`` unless the caller names another class."""
        return super().formfield(**{"form_class": MoneyFormField, **kwargs})
