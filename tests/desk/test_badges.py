"""The numbers in the rail: counted now and then, not on every page."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.registry import NavItem, registry
from apps.desk.context import badges, unread
from apps.desk.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(monkeypatch):
    """A rail of one place whose number is the unread notices."""
    item = NavItem(
        "Messages", "desk:notices", "bell", "desk.use", badge=lambda u: Notice.objects.visible_to(u).count()
    )
    monkeypatch.setattr(registry, "nav", [item])


def test_the_rail_counts_once_and_again_when_the_cache_forgets(cast, counted):
    assert badges(cast.advisor) == {"desk:notices": 0}
    Notice.tell([cast.advisor], "News")
    with CaptureQueriesContext(connection) as captured:
        assert badges(cast.advisor) == {"desk:notices": 0}
    assert not captured.captured_queries
    cache.clear()
    assert badges(cast.advisor) == {"desk:notices": 1}


def test_everybody_has_own_numbers(cast, counted):
    Notice.tell([cast.advisor], "News")
    assert badges(cast.advisor) == {"desk:notices": 1}
    assert badges(cast.manager) == {"desk:notices": 0}


def test_the_bell_counts_once_and_again_after_reading(cast, client):
    client.force_login(cast.advisor)
    Notice.tell([cast.advisor, cast.manager], "News")
    assert unread(cast.advisor) == 1
    with CaptureQueriesContext(connection) as captured:
        assert unread(cast.advisor) == 1
    assert not captured.captured_queries
    client.get("/notices/")
    assert unread(cast.advisor) == 0
    assert unread(cast.manager) == 1
