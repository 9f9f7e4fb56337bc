"""Rows of the customer file. Key: the customer number of the old system (see ``customer_key``).

``cleaned``: ``number name phone gender advisor registered_on note channel address email customer_kind``;
``phone`` is E.164, ``gender`` male/female/empty, ``channel`` phone/wechat/sms/email/empty.
"""

from apps.core.widths import half_width
from apps.imports.legacy.cells import LOST, CellError, as_text, tidy
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.fields import read_phone
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.synonyms import CHANNELS, CUSTOMERS, GENDERS, NAME_FILLERS
from apps.imports.legacy.verdicts import Draft, Verdict

LONGEST_NUMBER = 30
LONGEST_NAME = 100
LONGEST_NOTE = 2000


def read(draft: Draft) -> None:
    """Read the cells of a customer row into ``draft``."""
    number = draft.code("number", longest=LONGEST_NUMBER, missing="customer_number_missing")
    draft.key = customer_key(number)
    draft.cleaned = {
        "number": number,
        "name": _name(draft),
        "phone": read_phone(draft),
        "gender": draft.word("gender", GENDERS),
        "advisor": draft.text("advisor", longest=60),
        "registered_on": draft.day("registered_on", future="date_in_future"),
        "note": draft.text("note", longest=LONGEST_NOTE, lines=True),
        "channel": draft.word("channel", CHANNELS),
        "address": draft.text("address", longest=200),
        "email": draft.text("email", longest=120),
        "customer_kind": draft.text("customer_kind", longest=40),
    }


def customer_key(number: str) -> str:
    """Return the form in which customer numbers are compared: old databases ignored case and width."""
    return half_width(number).upper()


def judge(draft: Draft, ledger: Ledger) -> Verdict:
    """Return the verdict on a row that was read, and remember it if it is accepted."""
    fingerprint = draft.fingerprint()
    if duplicate := draft.duplicate(CUSTOMERS, ledger, fingerprint, "customer_number_twice"):
        return duplicate
    if draft.rejects:
        return draft.rejected()
    if ledger.has_phone(draft.cleaned["phone"]):
        draft.note("phone_on_other_customer")
    ledger.accept_phone(draft.cleaned["phone"])
    ledger.accept(CUSTOMERS, draft.key, fingerprint)
    return draft.accepted(fingerprint)


def _name(draft: Draft) -> str:
    """Return the name as written: never as a formula, never with widths changed."""
    raw = draft.raw("name")
    if isinstance(raw, CellError) and raw.code == "formula_without_value":
        raw = raw.shown
    try:
        name, dirty = tidy(as_text(raw))
    except Unreadable as error:
        draft.reject(error.code, "name")
        return ""
    if dirty:
        draft.note("invisible_characters_removed", "name")
    if name and not name.strip("?\uff1f"):
        draft.reject("name_lost")
    elif not name or name.lower() in NAME_FILLERS:
        draft.reject("name_missing")
    elif LOST in name:
        draft.reject("unreadable_characters", "name")
    elif len(name) > LONGEST_NAME:
        draft.reject("cell_too_long", "name")
    elif "?" in name or "\uff1f" in name:
        draft.note("question_mark_in_name")
    return name
