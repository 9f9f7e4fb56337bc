"""What has been accepted so far: the only thing that judging a row needs to know about other rows.

Kept in a private SQLite file that vanishes with its connection, so that memory does not grow with rows. The
importer tells it what the database knows of a batch before the batch is judged (``learn…``); without a
database it is its own memory, also over several runs (``next_run``).
"""

import sqlite3
from dataclasses import dataclass
from datetime import date
from types import TracebackType

_CACHE_KIB = 8192
_TABLES = """
CREATE TABLE accepted (kind TEXT, key TEXT, print BLOB, run INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE plates (plate TEXT, vin TEXT, PRIMARY KEY (plate, vin)) WITHOUT ROWID;
CREATE TABLE phones (phone TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE readings (vin TEXT PRIMARY KEY, day INTEGER, km INTEGER) WITHOUT ROWID;
CREATE TABLE purchases (vin TEXT PRIMARY KEY, day INTEGER) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """An accepted key. ``earlier``: by an earlier run. ``fingerprint`` is empty where nobody knows it."""

    fingerprint: bytes
    earlier: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest accepted reading of a vehicle that counts as its mileage."""

    day: date
    km: int


class Ledger:
    """Accepted keys, plates and readings. Keys: customer number, VIN, order number (see ``verdicts``)."""

    def __init__(self) -> None:
        self._run = 1
        self._db = sqlite3.connect("", isolation_level=None, cached_statements=32)
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA cache_size=-{_CACHE_KIB}; {_TABLES} BEGIN;")

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def next_run(self) -> None:
        """Let everything accepted so far count as imported by an earlier run."""
        self._run += 1

    def seen(self, kind: str, key: str) -> Seen | None:
        """Return what is known of ``key``, or None."""
        row = self._db.execute(
            "SELECT print, run FROM accepted WHERE kind=? AND key=?", (kind, key)
        ).fetchone()
        return Seen(row[0], row[1] < self._run) if row else None

    def accept(self, kind: str, key: str, fingerprint: bytes) -> None:
        """Remember a row of this run."""
        self._db.execute(
            "INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?)", (kind, key, fingerprint, self._run)
        )

    def learn(self, kind: str, key: str, fingerprint: bytes = b"", *, this_run: bool = False) -> None:
        """Remember a row as the database has it; what was accepted here stays.

        ``this_run``: the same run accepted it before it was interrupted; else an earlier one did.
        """
        run = self._run if this_run else 0
        self._db.execute("INSERT OR IGNORE INTO accepted VALUES (?, ?, ?, ?)", (kind, key, fingerprint, run))

    def vins_of(self, plate: str) -> list[str]:
        """Return the VINs that carry ``plate``, two at most."""
        rows = self._db.execute("SELECT vin FROM plates WHERE plate=? ORDER BY vin LIMIT 2", (plate,))
        return [vin for (vin,) in rows]

    def accept_plate(self, plate: str, vin: str) -> None:
        """Remember that ``vin`` carries ``plate``."""
        self._db.execute("INSERT OR IGNORE INTO plates VALUES (?, ?)", (plate, vin))

    def has_phone(self, phone: str) -> bool:
        """Whether an accepted customer has ``phone``."""
        return self._db.execute("SELECT 1 FROM phones WHERE phone=?", (phone,)).fetchone() is not None

    def accept_phone(self, phone: str) -> None:
        """Remember that a customer has ``phone``."""
        self._db.execute("INSERT OR IGNORE INTO phones VALUES (?)", (phone,))

    def reading(self, vin: str) -> Reading | None:
        """Return the newest reading of ``vin`` that counts, or None."""
        row = self._db.execute("SELECT day, km FROM readings WHERE vin=?", (vin,)).fetchone()
        return Reading(date.fromordinal(row[0]), row[1]) if row else None

    def accept_reading(self, vin: str, day: date, km: int) -> None:
        """Remember the newest reading of ``vin`` that counts; the caller has compared it with ``reading``."""
        self._db.execute("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", (vin, day.toordinal(), km))

    def purchased_on(self, vin: str) -> date | None:
        """Return the purchase date of ``vin`` if one was accepted."""
        row = self._db.execute("SELECT day FROM purchases WHERE vin=?", (vin,)).fetchone()
        return date.fromordinal(row[0]) if row else None

    def accept_purchase(self, vin: str, day: date) -> None:
        """Remember the purchase date of ``vin``."""
        self._db.execute("INSERT OR REPLACE INTO purchases VALUES (?, ?)", (vin, day.toordinal()))
