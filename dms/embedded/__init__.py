"""PostgreSQL and Valkey brought along, for machines where nobody has set them up.

``DATABASE_URL`` and ``REDIS_URL`` always win; the settings come here only when they are unset.
See ``docs/decisions/0002-embedded-services.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from dms.embedded.errors import EmbeddedError
from dms.embedded.postgres import Cluster
from dms.embedded.usage import Service, Usage
from dms.embedded.valkey import Server

__all__ = ["Cluster", "EmbeddedError", "Server", "database_url", "open_postgres", "open_valkey", "redis_url"]

_used: dict[tuple[str, Path], tuple[Usage, str]] = {}


def open_postgres(var_dir: Path) -> tuple[Usage, str]:
    """Use the PostgreSQL under ``var_dir/postgres``: its usage, to leave it by, and its URL."""
    return _open("postgres", var_dir, Cluster)


def open_valkey(var_dir: Path) -> tuple[Usage, str]:
    """Use the Valkey under ``var_dir/valkey``: its usage, to leave it by, and its URL."""
    return _open("valkey", var_dir, Server)


def database_url(var_dir: Path) -> str:
    """For the settings module: the embedded database, or the program ends with a sentence."""
    return _or_exit(lambda: open_postgres(var_dir)[1])


def redis_url(var_dir: Path) -> str:
    """For the settings module: the embedded broker, or the program ends with a sentence."""
    return _or_exit(lambda: open_valkey(var_dir)[1])


def _open(name: str, var_dir: Path, service: Callable[[Path], Service]) -> tuple[Usage, str]:
    key = (name, Path(var_dir).absolute())
    if key not in _used:
        try:
            usage = Usage(service(key[1] / name))
            _used[key] = (usage, usage.enter())
        except PermissionError as error:
            raise EmbeddedError(
                f"{error.filename} belongs to another user, because the program was started as somebody else "
                "before. Start it as that user again, or set DATABASE_URL and REDIS_URL."
            ) from error
    return _used[key]


def _or_exit(get: Callable[[], str]) -> str:
    try:
        return get()
    except EmbeddedError as error:
        sys.exit(f"Embedded service: {error}")
