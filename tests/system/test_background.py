"""The background work with real beat, worker and broker: nothing here calls a task by hand."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from apps.calls.models import Call
from apps.core import clock
from apps.desk.models import Event, EventDelivery, Heartbeat, PdfJob
from apps.messaging.models import Message
from tests.appointments.factories import make_appointment
from tests.workorders.factories import make_authorised_order, make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def background(system):
    """Beat and one worker, running."""
    system.worker()
    system.beat()
    return system


def state_of(**fields) -> list[str]:
    connection.close()  # a connection of its own each time: what others committed is seen
    return list(Message.objects.filter(**fields).values_list("state", flat=True))


def written(var) -> list[tuple[str, str]]:
    """What the file backend has written, run after run."""
    lines = [line for file in (var / "outbox").glob("*.jsonl") for line in file.read_text().splitlines()]
    return [(m["reference"], m["text"]) for m in map(json.loads, lines)]


def test_a_booking_is_confirmed_at_once_and_its_reminders_wait(cast, background):
    appointment = make_appointment(cast.store, by=cast.advisor)
    planned = Message.objects.about(appointment)
    assert planned.filter(planned_at__gt=clock.now() + timedelta(minutes=5)).exists(), "reminders are rows"
    first = planned.order_by("planned_at").first()
    background.wait_for(lambda: state_of(pk=first.pk) == ["sent"], seconds=60)
    sent = Message.objects.get(pk=first.pk)
    assert appointment.vehicle.plate in sent.text or appointment.number in sent.text
    assert set(state_of(planned_at__gt=clock.now() + timedelta(minutes=5))) == {"planned"}


def test_a_reminder_whose_time_has_come_leaves_through_the_file_backend(cast, background, settings):
    appointment = make_appointment(cast.store, by=cast.advisor)
    reminders = Message.objects.about(appointment).filter(kind__startswith="appointment.reminder_")
    first = reminders.filter(state="planned").earliest("planned_at")
    before = written(settings.VAR)
    # Its hour has come, whatever the real hour: as an answer it goes at night too.
    Message.objects.filter(pk=first.pk).update(planned_at=clock.now(), answers_customer=True)
    background.wait_for(lambda: state_of(pk=first.pk) == ["sent"], seconds=60)
    sent = Message.objects.get(pk=first.pk)
    line = (sent.reference, sent.text)
    assert written(settings.VAR).count(line) == before.count(line) + 1


def test_a_killed_worker_and_its_successor_deliver_every_reaction_once(cast, system):
    orders = [make_order(cast) for _n in range(3)]
    for order in orders:
        Event.record("workorder.delivered", about=order, by=None)
    system.worker("first")
    system.beat()
    system.wait_for(lambda: Heartbeat.objects.exists(), seconds=60)
    system.kill("first")
    for order in orders:
        Event.record("workorder.delivered", about=order, by=None, facts={"again": True})
    system.worker("second")
    subscriber = EventDelivery.objects.filter(subscriber="callbacks.post_repair")
    system.wait_for(lambda: not subscriber.open().exists(), seconds=60)
    assert subscriber.filter(done_at=None).count() == 0
    assert Call.objects.filter(queue="post_repair").count() == len(orders)


def test_the_signed_order_is_printed_by_a_worker(cast, background):
    order = make_authorised_order(cast)
    job = PdfJob.objects.get(kind="workorders.order")
    background.wait_for(lambda: PdfJob.objects.filter(pk=job.pk, file__isnull=False).exists(), seconds=60)
    made = PdfJob.objects.select_related("file").get(pk=job.pk).file
    assert made.name.startswith(order.number)
    assert made.read().startswith(b"%PDF")
