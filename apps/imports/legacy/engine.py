"""From tables to verdicts."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

from apps.imports.legacy import customers, history, vehicles
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.synonyms import CUSTOMERS, HISTORY, VEHICLES
from apps.imports.legacy.tables import Record, Skipped, Table
from apps.imports.legacy.verdicts import Draft, Verdict

BATCH = 500

READERS: dict[str, Callable[[Draft], None]] = {
    CUSTOMERS: customers.read,
    VEHICLES: vehicles.read,
    HISTORY: history.read,
}
JUDGES: dict[str, Callable[[Draft, Ledger], Verdict]] = {
    CUSTOMERS: customers.judge,
    VEHICLES: vehicles.judge,
    HISTORY: history.judge,
}

Prepare = Callable[[str, list[Draft], Ledger], None]
"""Called with each batch before it is judged, to let the ledger learn what the database knows of it."""


def judge(
    table: Table, ledger: Ledger, *, as_of: date, batch: int = BATCH, prepare: Prepare | None = None
) -> Iterator[list[Verdict | Skipped]]:
    """Yield the verdicts on ``table`` in the order of its lines, ``batch`` at a time.

    ``as_of`` is the day of the export: later dates lie in the future. Tables must be judged in the order of
    ``Folder.tables``. A batch may be written before the next one is asked for; nothing is read ahead.
    """
    records = table.records()
    read = READERS[table.kind]
    while lines := list(islice(records, batch)):
        drafts = {}
        for place, line in enumerate(lines):
            if isinstance(line, Record):
                draft = drafts[place] = Draft(line, as_of, table.epoch_1904)
                for fault in line.faults:
                    draft.reject(fault)
                read(draft)
        if prepare:
            prepare(table.kind, list(drafts.values()), ledger)
        yield [
            JUDGES[table.kind](drafts[place], ledger) if place in drafts else line  # type: ignore[misc]
            for place, line in enumerate(lines)
        ]
