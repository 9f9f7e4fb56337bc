"""``python -m dms.prepare``: make the database fit for this version, before anything serves it.

Builds the message catalogues, migrates under an advisory lock (several machines may start at once),
loads the demo into an empty database when ``DEMO=1``, and prints the demo's log-ins.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from apps.core import catalogues

ROOT = Path(__file__).resolve().parent.parent
LOCK = 0x646D73  # "dms"; held while tables change


def main() -> int:
    """Prepare; 0, or the exit code of what failed."""
    set_up()
    from django.conf import settings
    from django.core.management import call_command, get_commands

    with _alone():
        if _unapplied():
            print("Preparing the database …", flush=True)
            call_command("migrate", interactive=False, verbosity=0)
        commands = get_commands()
        if settings.DEMO and "demo" in commands:
            _load_demo(Path(settings.VAR) / "demo.loading")
    if settings.DEMO and "logins" in commands:
        call_command("logins")
    return 0


def set_up() -> None:
    """Build the catalogues, then start Django: it reads them once, and never looks for new ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.settings")
    if built := catalogues.compile_all(ROOT):
        print(f"Built {built} message file(s).", flush=True)
    django.setup()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the advisory lock on a connection of its own; migrations may close Django's."""
    import psycopg
    from django.db import connection

    options = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        options.pop(name, None)
    with psycopg.connect(**options, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield


def _unapplied() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _load_demo(marker: Path) -> None:
    """Load the demo once, into a database without people; say so when an earlier loading broke off."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if not get_user_model()._default_manager.exists():
        print("Loading the demo …", flush=True)
        marker.touch()
        call_command("demo", verbosity=0)
        marker.unlink()
    elif marker.exists():
        print("The demo is incomplete: its loading broke off. To start afresh: make clean DATA=1, make run")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
