"""Rows of the vehicle file. Key: the VIN.

``cleaned``: ``vin plate engine_number brand model colour purchased_on licensed_on insurance_due_on
inspection_due_on customer_number owner_known mileage_km energy gearbox displacement``; VIN and plate are
normalised, the plate is empty for a car without one, ``mileage_km`` is whole kilometres or None.
"""

from apps.imports.legacy.customers import customer_key
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.fields import read_plate, read_vin
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.numbers import read_mileage
from apps.imports.legacy.synonyms import CUSTOMERS, VEHICLES
from apps.imports.legacy.verdicts import Draft, Verdict


def read(draft: Draft) -> None:
    """Read the cells of a vehicle row into ``draft``."""
    draft.key = read_vin(draft)
    draft.cleaned = {
        "vin": draft.key,
        "plate": read_plate(draft),
        "engine_number": draft.code("engine_number", longest=30, optional=True),
        "brand": draft.text("brand", longest=60),
        "model": draft.text("model", longest=80),
        "colour": draft.text("colour", longest=30),
        "purchased_on": draft.day("purchased_on", future="purchase_date_in_future"),
        "licensed_on": draft.day("licensed_on", future="date_in_future"),
        "insurance_due_on": draft.day("insurance_due_on"),
        "inspection_due_on": draft.day("inspection_due_on"),
        "customer_number": draft.code("customer_number", longest=30, optional=True),
        "mileage_km": mileage(draft),
        "energy": draft.text("energy", longest=40),
        "gearbox": draft.text("gearbox", longest=40),
        "displacement": draft.text("displacement", longest=20),
    }


def judge(draft: Draft, ledger: Ledger) -> Verdict:
    """Return the verdict on a row that was read, and remember it if it is accepted."""
    fingerprint = draft.fingerprint()
    if duplicate := draft.duplicate(VEHICLES, ledger, fingerprint, "vin_twice"):
        return duplicate
    if draft.rejects:
        return draft.rejected()
    cleaned = draft.cleaned
    owner = cleaned["customer_number"]
    cleaned["owner_known"] = bool(owner) and ledger.seen(CUSTOMERS, customer_key(owner)) is not None
    if owner and not cleaned["owner_known"]:
        draft.note("owner_unknown")
    if cleaned["plate"]:
        if ledger.vins_of(cleaned["plate"]):
            draft.note("plate_on_other_vehicle")
        ledger.accept_plate(cleaned["plate"], draft.key)
    if cleaned["purchased_on"]:
        ledger.accept_purchase(draft.key, cleaned["purchased_on"])
    ledger.accept(VEHICLES, draft.key, fingerprint)
    return draft.accepted(fingerprint)


def mileage(draft: Draft) -> int | None:
    """Return the kilometres of a row; what cannot be read is left out (repaired) and kept as text."""
    raw = draft.raw("mileage_km")
    try:
        km, note = read_mileage(raw)
    except Unreadable as error:
        lost = error.code in ("cell_is_error", "formula_without_value")
        draft.repair("value_lost" if lost else error.code, "mileage_km" if lost else "")
        draft.keep("mileage_km", str(raw))
        return None
    if note:
        draft.note(note)
    return km
