"""Where the figures are taken: services under ``var/bench/`` and a database cloned from a kept template."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from dms import embedded
from dms.embedded.process import exclusive

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
RUN = "bench_run"
# What a measured database is made from; the person's own settings must not steer the figures.
SOURCES = ("apps/*/migrations/*.py", "apps/demo/bulk.py", "apps/demo/house.py", "bench/lay.py")
FOREIGN = (
    *("ALLOWED_HOSTS", "PUBLIC_URL", "TRUSTED_PROXIES", "PORT", "TIME_ZONE", "LANGUAGE_CODE", "EMAIL_URL"),
    *("SMS_BACKEND", "FILING_BACKEND", "MEDIA_ROOT", "LOG_FORMAT", "DEMO", "SECRET_KEY"),
)


@contextmanager
def raised(orders: int, say: Callable[[str], None]) -> Iterator[None]:
    """Services up, the environment pointing at a fresh copy of ``orders`` orders; all gone afterwards."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ |= {"DMS_VAR": str(VAR), "DJANGO_SETTINGS_MODULE": "dms.settings", "DMS_SUPERVISED": "1"}
    (VAR / "static").mkdir(parents=True, exist_ok=True)
    with exclusive(VAR / "bench.lock"):  # a second bench waits: there is one copy, and one machine
        yield from _opened(orders, say)


def _opened(orders: int, say: Callable[[str], None]) -> Iterator[None]:
    postgres, address = embedded.open_postgres(VAR)
    valkey, os.environ["REDIS_URL"] = embedded.open_valkey(VAR)
    try:
        with psycopg.connect(address, autocommit=True) as admin:
            template = _template(admin, address, orders, say)
            say(f"Copying {template} …")
            _drop(admin, RUN)
            _create(admin, RUN, template)
            os.environ["DATABASE_URL"] = _at(address, RUN)
            yield
            _drop(admin, RUN)
    finally:
        valkey.leave()
        postgres.leave()


def _template(admin: psycopg.Connection, address: str, orders: int, say: Callable[[str], None]) -> str:
    """The kept database of ``orders`` orders, made when migrations or the history changed since."""
    name = f"bench_{orders}_{_key()}"
    known = [row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%%'")]
    if name in known:
        return name
    for old in known:
        if old.startswith(f"bench_{orders}_") or old == "bench_new":
            _drop(admin, old)
    say(f"Making a database of {orders:,} orders; it is kept for the next run …")
    _create(admin, "bench_new", "template0")
    environment = os.environ | {"DATABASE_URL": _at(address, "bench_new")}
    subprocess.run([sys.executable, "-m", "bench.lay", str(orders)], cwd=ROOT, env=environment, check=True)
    admin.execute(sql.SQL("ALTER DATABASE bench_new RENAME TO {}").format(sql.Identifier(name)))
    return name


def _key() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _create(admin: psycopg.Connection, name: str, template: str) -> None:
    statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
    admin.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _at(address: str, database: str) -> str:
    return urlunsplit(urlsplit(address)._replace(path=f"/{database}"))
