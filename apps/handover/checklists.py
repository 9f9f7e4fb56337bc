"""What is prepared, looked at again and explained when a new car is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Item:
    """One tick. ``statutory_only``: asked only for cars under statutory liability."""

    key: str
    label: Any
    hint: Any = ""
    statutory_only: bool = False


@dataclass(frozen=True)
class Group:
    """Items under one heading."""

    label: Any
    items: tuple[Item, ...]


PREPARED = (
    Group(
        _("Vehicle"),
        (
            Item("inspected", _("Pre-delivery inspection done"), _("By the maker's list, signed")),
            Item("washed", _("Washed inside and out, protective films removed")),
            Item("energised", _("Fuelled or charged"), _("A quarter tank, or 50 % charge")),
            Item("battery", _("Starter battery charged")),
            Item("tyres", _("Tyre pressures set")),
            Item("settings", _("Clock, language and radio set")),
            Item("accessories", _("Ordered accessories fitted")),
            Item("tools", _("Tools, jack, warning triangle and vest on board")),
        ),
    ),
    Group(
        _("Papers"),
        (
            Item("invoice", _("Purchase invoice")),
            Item("certificate", _("Certificate of conformity")),
            Item("statutory_paper", _("Statutory liability certificate"), statutory_only=True),
            Item("insurance_paper", _("Insurance policy")),
            Item("temporary_plate", _("Temporary plate")),
            Item("booklets", _("Owner's manual and maintenance booklet")),
            Item("keys", _("Both keys")),
        ),
    ),
)

RECHECKED = (
    Group(
        _("Recheck on the day"),
        (
            Item("body", _("Paint, glass and wheels without a mark")),
            Item("cabin", _("Cabin clean, no warning lamps")),
            Item("papers", _("Papers complete and in one folder")),
            Item("both_keys", _("Both keys tried")),
        ),
    ),
)

EXPLAINED = (
    Group(
        _("Explained"),
        (
            Item("warranty", _("Warranty: what, how long, how far")),
            Item("free_repair", _("Free-repair period")),
            Item("statutory", _("Statutory liability: repair, replacement, return"), statutory_only=True),
            Item(
                "first_maintenance",
                pgettext_lazy("explained", "First maintenance"),
                _("When, and that it is free"),
            ),
            Item("insurance", _("Insurance terms")),
            Item("accident", _("What to do in an accident")),
            Item("road_assistance", _("Road assistance and its number")),
            Item("service_contract", _("Service products and contract")),
        ),
    ),
    Group(
        _("Shown at the car"),
        (
            Item("controls", _("Controls shown on the car")),
            Item("oil_and_tyres", _("Oil once a month, tyres twice a month")),
            Item("survey", _("The maker's own survey")),
        ),
    ),
)

LISTS: dict[str, tuple[Group, ...]] = {"prepared": PREPARED, "rechecked": RECHECKED, "explained": EXPLAINED}


def keys(name: str, *, statutory: bool) -> list[str]:
    """What must be ticked in one list, in its order."""
    items = (item for group in LISTS[name] for item in group.items)
    return [item.key for item in items if statutory or not item.statutory_only]
