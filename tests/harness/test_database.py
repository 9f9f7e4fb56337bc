"""The harness itself: what every other test relies on."""

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, transaction

from tests.harness.connections import in_background, on_other_connection, together, until_a_rival_waits


def _insert(model: str) -> None:
    ContentType.objects.create(app_label="harness", model=model)


def _count() -> int:
    return ContentType.objects.filter(app_label="harness").count()


@pytest.mark.django_db
@pytest.mark.parametrize("time", [1, 2])
def test_an_ordinary_test_rolls_back(time):
    assert _count() == 0
    _insert("rolled back")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_a_committing_test_finds_a_fresh_database_with_the_rows_of_the_migrations(time):
    assert _count() == 0
    assert ContentType.objects.exists(), "made by migrations; truncating would have lost them"
    _insert("committed")


@pytest.mark.django_db(transaction=True)
def test_another_connection_sees_only_what_is_committed():
    with transaction.atomic():
        _insert("mine")
        assert on_other_connection(_count) == 0
    assert on_other_connection(_count) == 1


@pytest.mark.django_db(transaction=True)
def test_the_other_connection_is_another_backend():
    def backend() -> int:
        with connection.cursor() as cursor:
            return cursor.execute("SELECT pg_backend_pid()").fetchone()[0]

    here = backend()
    assert on_other_connection(backend) != here
    assert backend() == here


@pytest.mark.django_db(transaction=True)
def test_a_rival_that_would_wait_for_ever_is_cancelled_by_the_server():
    _insert("contested")

    def lock() -> None:
        with transaction.atomic():
            ContentType.objects.select_for_update().get(app_label="harness")

    with transaction.atomic():
        lock()
        with pytest.raises(OperationalError, match="statement timeout"):
            on_other_connection(lock, seconds=0.3)


@pytest.mark.django_db(transaction=True)
def test_several_run_at_once_each_on_its_own_connection():
    meet = threading.Barrier(3)

    def insert_one_row() -> int:
        meet.wait(timeout=5)
        with transaction.atomic():
            ContentType.objects.get_or_create(app_label="harness", model="the same")
        return 1

    assert together(*[insert_one_row] * 3) == [1, 1, 1]
    assert _count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_exception_of_a_rival_arrives_as_a_result():
    with transaction.atomic():
        failed, fine = together(lambda: 1 / 0, lambda: 2)
    assert isinstance(failed, ZeroDivisionError)
    assert fine == 2


@pytest.mark.django_db(transaction=True)
def test_the_rival_waits_for_the_lock_of_the_block_it_was_started_from():
    _insert("contested")
    mine = ContentType.objects.select_for_update()

    def take() -> str:
        with transaction.atomic():
            return mine.get(app_label="harness").model

    with transaction.atomic():
        mine.get(app_label="harness")
        rival = in_background(take)
        until_a_rival_waits()
        assert not rival.done()
        ContentType.objects.filter(app_label="harness").update(model="changed")
    assert rival.result(timeout=10) == "changed"
