"""Fixtures for every room. What they are made of stands in ``tests/harness/``."""

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from tests.cast import cast
from tests.harness.browser import browser_errors, chromium, new_context, page, sign_in
from tests.harness.connections import on_other_connection as _on_other_connection
from tests.harness.database import django_db_setup
from tests.harness.live import _live_process, live
from tests.harness.system import system

__all__ = [
    "_live_process",
    "browser_errors",
    "cast",
    "chromium",
    "django_db_setup",
    "live",
    "new_context",
    "page",
    "sign_in",
    "system",
]

# Property tests keep no database of examples and judge no timing: not of the rule, not of the machine.
settings.register_profile("dms", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dms")


@pytest.fixture
def on_other_connection():
    """``on_other_connection(fn)``: run ``fn`` on a second database connection, return its result."""
    return _on_other_connection


@pytest.fixture(autouse=True)
def _empty_cache():
    """Tests share one Valkey; none may find what another left."""
    yield
    cache.clear()


def pytest_addoption(parser):
    """Options of our own."""
    parser.addoption("--write-access-table", action="store_true", help="write tests/access/table.txt anew")


def pytest_collection_modifyitems(items):
    """Mark by fixture, so that ``-m "not browser"`` needs no discipline."""
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker("browser")
        if "system" in item.fixturenames:
            item.add_marker("system")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures know how the test ended (a failed browser test keeps a picture)."""
    report = yield
    if report.when == "call":
        item.call_report = report
    return report
