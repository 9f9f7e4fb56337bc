"""Taking time, counting statements, reading memory; and the answer of one figure."""

from __future__ import annotations

import io
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

NOT_COUNTED = re.compile(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """One measured number. ``value`` and ``floor`` are in ``unit``; a ratio's floor is in milliseconds."""

    value: float
    limit: float
    unit: str
    n: int
    floor: float | None = None
    at_least: bool = False
    note: str = field(default="", compare=False)

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Site:
    """The product, or a floor, called as a WSGI server calls it: with the middleware of now."""

    def __init__(self, **headers: str) -> None:
        self._handler = WSGIHandler()
        self._headers = {f"HTTP_{name.upper()}": value for name, value in headers.items()}

    def get(self, path: str) -> bytes:
        """The body of an answer 200."""
        return self._call("GET", path, b"", 200)

    def post(self, path: str, body: bytes, expected: int) -> bytes:
        """The body of the answer to JSON, which must have the status ``expected``."""
        return self._call("POST", path, body, expected)

    def _call(self, method: str, target: str, body: bytes, expected: int) -> bytes:
        path, _, query = target.partition("?")
        got: list[str] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            **self._headers,
        }
        response = self._handler(environ, lambda status, headers: got.append(status))
        content = b"".join(response)
        response.close()
        if not got[0].startswith(str(expected)):
            raise AssertionError(f"{method} {target} answers {got[0]}: {content[:400].decode()}")
        return content


def side_by_side(
    ours: Callable[[], Any], floor: Callable[[], Any], *, n: int, warm: int = 3
) -> tuple[float, float]:
    """Median milliseconds of both, called in turns ``n`` times each after ``warm`` unmeasured turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(-warm, n):
        for fn, kept in zip((ours, floor), times, strict=True):
            begun = time.perf_counter()
            fn()
            if turn >= 0:
                kept.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL sent by this thread inside, without BEGIN, COMMIT and savepoints."""
    sent: list[str] = []

    def note(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if not NOT_COUNTED.match(sql.lstrip()):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def peak_rss_mb(pid: int) -> float:
    """The most memory that a live process ever had resident, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
