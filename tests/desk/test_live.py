"""A committed change reaches the open page; a rolled-back one and a stranger's does not."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from apps.desk.live import announce


class Listener:
    """A browser's side of the stream."""

    def __init__(self, live, user):
        client = Client()
        if user is not None:
            client.force_login(user)
        address = urlsplit(live.url)
        self.http = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        self.http.request(
            "GET",
            "/live/",
            headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie.value if cookie else ''}"},
        )
        self.response = self.http.getresponse()

    def topic(self) -> str:
        """The next topic; times out when nothing comes."""
        while line := self.response.readline().decode():
            if line.startswith("data: "):
                return json.loads(line[6:])["topic"]
        raise AssertionError("the stream ended")

    def close(self):
        self.http.close()


@pytest.fixture
def listen(live):
    opened = []

    def start(user):
        opened.append(Listener(live, user))
        return opened[-1]

    yield start
    for listener in opened:
        listener.close()


def test_only_committed_topics_of_ones_own_store_arrive(cast, listen):
    page = listen(cast.dispatcher)
    assert page.response.headers["Content-Type"].startswith("text/event-stream")
    assert page.topic() == "resync"
    announce(cast.foreign_store.pk, "foreign")
    with transaction.atomic():
        announce(cast.store.pk, "undone")
        transaction.set_rollback(True)
    announce(cast.store.pk, "board")
    assert page.topic() == "board"


def test_one_transaction_announces_a_topic_once(cast, listen):
    page = listen(cast.dispatcher)
    assert page.topic() == "resync"
    with transaction.atomic():
        for _change in range(5):
            announce(cast.store.pk, "board")
    announce(cast.store.pk, "end")
    assert [page.topic(), page.topic()] == ["board", "end"]


def test_after_a_lost_connection_the_page_is_told_to_catch_up(cast, listen):
    page = listen(cast.dispatcher)
    assert page.topic() == "resync"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
        )
    assert page.topic() == "resync"
    announce(cast.store.pk, "board")
    assert page.topic() == "board"


def test_nobody_listens_without_a_login(cast, listen):
    assert listen(None).response.status == 401


def test_an_open_stream_holds_no_connection_of_the_pages(cast, listen):
    page = listen(cast.dispatcher)
    assert page.topic() == "resync"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%%'"
        )
        assert cursor.fetchone() == (0,)
