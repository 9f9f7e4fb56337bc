"""The test database: migrated once per run, cloned per worker, cloned again after transactional tests.

An ordinary ``django_db`` test rolls back. A test that commits (``transaction=True``, ``live``,
``system``) leaves a database to throw away: cloning takes tens of milliseconds whatever the number
of tables, and it brings back the rows that migrations made and the sequences, which truncating does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from dms.embedded.process import exclusive
from tests.harness import kept, services

TEMPLATE = "template_dms"


class Clone:
    """This worker's database, a copy of the migrated template."""

    def __init__(self) -> None:
        self.name = f"test_dms_{services.worker_number()}"
        self._strategy = "FILE_COPY" if services.in_memory() else "WAL_LOG"
        self._admin = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def make_template(self) -> None:
        """Migrate the template; workers that come later find it ready."""
        with exclusive(services.run_dir() / "template.lock"):
            done = services.run_dir() / kept.DONE
            if done.exists():
                return
            made_from = kept.key()
            self._admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            _point_at(TEMPLATE)
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            done.write_text(made_from)

    def renew(self) -> None:
        """Replace the database by a fresh copy; whoever is still connected is thrown out."""
        connections.close_all()
        self.drop()
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                sql.Identifier(self.name), sql.Identifier(TEMPLATE), sql.Identifier(self._strategy.lower())
            )
        )

    def drop(self) -> None:
        self._admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
        )

    def close(self) -> None:
        connections.close_all()
        self.drop()
        self._admin.close()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[Clone]:
    """pytest-django's hook for the test database, made our way."""
    with django_db_blocker.unblock():
        clone = Clone()
        clone.make_template()
        clone.renew()
        _point_at(clone.name)
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda case: clone.renew()
    yield clone
    TransactionTestCase._fixture_teardown = flush
    with django_db_blocker.unblock():
        clone.close()


def _point_at(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
