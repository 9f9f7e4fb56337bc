"""Health for operators: alive, ready, and why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core import clock
from apps.desk.models import Event, EventDelivery, Heartbeat, PdfJob

HOUR = timedelta(hours=1)


@pytest.fixture
def alive(cast):
    """A worker has just shown itself."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


def checks(client, status):
    answer = client.get("/readyz")
    assert answer.status_code == status, answer.content
    return {name for name, result in answer.json()["checks"].items() if not result["ok"]}


def test_a_house_at_work_is_ready(client, alive):
    assert checks(client, 200) == set()
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_worker_that_has_not_been_seen_for_a_while_is_named(client, alive):
    Heartbeat.objects.update(at=timezone.now() - HOUR)
    assert checks(client, 503) == {"worker"}
    assert client.get("/healthz").status_code == 200, "the process itself is well"


def _delivery(cast):
    event = Event.record("x", about=cast.store, by=None)
    EventDelivery.objects.create(event=event, subscriber="x", thread="x", due_at=clock.now() - HOUR)


def _document(cast):
    job = PdfJob.ask("x", cast.store, store=cast.store, by=None)
    PdfJob.objects.filter(pk=job.pk).update(due_at=clock.now() - HOUR)


@pytest.mark.parametrize(("wait", "name"), [(_delivery, "deliveries"), (_document, "documents")])
def test_what_waits_too_long_is_named_and_measured(cast, client, alive, wait, name):
    wait(cast)
    assert checks(client, 503) == {name}
    text = client.get("/metrics").content.decode()
    assert f"dms_{name}_ok 0" in text
    seconds = next(line for line in text.splitlines() if line.startswith(f"dms_{name}_seconds"))
    assert 3600 <= float(seconds.split()[1]) < 3660


def test_the_numbers_are_prometheus_text_without_names(client, alive):
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert {"dms_database_ok 1", "dms_migrations_ok 1", "dms_outbox_ok 1"} <= set(
        answer.content.decode().splitlines()
    )
