"""Two workers, two presses, and an answer that comes as the time to accept ends."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.appointments import services, waiting, waiting_round
from apps.appointments.models import Appointment, WaitingEntry
from apps.capacity.models import Holder, Reservation
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import EventDelivery
from apps.messaging.models import Message
from tests.appointments.factories import make_appointment, make_operation
from tests.appointments.waiting_house import HOUR, calls, cancel, house, midmorning, status, wait, watch
from tests.capacity.factories import tomorrow
from tests.harness.connections import in_background, together, until_a_rival_waits

__all__ = ["house", "midmorning", "watch"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("midmorning")]
INSTANT = timedelta(milliseconds=1)


def again(entry):
    """As another person, or worker, finds it."""
    return WaitingEntry.objects.get(pk=entry.pk)


def freed(house):
    """The day is free and everybody on the list is due; nobody has looked yet."""
    services.cancel(house.full, reason="Sold", by=None)
    while EventDelivery.objects.deliver_one(clock.now()) is not None:
        pass


def test_two_workers_offer_one_time_once_and_to_the_first(house):
    entries = [wait(house, hours="8.0") for _n in range(3)]
    freed(house)
    results = together(*[waiting_round.look_after] * 2)
    assert not [r for r in results if isinstance(r, BaseException)], results
    assert status(*entries) == ["offered", "waiting", "waiting"]
    assert Message.objects.filter(kind=waiting.OFFER).count() == 1
    assert Holder.objects.filter(expires_at__isnull=False).count() == 1


def test_the_second_worker_waits_at_the_first_entry_and_overtakes_nobody(house):
    first, second = wait(house, hours="8.0"), wait(house, hours="8.0")
    freed(house)
    with transaction.atomic():
        again(first).lock()
        rival = in_background(lambda: waiting_round.offer_next(house.store, now=clock.now()))
        until_a_rival_waits()
        assert status(second) == ["waiting"]
    assert rival.result(20) == first
    assert status(first, second) == ["offered", "waiting"]


def test_control_a_worker_that_skips_what_is_locked_gives_the_time_to_the_second(house, on_other_connection):
    first, second = wait(house, hours="8.0"), wait(house, hours="8.0")
    freed(house)

    def hasty():
        with transaction.atomic():
            due = WaitingEntry.objects.due(clock.now()).order_by("pk")
            entry = due.select_for_update(skip_locked=True).first()
            waiting.offer(entry, starts_at=tomorrow(8), by=None)

    with transaction.atomic():
        again(first).lock()
        on_other_connection(hasty)
    assert status(first, second) == ["waiting", "offered"]


@pytest.mark.parametrize("round_", range(4))
def test_accepted_at_the_moment_it_ends_it_is_either_booked_or_over_never_both(house, round_):
    entry = wait(house)
    cancel(house.full)
    moment = again(entry).accept_until
    Message.objects.filter(kind=waiting.OFFER).update(state="sent")
    accepted, ended = together(
        lambda: waiting.accept(again(entry), by=None, now=moment - INSTANT),
        lambda: waiting.expire(again(entry), now=moment),
    )
    assert ended is None
    if isinstance(accepted, Appointment):
        assert status(entry) == ["booked"]
        assert accepted.holder.reservations.count() == 3
    else:
        assert accepted.code == "offer_over"
        assert status(entry) == ["waiting"]
        assert not Reservation.objects.exists()
        assert calls(entry) == []


def test_the_end_waits_for_whoever_accepts_and_finds_it_booked(house):
    entry = wait(house)
    cancel(house.full)
    moment = again(entry).accept_until
    with transaction.atomic():
        waiting.accept(again(entry), by=None, now=moment - INSTANT)
        rival = in_background(lambda: waiting.expire(again(entry), now=moment))
        until_a_rival_waits()
    rival.result(20)
    assert status(entry) == ["booked"]
    assert entry.appointment.holder.reservations.count() == 3


def test_control_without_the_row_lock_the_accepted_time_would_be_released(house, on_other_connection):
    """What ``accept`` does, without its lock: look, then write. The end comes in between."""
    entry = wait(house)
    cancel(house.full)
    held = again(entry)
    with transaction.atomic():
        held.guard_standing(None, held.accept_until - INSTANT)
        on_other_connection(lambda: waiting.expire(again(entry), now=held.accept_until))
        WaitingEntry.objects.filter(pk=entry.pk).update(closed_reason="accepted")
    assert not Reservation.objects.exists()


def test_two_presses_on_yes_make_one_appointment(house):
    entry = wait(house)
    cancel(house.full)
    results = together(*[lambda: waiting.accept(again(entry), by=None)] * 2)
    assert sum(isinstance(r, Appointment) for r in results) == 1, results
    assert [r.code for r in results if isinstance(r, DomainError)] == ["offer_over"]
    assert Appointment.objects.open().count() == 1


def test_of_the_customer_and_a_clerk_at_the_end_of_the_hold_one_gets_the_time(house):
    entry = wait(house, hours="8.0")
    cancel(house.full)
    moment = again(entry).accept_until
    make_operation(house.store, "M001")
    results = together(
        lambda: waiting.accept(again(entry), by=None, now=moment - INSTANT),
        lambda: make_appointment(house.store, starts_at=tomorrow(10), now=moment),
    )
    assert sum(isinstance(r, Appointment) for r in results) == 1, results
    assert Appointment.objects.open().count() == 1
    assert Reservation.objects.filter(resource__kind="bay").count() == 1


def test_a_car_is_put_on_the_list_once_however_often_it_is_pressed(house):
    car = wait(house).vehicle
    waiting.withdraw(WaitingEntry.objects.get(), reason="Again", by=house.advisor)
    results = together(*[lambda: wait(house, vehicle=car)] * 3)
    assert sum(isinstance(r, WaitingEntry) for r in results) == 1, results
    assert {r.code for r in results if isinstance(r, DomainError)} == {"vehicle_waits"}


def test_what_two_beats_find_expired_is_ended_once(house, watch):
    entry = wait(house)
    cancel(house.full)
    Message.objects.filter(kind=waiting.OFFER).update(state="sent")
    watch(clock.now() + 3 * HOUR)
    together(*[waiting_round.look_after] * 2)
    assert again(entry).unanswered == 1
