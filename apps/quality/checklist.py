"""What is checked, by kind of work. Source: domain description, quality control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # the type of a lazy text exists in the stubs alone
    from django.utils.functional import _StrPromise

OK, BAD, NOT_APPLICABLE = "ok", "bad", "na"
VERDICTS = (OK, BAD, NOT_APPLICABLE)

GENERAL = {
    "ordered": _("Everything on the order is done"),
    "fasteners": _("Fasteners tightened to torque"),
    "leaks": _("No leaks"),
    "lamps": _("No warning lamp is lit"),
    "tools": _("No tools or rags left in the car"),
    "belongings": _("The customer's belongings are in place"),
    "exterior": _("Exterior as at the walk-around"),
    "old_parts": _("Old parts are ready as the customer wished"),
    "papers": _("Job card filled in"),
}
SAFETY = {
    "brakes": _("Brakes tested"),
    "steering": _("Steering free and straight"),
    "tyres": _("Wheel nuts and tyre pressure checked"),
}


def items_for(*, safety_relevant: bool) -> dict[str, _StrPromise]:
    """``{code: text}`` in the order of checking."""
    return GENERAL | SAFETY if safety_relevant else dict(GENERAL)
