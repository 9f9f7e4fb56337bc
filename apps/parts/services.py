"""Verbs of the shelf. Every movement is a row; the stock item's figures follow it in the same transaction.

Locks: stock items by id, then demands by id. Nothing ever goes below zero, and what is reserved
for one demand goes to another only by releasing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.catalog.models import Part
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.parts.models import Demand, Movement, StockItem

ZERO = Decimal(0)


def amount_of(quantity: Decimal) -> str:
    """A quantity as people write it: ``4``, ``4.5``."""
    return number_format(quantity.normalize() if quantity % 1 else int(quantity))


@transaction.atomic
def open_demands(
    store: Store,
    wanted: Iterable[tuple[Part, Decimal]],
    *,
    purpose: str,
    needed_at: datetime | None = None,
) -> list[Demand]:
    """One demand per (part, quantity), in the given order, each reserved as far as the shelf goes.

    Three statements whatever the number (and one for parts never stocked before).
    """
    wanted = list(wanted)
    items = _locked_items(store, [part for part, _quantity in wanted])
    demands = []
    for part, quantity in wanted:
        _check_positive(quantity)
        item = items[part.pk]
        reserved = min(quantity, item.available)
        item.reserved += reserved
        demands.append(
            Demand(
                store=store,
                part=part,
                purpose=purpose[:40],
                quantity=quantity,
                reserved=reserved,
                needed_at=needed_at,
                created_at=clock.now(),
            )
        )
    StockItem.objects.bulk_update(items.values(), ["reserved"])
    return Demand.objects.bulk_create(demands)


def open_demand(
    store: Store, part: Part, quantity: Decimal, *, purpose: str, needed_at: datetime | None = None
) -> Demand:
    """One demand for ``quantity`` of ``part``, reserved as far as the shelf goes; see ``demand.short``."""
    return open_demands(store, [(part, quantity)], purpose=purpose, needed_at=needed_at)[0]


@transaction.atomic
def reserve(demand: Demand) -> Decimal:
    """Reserve what is still short, as far as the shelf goes; returns what stays short."""
    item, demand = _lock(demand)
    taken = min(demand.short, item.available)
    if taken > 0:
        item.reserved += taken
        demand.reserved += taken
        item.save(update_fields=["reserved"])
        demand.save(update_fields=["reserved"])
    return demand.short


@transaction.atomic
def release_reservation(demand: Demand, *, by: User, reason: str) -> None:
    """Give up what is reserved, so that it can be reserved for another. Recorded with its reason."""
    if not reason.strip():
        raise DomainError(_("Say why the reservation is given up."), code="reason_missing")
    item, demand = _lock(demand)
    if not demand.reserved:
        raise DomainError(
            _("%(part)s: nothing is reserved for %(purpose)s.")
            % {"part": demand.part, "purpose": demand.purpose},
            code="nothing_reserved",
        )
    given_up = demand.reserved
    item.reserved -= given_up
    demand.reserved = ZERO
    item.save(update_fields=["reserved"])
    demand.save(update_fields=["reserved"])
    Event.record(
        "parts.reservation_released", about=demand, by=by, reason=reason[:300], facts=_facts(demand, given_up)
    )


@transaction.atomic
def change_quantity(demand: Demand, quantity: Decimal) -> None:
    """Another quantity is needed. Less frees what is reserved; more reserves as far as the shelf goes.

    Raises DomainError below what has been issued. The release does not grow with it.
    """
    _check_positive(quantity)
    item, demand = _lock(demand)
    if quantity < demand.issued:
        raise DomainError(
            _("%(part)s: %(issued)s already issued; take it back before asking for less.")
            % {"part": demand.part, "issued": amount_of(demand.issued)},
            code="issued_already",
        )
    demand.quantity = quantity
    demand.released_quantity = min(demand.released_quantity, quantity)
    demand.state = Demand.State.ISSUED if demand.issued == quantity else Demand.State.OPEN
    wanted = min(quantity - demand.issued, demand.reserved + item.available)
    freed = demand.reserved - wanted
    item.reserved -= freed
    demand.reserved = wanted
    item.save(update_fields=["reserved"])
    demand.save(update_fields=["quantity", "released_quantity", "state", "reserved"])
    if freed > 0:
        _serve_waiting(item)


@transaction.atomic
def cancel(demand: Demand) -> None:
    """It is not needed any more. Raises DomainError while issued parts are out; twice does nothing."""
    item, demand = _lock(demand)
    if demand.issued:
        raise DomainError(
            _("%(part)s: %(issued)s already issued; take it back first.")
            % {"part": demand.part, "issued": amount_of(demand.issued)},
            code="issued_already",
        )
    freed = demand.reserved
    item.reserved -= freed
    demand.reserved = demand.released_quantity = ZERO
    demand.state = Demand.State.CANCELLED
    demand.released_at = None
    item.save(update_fields=["reserved"])
    demand.save(update_fields=["reserved", "state", "released_at", "released_quantity"])
    if freed:
        _serve_waiting(item)


def expect(demand: Demand, on: date | None, *, by: User) -> None:
    """Note the day on which what is short will arrive (None: unknown)."""
    updated = Demand.objects.open().filter(pk=demand.pk).update(expected_on=on)
    if not updated:
        raise DomainError(
            _("%(part)s for %(purpose)s is no longer open.")
            % {"part": demand.part, "purpose": demand.purpose},
            code="demand_closed",
        )
    demand.expected_on = on
    Event.record(
        "parts.expected", about=demand, by=by, facts=_facts(demand) | {"on": on.isoformat() if on else None}
    )


@transaction.atomic
def receive(
    store: Store, part: Part, quantity: Decimal, *, by: User, note: str = "", shelf: str = ""
) -> StockItem:
    """Put goods on the shelf; what others wait for is reserved for them at once, the earliest need first."""
    _check_positive(quantity)
    item = _locked_items(store, [part])[part.pk]
    item.on_hand += quantity
    if shelf:
        item.shelf = shelf
    item.save(update_fields=["on_hand", "shelf"])
    _move(item, Movement.Kind.RECEIPT, quantity, by=by, note=note)
    _serve_waiting(item, by=by)
    return item


@transaction.atomic
def issue(demand: Demand, quantity: Decimal | None = None, *, by: User) -> Movement:
    """Hand out ``quantity`` (default: all that may go and is there) to the demand.

    Raises DomainError ``not_released`` before the customer's consent, ``more_than_wanted`` above it and
    ``short`` when the shelf holds less than that for this demand.
    """
    item, demand = _lock(demand)
    wanted = _issuable(demand, item, quantity)
    movement = _move(item, Movement.Kind.ISSUE, -wanted, by=by, demand=demand)
    from_reserve = min(wanted, demand.reserved)
    item.on_hand -= wanted
    item.reserved -= from_reserve
    demand.reserved -= from_reserve
    demand.issued += wanted
    if demand.issued == demand.quantity:
        demand.state = Demand.State.ISSUED
    item.save(update_fields=["on_hand", "reserved"])
    demand.save(update_fields=["reserved", "issued", "state"])
    Event.record("parts.issued", about=demand, by=by, facts=_facts(demand, wanted))
    return movement


def _issuable(demand: Demand, item: StockItem, quantity: Decimal | None) -> Decimal:
    """How much goes out; raises DomainError when it may not."""
    said = {"part": demand.part, "purpose": demand.purpose}
    open_quantity = demand.quantity - demand.issued
    if demand.state != Demand.State.OPEN or (quantity is not None and quantity > open_quantity):
        raise DomainError(_("%(purpose)s needs no more of %(part)s.") % said, code="more_than_wanted")
    there = demand.reserved + item.available
    wanted = min(demand.issuable, there) if quantity is None else quantity
    if not demand.released_at or wanted > demand.issuable or not demand.issuable:
        raise DomainError(
            _("%(part)s is not authorised for %(purpose)s. It can be issued once the customer has consented.")
            % said,
            code="not_released",
        )
    if wanted > there or there <= 0:
        said |= {"there": amount_of(there), "wanted": amount_of(wanted or demand.issuable)}
        raise DomainError(
            _("%(part)s: %(there)s on the shelf for %(purpose)s, %(wanted)s wanted.") % said, code="short"
        )
    _check_positive(wanted)
    return wanted


@transaction.atomic
def return_(demand: Demand, quantity: Decimal, *, by: User, note: str) -> Movement:
    """Take issued parts back; they stay reserved for the demand until it is changed or cancelled."""
    _check_positive(quantity)
    item, demand = _lock(demand)
    if quantity > demand.issued:
        raise DomainError(
            _("Only %(issued)s of %(part)s was issued to %(purpose)s.")
            % {"issued": amount_of(demand.issued), "part": demand.part, "purpose": demand.purpose},
            code="more_than_issued",
        )
    item.on_hand += quantity
    item.reserved += quantity
    demand.issued -= quantity
    demand.reserved += quantity
    demand.state = Demand.State.OPEN
    item.save(update_fields=["on_hand", "reserved"])
    demand.save(update_fields=["reserved", "issued", "state"])
    movement = _move(item, Movement.Kind.RETURN, quantity, by=by, demand=demand, note=note)
    Event.record("parts.returned", about=demand, by=by, reason=note[:300], facts=_facts(demand, quantity))
    return movement


@transaction.atomic
def correct_count(item: StockItem, counted: Decimal, *, by: User, note: str) -> Movement | None:
    """The shelf was counted. Writes the difference, None when there is none.

    Raises DomainError when less lies there than is reserved (release a reservation first).
    """
    if not note.strip():
        raise DomainError(_("Say why the count differs."), code="reason_missing")
    item = StockItem.objects.locked().select_related(None).get(pk=item.pk)
    if counted < item.reserved:
        raise DomainError(
            _("%(part)s: %(reserved)s is reserved. Give up reservations before counting %(counted)s.")
            % {"part": item.part, "reserved": amount_of(item.reserved), "counted": amount_of(counted)},
            code="reserved",
        )
    difference = counted - item.on_hand
    if not difference:
        return None
    item.on_hand = counted
    item.save(update_fields=["on_hand"])
    movement = _move(item, Movement.Kind.COUNT, difference, by=by, note=note)
    if difference > 0:
        _serve_waiting(item, by=by)
    return movement


def release_for_issue(demand_ids: Iterable[int]) -> None:
    """The customer has consented to the whole quantity of these demands. One statement.

    Called only by the room that knows the consent.
    """
    from_now = clock.now()
    Demand.objects.open().filter(pk__in=list(demand_ids)).update(
        released_at=from_now, released_quantity=F("quantity")
    )


def hand_on(demands: Iterable[Demand], *, purpose: str, needed_at: datetime | None) -> None:
    """What was kept for one purpose is kept for another, with all that is reserved. One statement."""
    ids = [demand.pk for demand in demands]
    Demand.objects.open().filter(pk__in=ids).update(purpose=purpose[:40], needed_at=needed_at)


def hold_back(demand: Demand) -> None:
    """The consent is gone: nothing more is issued than is out already. One statement."""
    Demand.objects.filter(pk=demand.pk).update(released_quantity=F("issued"))


def seed_stock(store: Store, *, by: User, quantity: int = 20) -> int:
    """Demonstration: receive ``quantity`` of every part of the catalogue; returns how many parts."""
    parts = Part.objects.filter(group_id=store.group_id, is_active=True).order_by("pk")
    for number, part in enumerate(parts):
        # Every seventh part is scarce, so that the lists have something to show.
        scarce = number % 7 == 6
        item = receive(
            store,
            part,
            Decimal(2 if scarce else quantity),
            by=by,
            note="",
            shelf=f"{chr(65 + number // 24 % 26)}{number // 6 % 4 + 1}-{number % 6 + 1:02d}",
        )
        item.reorder_point = Decimal(4)
        item.save(update_fields=["reorder_point"])
    return len(parts)


def _check_positive(quantity: Decimal) -> None:
    if quantity <= 0:
        raise DomainError(_("A quantity is more than zero."), code="not_positive")


def _locked_items(store: Store, parts: list[Part]) -> dict[int, StockItem]:
    """Stock items by part id, locked by id; those never stocked before are made."""
    ids = {part.pk for part in parts}
    found = {item.part_id: item for item in StockItem.objects.locked().filter(store=store, part_id__in=ids)}
    if missing := ids - found.keys():
        StockItem.objects.bulk_create(
            [StockItem(store=store, part_id=pk) for pk in sorted(missing)], ignore_conflicts=True
        )
        found = {
            item.part_id: item for item in StockItem.objects.locked().filter(store=store, part_id__in=ids)
        }
    return found


def _lock(demand: Demand) -> tuple[StockItem, Demand]:
    """The demand and its stock item, locked and fresh. The caller's object becomes fresh too."""
    item = _locked_items(demand.store, [demand.part])[demand.part_id]
    demand.refresh_from_db(
        from_queryset=Demand.objects.select_related("part", "store").select_for_update(
            no_key=True, of=("self",)
        )
    )
    return item, demand


def _serve_waiting(item: StockItem, *, by: User | None = None) -> None:
    """Reserve what has become free for those who wait, the earliest need first."""
    if item.available <= 0:
        return
    waiting = (
        Demand.objects.short()
        .filter(store_id=item.store_id, part_id=item.part_id)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    far = datetime.max.replace(tzinfo=clock.now().tzinfo)
    for demand in sorted(waiting, key=lambda d: (d.needed_at or far, d.pk)):
        taken = min(demand.short, item.available)
        if taken <= 0:
            break
        demand.reserved += taken
        item.reserved += taken
        demand.save(update_fields=["reserved"])
        if not demand.short:
            Event.record("parts.arrived", about=demand, by=by, facts=_facts(demand))
    item.save(update_fields=["reserved"])


def _move(
    item: StockItem,
    kind: str,
    quantity: Decimal,
    *,
    by: User,
    demand: Demand | None = None,
    note: str = "",
) -> Movement:
    return Movement.objects.create(
        item=item,
        demand=demand,
        kind=kind,
        quantity=quantity,
        note=note[:200],
        made_by=by,
        made_at=clock.now(),
    )


def _facts(demand: Demand, quantity: Decimal | None = None) -> dict:
    facts = {"part": demand.part.code, "name": demand.part.name, "purpose": demand.purpose}
    return facts | ({"quantity": str(quantity)} if quantity is not None else {})
