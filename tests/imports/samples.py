"""Rows of the cast's store for each address of this room."""

from datetime import date

from apps.core import clock
from apps.imports.models import ImportRun, RejectedRow


def make_run(cast, **fields) -> ImportRun:
    """A finished run of ``cast.store`` with one rejected row."""
    counts = {"rows": 3, "good": 1, "repaired": 1, "rejected": 1, "duplicate": 0, "skipped": 0}
    reasons = {"repaired": {"phone_formatted": 1}, "rejected": {"phone_missing": 1}}
    defaults = {
        "store": cast.store,
        "operator": "root",
        "folder": "/srv/旧系统/导出",
        "digest": "0" * 64,
        "as_of": date(2026, 11, 20),
        "state": ImportRun.State.FINISHED,
        "ended_at": clock.now(),
        "counts": {"customers": {**counts, "reasons": reasons}},
    }
    run = ImportRun.objects.create(**defaults | fields)
    RejectedRow.objects.create(run=run, file="=客户.csv", row=7, reasons=["phone_missing", "name_missing"])
    return run


def samples(cast) -> dict[str, dict]:
    pk = {"pk": make_run(cast).pk}
    return {"imports:detail": pk, "imports:rejected": pk}
