"""Events and their deliveries: nothing is lost, nothing overtakes, nothing happens twice."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from apps.core import clock
from apps.desk import subscriptions
from apps.desk.models import Event, EventDelivery
from apps.desk.models.event import MAX_ATTEMPTS

HOUR = timedelta(hours=1)


@pytest.fixture
def heard(monkeypatch):
    """Events that the subscriber ``test.listener`` of ``car.*`` was handed, in order."""
    received: list[Event] = []
    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", {})
    subscriptions.subscribe("test.listener", "car.*", handler=received.append)
    return received


def deliver_all(now=None):
    """Deliver until nothing is due; returns how many deliveries were tried."""
    count = 0
    while EventDelivery.objects.deliver_one(now or clock.now() + HOUR):
        count += 1
        assert count < 100
    return count


def test_an_event_reaches_its_subscriber_once(cast, heard):
    event = Event.record("car.arrived", about=cast.store, by=cast.advisor, store=cast.store)
    assert deliver_all() == 1
    assert heard == [event]
    assert deliver_all() == 0


def test_an_event_nobody_wants_makes_no_delivery(cast, heard):
    Event.record("order.opened", about=cast.store, by=cast.advisor)
    assert not EventDelivery.objects.exists()


def test_a_rolled_back_change_leaves_neither_event_nor_delivery(cast, heard):
    with transaction.atomic():
        Event.record("car.arrived", about=cast.store, by=cast.advisor)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert not EventDelivery.objects.exists()


def test_a_failed_reaction_undoes_its_own_writes_and_waits_longer_each_time(cast, monkeypatch):
    def half_done(event):
        event.facts = {"half": "done"}
        event.save()
        raise RuntimeError("the other half broke")

    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", {})
    subscriptions.subscribe("test.breaks", "car.*", handler=half_done)
    event = Event.record("car.arrived", about=cast.store, by=None)
    now = clock.now()
    waits = []
    for _attempt in range(2):
        delivery = EventDelivery.objects.deliver_one(now)
        waits.append(delivery.due_at - now)
        assert "the other half broke" in delivery.error
        assert EventDelivery.objects.deliver_one(now) is None, "not due before its time"
        now = delivery.due_at
    assert waits[1] == 2 * waits[0]
    event.refresh_from_db()
    assert event.facts == {}


def test_after_too_many_failures_it_goes_to_the_dead_letter_page_and_can_be_revived(
    cast, monkeypatch, client
):
    def broken(event):
        raise RuntimeError("no such printer")

    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", {})
    subscriptions.subscribe("test.breaks", "car.*", handler=broken)
    Event.record("car.arrived", about=cast.store, by=None, store=cast.store)
    now = clock.now()
    for _attempt in range(MAX_ATTEMPTS):
        now += 2 * HOUR
        EventDelivery.objects.deliver_one(now)
    delivery = EventDelivery.objects.dead().get()
    client.force_login(cast.administrator)
    assert "no such printer" in client.get("/operations/deliveries/").content.decode()
    client.post(f"/operations/deliveries/{delivery.pk}/revival/")
    delivery.refresh_from_db()
    assert (delivery.dead_at, delivery.attempts) == (None, 0)


def test_later_events_of_a_thread_wait_for_the_earlier_one_and_other_threads_do_not(cast, monkeypatch):
    order: list[str] = []

    def picky(event):
        if event.facts.get("bad"):
            raise RuntimeError
        order.append(event.kind)

    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", {})
    subscriptions.subscribe("test.picky", "car.*", handler=picky)
    Event.record("car.arrived", about=cast.store, by=None, thread="v:1", facts={"bad": True})
    Event.record("car.left", about=cast.store, by=None, thread="v:1")
    Event.record("car.washed", about=cast.store, by=None, thread="v:2")
    now = clock.now()
    assert EventDelivery.objects.deliver_one(now) is not None
    assert EventDelivery.objects.deliver_one(now) is not None
    assert EventDelivery.objects.deliver_one(now) is None
    assert order == ["car.washed"]


@pytest.mark.django_db(transaction=True)
def test_a_lower_id_that_commits_last_is_not_lost(cast, heard, on_other_connection):
    with transaction.atomic():
        slow = Event.record("car.arrived", about=cast.store, by=None, thread="v:1")
        quick = on_other_connection(
            lambda: Event.record("car.washed", about=cast.store, by=None, thread="v:2")
        )
        assert quick.pk > slow.pk
        on_other_connection(deliver_all)  # the higher id is delivered while the lower is uncommitted
        assert [e.pk for e in heard] == [quick.pk]
    deliver_all()
    assert [e.pk for e in heard] == [quick.pk, slow.pk]


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_takes_only_what_the_first_left(cast, heard, on_other_connection):
    Event.record("car.arrived", about=cast.store, by=None, thread="v:1")
    second = Event.record("car.arrived", about=cast.store, by=None, thread="v:2")
    with transaction.atomic():
        EventDelivery.objects.deliver_one(clock.now())  # claimed and run, not yet committed
        other = on_other_connection(lambda: EventDelivery.objects.deliver_one(clock.now()))
        assert other.event_id == second.pk
        assert on_other_connection(lambda: EventDelivery.objects.deliver_one(clock.now())) is None
    assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_leaves_the_delivery_due(cast, heard, on_other_connection):
    Event.record("car.arrived", about=cast.store, by=None)

    def killed():
        with pytest.raises(OperationalError), transaction.atomic():  # noqa: PT012 - the commit raises
            EventDelivery.objects.deliver_one(clock.now())
            connection.connection.close()  # as by kill -9, before the commit

    on_other_connection(killed)
    assert EventDelivery.objects.open().count() == 1
