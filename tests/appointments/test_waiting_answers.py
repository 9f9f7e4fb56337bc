"""What follows an offer: quiet hours, the time to accept, yes, no, and no answer."""

from datetime import time, timedelta

import pytest

from apps.appointments import waiting
from apps.appointments.models import Appointment, WaitingEntry
from apps.capacity.models import Holder, Reservation
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Link
from apps.messaging.models import Message
from apps.messaging.services import send_due
from tests.appointments.factories import (
    fill,
    make_appointment,
    settle,
)
from tests.appointments.waiting_house import HOUR, calls, cancel, house, midmorning, status, wait, watch
from tests.capacity.factories import advisor, bay, technician, tomorrow

__all__ = ["house", "midmorning", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]


# -- quiet hours and the clock --------------------------------------------------------------------


def test_what_becomes_free_at_night_is_held_and_told_in_the_morning_with_the_full_time(house, watch):
    day = tomorrow().date() + timedelta(days=1)
    full = fill(house.store, days=2)
    entry = wait(house, from_day=day, till_day=day)
    night = tomorrow(22, days=0)
    watch(night)
    cancel(full)
    assert status(entry) == ["offered"]
    (message,) = Message.objects.about(entry)
    assert message.planned_at == tomorrow(8)
    assert entry.accept_until == tomorrow(10)
    send_due()
    message.refresh_from_db()
    assert message.state == "planned"
    watch(tomorrow(8, 30))
    send_due()
    message.refresh_from_db()
    entry.refresh_from_db()
    assert message.state == "sent"
    assert timedelta(minutes=119) < entry.accept_until - clock.now() <= 2 * HOUR
    assert entry.holder.expires_at == entry.accept_until


def test_no_offer_of_the_night_for_a_morning_that_leaves_no_time_to_answer(house, watch):
    watch(tomorrow(22, days=0))
    entry = wait(house, till_time=time(8, 30))
    cancel(house.full)
    assert status(entry) == ["waiting"]


def test_an_offer_that_never_went_counts_for_nothing(house, watch):
    entry = wait(house)
    cancel(house.full)
    watch(clock.now() + 3 * HOUR)
    settle()
    assert status(entry) == ["offered"], "the same time again, with a new message"
    assert (entry.unanswered, entry.passed, entry.starts_at) == (0, [], tomorrow(8))
    states = Message.objects.about(entry).values_list("state", flat=True)
    assert sorted(states) == ["planned", "suppressed"]


def test_the_message_says_what_is_held_until_when_and_is_not_sent_once_the_offer_is_over(house):
    entry = wait(house)
    cancel(house.full)
    send_due()
    message = Message.objects.about(entry).get()
    assert message.state == "sent"
    assert message.params["url"] in message.text
    assert "08:00" in message.text
    assert Link.objects.filter(purpose=waiting.LINK, object_id=entry.pk).count() == 1
    other = wait(house)
    settle()
    waiting.withdraw(other, reason="Sold", by=house.advisor)
    (unsent,) = Message.objects.about(other)
    assert (unsent.state, unsent.reason) == ("suppressed", "Withdrawn from the waiting list")
    Message.objects.filter(pk=unsent.pk).update(state="planned", reason="")
    send_due()
    unsent.refresh_from_db()
    assert (unsent.state, unsent.reason) == ("suppressed", "The offer does not stand any more")


def test_who_cannot_be_reached_by_message_is_called_at_once(house):
    entry = wait(house)
    cancel(house.full)
    message = Message.objects.about(entry).get()
    message.tell_failure()
    assert calls(entry)[0].due_at <= clock.now()


# -- answers --------------------------------------------------------------------------------------


def test_accepted_it_is_an_ordinary_appointment_of_the_held_reservation(house):
    entry = wait(house)
    cancel(house.full)
    held = set(entry_reservations(entry))
    appointment = waiting.accept(entry, by=house.advisor)
    assert set(appointment.holder.reservations.values_list("pk", flat=True)) == held
    assert appointment.holder.expires_at is None
    assert (appointment.arrives_at, appointment.status) == (tomorrow(8), "booked")
    assert status(entry) == ["booked"]
    assert (entry.appointment, entry.holder) == (appointment, None)
    planned = Message.objects.about(appointment).filter(state="planned").values_list("kind", flat=True)
    assert "appointment.booked" in planned
    assert calls(entry) == []
    settle()
    assert Appointment.objects.open().count() == 1
    with pytest.raises(DomainError) as refused:
        waiting.accept(entry, by=None)
    assert refused.value.code == "offer_over"


def entry_reservations(entry):
    entry.refresh_from_db()
    return entry.holder.reservations.values_list("pk", flat=True)


def test_declined_the_next_is_offered_and_the_customer_keeps_his_place(house):
    first, second = wait(house, hours="8.0"), wait(house, hours="8.0")
    cancel(house.full)
    waiting.decline(WaitingEntry.objects.get(pk=first.pk), by=None)
    settle()
    assert status(first, second) == ["waiting", "offered"]
    assert first.passed == [tomorrow(8)]
    waiting.decline(second, by=None, stays=False)
    settle()
    assert status(first, second) == ["waiting", "declined"], "who said no is not asked the same again"
    assert not Holder.objects.filter(expires_at__isnull=False).exists()


def test_unanswered_the_next_is_offered_and_after_the_second_time_somebody_calls(house, watch):
    first, second = wait(house, till_day=tomorrow(days=2).date()), wait(house)
    cancel(house.full)
    send_due()
    assert status(first, second) == ["offered", "offered"]
    watch(clock.now() + 2 * HOUR)
    settle()
    assert status(first) == ["waiting"]
    cancel(make_appointment(house.store, starts_at=tomorrow(9, days=3)))
    send_due()
    first.refresh_from_db()
    assert (first.status, first.unanswered, first.passed) == ("offered", 1, [tomorrow(8)])
    assert abs(first.starts_at - tomorrow(8)) >= 2 * HOUR
    watch(clock.now() + 3 * HOUR)
    settle()
    assert status(first) == ["waiting"]
    assert (first.unanswered, first.due_at) == (2, None)
    assert ["two offered times" in task.title for task in calls(first)] == [True]
    settle()
    assert status(first) == ["waiting"]
    waiting.offer(first, starts_at=tomorrow(15), by=house.advisor)
    assert status(first) == ["offered"]


def test_the_next_in_recorded_order_gets_what_was_not_answered(house, watch):
    entries = [wait(house, hours="8.0") for _n in range(3)]
    cancel(house.full)
    for held in range(3):
        assert [s == "offered" for s in status(*entries)] == [n == held for n in range(3)]
        send_due()
        watch(clock.now() + 2 * HOUR)
        settle()
    assert status(*entries) == ["waiting"] * 3
    assert not Reservation.objects.filter(resource__kind="bay").exists()


def test_an_answer_to_another_offer_or_after_the_time_is_refused(house, watch):
    entry = wait(house)
    cancel(house.full)
    entry.refresh_from_db()
    for verb in (waiting.accept, waiting.decline):
        with pytest.raises(DomainError) as refused:
            verb(entry, by=None, starts_at=tomorrow(9))
        assert refused.value.code == "offer_over"
        with pytest.raises(DomainError) as refused:
            verb(entry, by=None, now=entry.accept_until)
        assert refused.value.code == "offer_over"
    assert status(entry) == ["offered"]


def test_a_stale_tab_is_refused(house):
    entry = wait(house)
    with pytest.raises(DomainError) as refused:
        waiting.withdraw(entry, reason="Sold", by=house.advisor, version=7)
    assert refused.value.code == "stale"


def test_withdrawn_with_a_reason_at_any_time_and_what_was_held_goes_to_the_next(house):
    first, second = wait(house, hours="8.0"), wait(house, hours="8.0")
    cancel(house.full)
    with pytest.raises(DomainError) as refused:
        waiting.withdraw(first, reason="  ", by=house.advisor)
    assert refused.value.code == "reason_missing"
    waiting.withdraw(WaitingEntry.objects.get(pk=first.pk), reason="Sold", by=house.advisor)
    settle()
    assert status(first, second) == ["withdrawn", "offered"]
    assert first.closed_reason == "Sold"
    with pytest.raises(DomainError):
        waiting.withdraw(first, reason="Again", by=house.advisor)


def test_when_the_wished_days_are_over_the_entry_ends_and_somebody_calls(house, watch):
    entry = wait(house)
    watch(tomorrow(0, 5, days=2))
    settle()
    assert status(entry) == ["expired"]
    assert [task.owner for task in calls(entry)] == [house.advisor]


def test_a_car_that_is_booked_by_another_way_waits_no_longer(house):
    entry = wait(house, hours="1.0", from_day=clock.today())
    elsewhere = wait(house)
    settle()
    assert status(entry) == ["offered"]
    day = entry.starts_at + timedelta(hours=3)
    booked = make_appointment(house.store, vehicle=entry.vehicle, starts_at=day)
    settle()
    assert status(entry, elsewhere) == ["booked", "waiting"]
    assert entry.appointment == booked
    assert not Holder.objects.filter(expires_at__isnull=False).exists()


def test_a_car_that_is_promised_elsewhere_meanwhile_is_not_booked_twice(house):
    entry = wait(house)
    cancel(house.full)
    entry.refresh_from_db()
    bay(house.store, "Bay 2")
    technician(house.store, house.team_lead)
    advisor(house.store, house.reception_supervisor)
    make_appointment(house.store, vehicle=entry.vehicle, starts_at=tomorrow(8))
    with pytest.raises(DomainError) as refused:
        waiting.accept(entry, by=None)
    assert refused.value.code == "vehicle_booked"
    assert status(entry) == ["offered"]
