"""An import from beginning to end: judged and written batch by batch, the same with and without writing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.imports.legacy.engine import BATCH, judge
from apps.imports.legacy.folder import Folder
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.tables import Skipped, Table
from apps.imports.legacy.verdicts import Outcome, Verdict
from apps.imports.models import ImportRun, RejectedRow
from apps.imports.services.lookups import Lookups
from apps.imports.services.writing import Writer

LOCK_CLASS = 8_241
"""Of the advisory lock that lets one import at a time work for a store."""

OnBatch = Callable[[Table, Sequence[Verdict | Skipped]], None]


@dataclass
class Counts:
    """Verdicts by kind of table, as ``ImportRun.counts`` keeps them."""

    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, kind: str, lines: Sequence[Verdict | Skipped]) -> None:
        """Count one batch. A row counts under its first, weightiest reason."""
        empty = {"rows": 0, **dict.fromkeys(map(str, Outcome), 0), "skipped": 0, "reasons": {}}
        counts = self.kinds.setdefault(kind, empty)
        for line in lines:
            if isinstance(line, Skipped):
                counts["skipped"] += 1
                continue
            counts["rows"] += 1
            counts[line.outcome.value] += 1
            if line.reasons:
                reasons = counts["reasons"].setdefault(line.outcome.value, {})
                reasons[line.reasons[0]] = reasons.get(line.reasons[0], 0) + 1


@dataclass(frozen=True)
class Result:
    """What came of it. ``run`` is None after a dry run."""

    counts: Counts
    run: ImportRun | None
    resumed: bool


def import_folder(
    folder: Folder,
    *,
    store: Store,
    as_of: date | None,
    operator: str,
    by: User | None = None,
    dry_run: bool = False,
    batch: int = BATCH,
    on_batch: OnBatch = lambda table, lines: None,
) -> Result:
    """Judge every row of ``folder`` and write the accepted ones, each batch in a transaction of its own.

    ``as_of`` is the day of the export (None: today, or the day of the interrupted run that goes on).
    ``on_batch`` hears of each batch after it is committed. An interrupted run over the same files goes on
    where its last batch ended; a finished one finds everything imported already. With ``dry_run`` the
    verdicts are the same and nothing is written. Memory does not grow with rows. Raises DomainError while
    a file is refused, when there is nothing to import, and while another import of the store is running.
    """
    refuse(folder)
    with nullcontext() if dry_run else exclusive(store):
        plan = Plan(folder, store, as_of, operator, by, dry_run=dry_run)
        return _judge_all(folder, plan, batch, on_batch)


def refuse(folder: Folder) -> None:
    """Raise DomainError for a folder that cannot be imported; half an export makes orphans."""
    if folder.refused:
        sentences = "\n".join(str(refusal) for refusal in folder.refused)
        raise DomainError(
            _("The import has not started. Mend or remove these files:\n%(files)s") % {"files": sentences},
            code="files_refused",
        )
    if not folder.tables:
        raise DomainError(
            _("%(folder)s holds no table of customers, vehicles or visits.") % {"folder": folder.path},
            code="nothing_to_import",
        )


class Plan:
    """The run to write into (None when dry), and the day to judge by."""

    def __init__(
        self,
        folder: Folder,
        store: Store,
        as_of: date | None,
        operator: str,
        by: User | None,
        *,
        dry_run: bool,
    ) -> None:
        found = ImportRun.to_continue(store, digest(folder), as_of)
        self.store = store
        self.resumed = found is not None
        self.as_of = found.as_of if found else as_of or clock.today()
        self.known_run = found
        self.run = None if dry_run else found or self._start(folder, operator, by)

    def _start(self, folder: Folder, operator: str, by: User | None) -> ImportRun:
        return ImportRun.objects.create(
            store=self.store,
            by=by,
            operator=operator[:100],
            folder=str(folder.path)[-500:],
            digest=digest(folder),
            as_of=self.as_of,
        )


def _judge_all(folder: Folder, plan: Plan, size: int, on_batch: OnBatch) -> Result:
    counts = Counts()
    lookups = Lookups(plan.store, as_of=plan.as_of, run=plan.run or plan.known_run)
    writer = Writer(plan.run, lookups) if plan.run else None
    with Ledger() as ledger:
        for table in folder.tables:
            batches = judge(table, ledger, as_of=plan.as_of, batch=size, prepare=lookups.prepare)
            for batch in batches:
                settled = [lookups.settle(table.name, line) for line in batch]
                lines = [line for line, _is_new in settled]
                if writer:
                    new = [line for line, is_new in settled if is_new and isinstance(line, Verdict)]
                    _write(writer, table, lines, new)
                counts.add(table.kind, lines)
                on_batch(table, lines)
    if plan.run:
        plan.run.finish(counts.kinds)
    return Result(counts, plan.run, plan.resumed)


@transaction.atomic
def _write(writer: Writer, table: Table, lines: Sequence[Verdict | Skipped], new: list[Verdict]) -> None:
    """One batch: its rows, their traces and the rejected ones, or nothing of it."""
    writer.write(table.kind, table.name, new)
    RejectedRow.objects.bulk_create(
        (
            RejectedRow(run=writer.run, file=table.name, row=line.row, reasons=list(line.reasons))
            for line in lines
            if isinstance(line, Verdict) and line.outcome is Outcome.REJECTED
        ),
        ignore_conflicts=True,
    )


def digest(folder: Folder) -> str:
    """What tells one export from another: names and contents of the files that hold tables."""
    whole = hashlib.blake2b(digest_size=32)
    for path in dict.fromkeys(table.path for table in folder.tables):
        whole.update(path.name.encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                whole.update(chunk)
    return whole.hexdigest()


@contextmanager
def exclusive(store: Store) -> Iterator[None]:
    """Hold the store's import lock; it falls with the connection, so a killed import leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s::int)", [LOCK_CLASS, store.pk])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise DomainError(
            _("Another import for %(store)s is running. Wait until it has finished.") % {"store": store},
            code="import_running",
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s::int)", [LOCK_CLASS, store.pk])
