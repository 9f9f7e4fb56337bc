"""A second database connection: what another person, or another worker, sees and does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from dms.embedded.process import wait_until

T = TypeVar("T")
SECONDS = 10


def on_other_connection(fn: Callable[[], T], *, seconds: float = SECONDS) -> T:
    """Run ``fn`` in a thread with its own connection; its result, or the exception it raised.

    A statement that waits for a lock longer than ``seconds`` is cancelled by the server
    (``OperationalError``), so a test that would hang fails instead.
    """
    return in_background(fn, seconds=seconds).result(timeout=seconds + 5)


def in_background(fn: Callable[[], T], *, seconds: float = SECONDS) -> Future[T]:
    """Start ``fn`` on another connection and go on here; ask the returned future for its ``result()``.

    For a rival that waits for a lock held here: the lock is released, then the result is asked for.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(_isolated, fn, seconds)
    finally:
        pool.shutdown(wait=False)  # no further work; the thread ends with this one


def together(*fns: Callable[[], T], seconds: float = SECONDS) -> list[T | BaseException]:
    """Run all at once, each on its own connection; results or exceptions in the given order."""
    with ThreadPoolExecutor(max_workers=len(fns)) as pool:
        futures = [pool.submit(_isolated, fn, seconds) for fn in fns]
    return [future.exception() or future.result() for future in futures]


def _isolated(fn: Callable[[], T], seconds: float) -> T:
    # Connections are per thread, so this thread's first query opens a second one.
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        return fn()
    finally:
        connection.close()


def until_a_rival_waits(*, seconds: float = SECONDS) -> None:
    """Until another connection waits for a lock that this one holds: the race is truly on."""

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks "
                "WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            return cursor.fetchone()[0] > 0

    assert wait_until(waits, seconds=seconds), "no other connection waits for a lock of this one"
