"""One rendering for everybody who looks at the same thing, and never an old one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils.safestring import mark_safe
from django.utils.translation import override

from apps.workshop.fragments import Fragments, state_of_data
from tests.harness.connections import on_other_connection

pytestmark = pytest.mark.django_db(transaction=True)


class Counting:
    """A fragment that says how often it was drawn."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self):
        self.times += 1
        return mark_safe(f"drawing {self.times}")


def commit_something(name: str) -> None:
    ContentType.objects.create(app_label="fragments", model=name)


def test_while_nothing_is_committed_one_drawing_serves_all():
    fragments, draw = Fragments(), Counting()
    assert [fragments.get("board", draw) for _n in range(3)] == ["drawing 1"] * 3


def test_after_a_commit_the_next_reader_gets_a_new_one():
    fragments, draw = Fragments(), Counting()
    fragments.get("board", draw)
    on_other_connection(lambda: commit_something("one"))
    assert fragments.get("board", draw) == "drawing 2"


def test_an_uncommitted_change_of_somebody_else_that_commits_later_is_not_missed():
    """Its number is lower than that of what committed before it: a counter of rows would miss it."""
    fragments, draw = Fragments(), Counting()
    begun, go_on = Signal(), Signal()

    def slow() -> None:
        with transaction.atomic():
            commit_something("slow")
            begun.set()
            go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        rival = pool.submit(lambda: (slow(), connection.close()))
        begun.wait(10)
        on_other_connection(lambda: commit_something("quick"))
        fragments.get("board", draw)
        go_on.set()
        rival.result(10)
    assert fragments.get("board", draw) == "drawing 2"


def test_languages_and_keys_do_not_share():
    fragments, draw = Fragments(), Counting()
    with override("en"):
        fragments.get("board", draw)
    with override("zh-hans"):
        fragments.get("board", draw)
        fragments.get("lounge", draw)
    assert draw.times == 3


def test_many_readers_at_once_wait_for_one_drawing():
    fragments, drawing, go_on = Fragments(), Signal(), Signal()
    draw = Counting()

    def slow():
        drawing.set()
        assert go_on.wait(10)
        return draw()

    def read():
        try:
            return fragments.get("board", slow)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read) for _n in range(8)]
        assert drawing.wait(10)
        go_on.set()
        assert {reader.result(10) for reader in readers} == {"drawing 1"}


def test_inside_a_transaction_nothing_is_shared():
    fragments, draw = Fragments(), Counting()
    with transaction.atomic():
        fragments.get("board", draw)
        commit_something("mine")
        assert fragments.get("board", draw) == "drawing 2"


def test_the_state_of_the_data_is_the_same_until_somebody_commits():
    before = state_of_data()
    on_other_connection(lambda: None)
    assert state_of_data().split()[0] == before.split()[0]
    on_other_connection(lambda: commit_something("two"))
    assert state_of_data().split()[0] != before.split()[0]
