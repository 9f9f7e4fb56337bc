"""The booking as it stands on the page: what was typed so far, priced, never saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.appointments import items
from apps.appointments.items import Ask, Wish
from apps.appointments.models import AppointmentItem
from apps.appointments.selectors import KINDS
from apps.capacity.needs import Needs
from apps.catalog.models import Part
from apps.core.widths import half_width
from apps.parts.selectors import standing

LARGEST = Decimal(999)
MOST_ROWS = 60


@dataclass(frozen=True)
class Short:
    """A part that is not free on the shelf; ``on`` is when it comes if it is ordered today."""

    part: Part
    on: date | None


@dataclass
class Row:
    """One thing asked for, as a line of the page. ``quantity_text`` is what was typed."""

    kind: str
    thing: Any
    quantity_text: str = "1"
    wish: str = Wish.WISHED
    error: str = ""
    quantity: Decimal = Decimal(1)
    hours: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    parts: list[AppointmentItem] = field(default_factory=list)
    short: list[Short] = field(default_factory=list)
    is_on_shelf: bool = False

    @property
    def key(self) -> str:
        """``operation:12``: how the form names the thing."""
        return f"{self.kind}:{self.thing.pk}"


@dataclass
class Draft:
    """All rows with their totals."""

    rows: list[Row] = field(default_factory=list)
    lines: list[AppointmentItem] = field(default_factory=list)

    @classmethod
    def read(cls, data: QueryDict | dict, user: User, store: Store | None) -> Draft:
        """From the form's ``item``, ``quantity`` and ``wish`` lists, with ``add`` and ``remove`` carried out.

        Things of another group and unknown ones are left out. At most six queries.
        """
        asked = [*_lists(data)]
        remove = str(data.get("remove", ""))
        if remove.isdecimal() and int(remove) < len(asked):
            del asked[int(remove)]
        add, _sep, wish = str(data.get("add", "")).partition("@")
        if add and add not in [key for key, _quantity, _wish in asked]:
            asked.append((add, "1", wish or Wish.WISHED))
        return cls.of(asked[:MOST_ROWS], user, store)

    @classmethod
    def of(cls, asked: Sequence[tuple[str, str, str]], user: User, store: Store | None) -> Draft:
        """From ``(key, quantity, wish)`` triples."""
        known = _things([key for key, _quantity, _wish in asked], user)
        draft = cls()
        rate = items.labour_rate(store) if known else Decimal(0)
        for key, quantity, wish in asked:
            if key in known:
                row = Row(key.partition(":")[0], known[key], quantity)
                row.wish = wish if wish in Wish.values else Wish.WISHED
                draft.rows.append(row)
                _price(draft, row, rate)
        return draft

    @property
    def is_valid(self) -> bool:
        """Whether every quantity can be used."""
        return not any(row.error for row in self.rows)

    @property
    def asks(self) -> list[Ask]:
        """What the booking verb takes."""
        return [Ask(row.thing, row.quantity, row.wish) for row in self.rows]

    @property
    def hours(self) -> Decimal:
        """Flat-rate hours of all rows."""
        return sum((row.hours for row in self.rows), Decimal(0))

    @property
    def amount(self) -> Decimal:
        """Yuan of all rows."""
        return sum((row.amount for row in self.rows), Decimal(0))

    def look_at_shelf(self, store: Store) -> None:
        """Say of each row whether its parts are free on the shelf, all rows together. Three queries."""
        wants: defaultdict[int, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            for line in row.parts:
                wants[line.part.pk] += line.quantity  # type: ignore[union-attr]  # part lines only
        found = standing(store.pk, wants)
        for row in self.rows:
            known = [(line.part, found[line.part.pk]) for line in row.parts if line.part.pk in found]  # type: ignore[union-attr]  # as above
            row.short = [Short(part, how.expected_on) for part, how in known if part and not how.is_there]
            row.is_on_shelf = bool(known) and not row.short

    def needs(self, kind: str, advisor_id: int | None, **more: Any) -> Needs:
        """What it takes of the house; ``more``: people, mobility."""
        return items.needs(self.lines, kind, advisor_id, **more)


def _lists(data: QueryDict | dict) -> list[tuple[str, str, str]]:
    if not isinstance(data, QueryDict):
        return []
    keys, quantities, wishes = (data.getlist(name) for name in ("item", "quantity", "wish"))
    quantities += ["1"] * (len(keys) - len(quantities))
    wishes += [Wish.WISHED] * (len(keys) - len(wishes))
    return list(zip(keys, quantities, wishes, strict=False))


def _things(keys: Sequence[str], user: User) -> dict[str, Any]:
    """``{"operation:12": row}`` of the user's group, packages with their lines."""
    found: dict[str, Any] = {}
    for kind, model in KINDS.items():
        ids = [key.removeprefix(f"{kind}:") for key in keys if key.startswith(f"{kind}:")]
        ids = [pk for pk in ids if pk.isdecimal() and len(pk) < 19]
        if ids:
            rows = list(model.objects.visible_to(user).filter(pk__in=ids))
            if kind == "package":
                prefetch_related_objects(rows, items.with_lines())
            found |= {f"{kind}:{row.pk}": row for row in rows}
    return found


def _price(draft: Draft, row: Row, rate: Decimal) -> None:
    try:
        row.quantity = Decimal(half_width(row.quantity_text).strip()).quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        row.error = _("“%(text)s” is not a quantity.") % {"text": row.quantity_text[:20]}
        row.quantity = Decimal(1)
    if not row.error and not (row.quantity.is_finite() and 0 < row.quantity <= LARGEST):
        row.error = _("A quantity is more than 0 and at most %(most)s.") % {"most": LARGEST}
        row.quantity = Decimal(1)
    lines = items.lines([Ask(row.thing, row.quantity, row.wish)], rate)
    row.hours = sum((line.flat_rate_hours for line in lines), Decimal(0))
    row.amount = sum((line.amount for line in lines), Decimal(0))
    row.parts = [line for line in lines if line.part]
    draft.lines += lines
