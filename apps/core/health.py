"""Readiness checks. Rooms with rows that fall due add theirs in ``ready()``."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

Check = Callable[[], dict]
_checks: dict[str, Check] = {}
_migrated = False


def register(name: str, check: Check) -> None:
    """Add a check that returns ``{"ok": bool, "seconds": float|None}``."""
    _checks[name] = check


def age(seconds: timedelta | None, limit: timedelta) -> dict:
    """A result from the age of the oldest waiting row: ok while under ``limit``."""
    value = seconds.total_seconds() if seconds is not None else 0.0
    return {"ok": value <= limit.total_seconds(), "seconds": value}


def _database() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _migrations() -> dict:
    global _migrated
    if not _migrated:  # once applied they stay applied for this process's life
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {"ok": _migrated}


def run() -> dict[str, dict]:
    """Run all checks; one that raises a database error counts as failed."""
    results = {}
    for name, check in {
        "database": _database,
        "migrations": _migrations,
        **_checks,
    }.items():
        try:
            results[name] = check()
        except DatabaseError:
            results[name] = {"ok": False}
    return results
