"""Rows of the repair history: one visit each. Key: order number and VIN, without a number the contents.

``cleaned``: ``number vin arrived_on arrived_at left_on left_at mileage_km reading_counts work_kind items
hours labour_amount parts_amount total_amount advisor technician``; ``…_on`` are dates, ``…_at`` naive
datetimes or None; amounts are yuan or None. ``reading_counts`` is false for a reading that contradicts
the others: it stays on the visit, flagged, and is not the vehicle's mileage.
"""

from datetime import date, datetime
from decimal import Decimal

from apps.core import vin as vins
from apps.core.plates import normalise as normalise_plate
from apps.imports.legacy.dates import day_of
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.numbers import read_amount, read_hours
from apps.imports.legacy.synonyms import HISTORY, VEHICLES, WORK_KINDS
from apps.imports.legacy.vehicles import mileage
from apps.imports.legacy.verdicts import Draft, Outcome, Verdict

AMOUNTS = ("labour_amount", "parts_amount", "total_amount")
_FEN = Decimal("0.01")


def read(draft: Draft) -> None:
    """Read the cells of a visit into ``draft``. ``vin`` is not checked: an unknown one is refused later."""
    vin = _vin(draft)
    number = draft.code("number", longest=40)
    arrived = draft.moment("arrived_on", future="date_in_future", required=True)
    left = draft.moment("left_on", future="date_in_future")
    draft.cleaned = {
        "number": number,
        "vin": vin,
        "plate": "" if vin else normalise_plate(draft.code("plate", longest=30)),
        **_moment("arrived", arrived),
        **_moment("left", left),
        "mileage_km": mileage(draft),
        "work_kind": draft.word("work_kind", WORK_KINDS),
        "items": draft.text("items", longest=2000, lines=True),
        "hours": _hours(draft),
        "advisor": draft.text("advisor", longest=60),
        "technician": draft.text("technician", longest=60),
        **_amounts(draft),
    }
    if arrived and left and _is_before(left, arrived):
        draft.reject("left_before_it_arrived")


def judge(draft: Draft, ledger: Ledger) -> Verdict:
    """Return the verdict on a row that was read, and remember it if it is accepted."""
    _find_vehicle(draft, ledger)
    fingerprint = draft.fingerprint()
    cleaned = draft.cleaned
    draft.key = key_of(draft)
    seen = ledger.seen(HISTORY, draft.key)
    if seen and not seen.earlier and seen.fingerprint != fingerprint:
        return draft.verdict(Outcome.REJECTED, "order_number_reused", *draft.rejects)
    if duplicate := draft.duplicate(HISTORY, ledger, fingerprint, "visit_twice"):
        return duplicate
    if draft.rejects:
        return draft.rejected()
    _place_reading(draft, ledger)
    bought = ledger.purchased_on(cleaned["vin"])
    if bought and cleaned["arrived_on"] < bought:
        draft.note("arrived_before_purchase")
    ledger.accept(HISTORY, draft.key, fingerprint)
    return draft.accepted(fingerprint)


def key_of(draft: Draft) -> str:
    """Return the key of a row whose vehicle is settled."""
    return f"{draft.cleaned['number'] or draft.fingerprint().hex()}|{draft.cleaned['vin']}"


def settle_plate(draft: Draft, ledger: Ledger) -> bool:
    """Fill in the VIN of a row that names its vehicle by a plate; False if several vehicles bear it."""
    cleaned = draft.cleaned
    if not cleaned["vin"] and cleaned["plate"]:
        found = ledger.vins_of(cleaned["plate"])
        if len(found) > 1:
            return False
        cleaned["vin"] = found[0] if found else ""
    return True


def _vin(draft: Draft) -> str:
    has_plate = draft.raw("plate") not in (None, "")
    text = draft.code("vin", longest=60, missing="" if has_plate else "vin_missing")
    normal = vins.normalise(text)
    if normal and normal != draft.raw("vin"):
        draft.repair("vin_normalised")
    return normal


def _find_vehicle(draft: Draft, ledger: Ledger) -> None:
    """Reject the visit of an unknown vehicle; a row without VIN is told by its plate if only one bears it."""
    cleaned = draft.cleaned
    if not settle_plate(draft, ledger):
        draft.rejects.insert(0, "plate_ambiguous")
        return
    if "vin_missing" in draft.rejects:
        return
    if not cleaned["vin"] or ledger.seen(VEHICLES, cleaned["vin"]) is None:
        draft.rejects.insert(0, "unknown_vehicle")


def _place_reading(draft: Draft, ledger: Ledger) -> None:
    """Compare the reading with the newest one that counts, by the days of the visits, not by their lines."""
    cleaned = draft.cleaned
    day, km, vin = cleaned["arrived_on"], cleaned["mileage_km"], cleaned["vin"]
    cleaned["reading_counts"] = False
    if km is None:
        return
    last = ledger.reading(vin)
    if last and day >= last.day and km < last.km:
        draft.repair("mileage_lower")
    elif last and day < last.day and km > last.km:
        draft.repair("mileage_higher_than_later")
    else:
        cleaned["reading_counts"] = True
        if not last or day >= last.day:
            ledger.accept_reading(vin, day, km)


def _moment(name: str, found: date | datetime | None) -> dict[str, date | datetime | None]:
    at = found if isinstance(found, datetime) else None
    return {f"{name}_on": day_of(found) if found else None, f"{name}_at": at}


def _is_before(left: date | datetime, arrived: date | datetime) -> bool:
    if isinstance(left, datetime) and isinstance(arrived, datetime):
        return left < arrived
    return day_of(left) < day_of(arrived)


def _hours(draft: Draft) -> Decimal | None:
    raw = draft.raw("hours")
    try:
        return read_hours(raw)
    except Unreadable as error:
        lost = error.code in ("cell_is_error", "formula_without_value")
        draft.repair("value_lost" if lost else error.code, "hours" if lost else "")
        draft.keep("hours", str(raw))
        return None


def _amounts(draft: Draft) -> dict[str, Decimal | None]:
    """Read the amounts and add them up: an empty part counts as nothing, an empty total is filled in."""
    amounts: dict[str, Decimal | None] = {}
    roundings = 0
    for name in AMOUNTS:
        try:
            amounts[name], repair = read_amount(draft.raw(name))
        except Unreadable as error:
            draft.reject(error.code, name)
            return dict.fromkeys(AMOUNTS)
        if repair:
            draft.repair(repair)
        roundings += repair == "amount_rounded"
        value = amounts[name]
        if value is not None and value < 0:
            draft.reject("amount_negative", name)
    labour, parts, total = (amounts[name] for name in AMOUNTS)
    if labour is None and parts is None:
        return amounts
    added = (labour or Decimal()) + (parts or Decimal())
    if total is None:
        draft.repair("total_filled_in")
        amounts["total_amount"] = added
    elif abs(total - added) > roundings * _FEN:
        draft.reject("total_not_labour_plus_parts")
    return amounts
