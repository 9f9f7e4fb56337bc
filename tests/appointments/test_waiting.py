"""The waiting list: what is put on it, recorded order, wishes, and who is offered what."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Setting
from apps.appointments import services, waiting, waiting_round
from apps.appointments.items import Ask
from apps.appointments.models import WaitingEntry
from apps.appointments.selectors import waiting_list
from apps.capacity import keeping
from apps.capacity import services as capacity
from apps.capacity.models import CapacityDay, Holder, Reservation, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import StoreAccess
from apps.desk.models import Event, Task
from apps.messaging.models import Message
from tests.appointments.factories import (
    fill,
    make_appointment,
    make_operation,
    make_package,
    make_vehicle,
    settle,
)
from tests.appointments.waiting_house import HOUR, calls, cancel, house, midmorning, status, wait, watch
from tests.capacity.factories import tomorrow

__all__ = ["house", "midmorning", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]


# -- put ------------------------------------------------------------------------------------------


def test_nothing_said_on_the_phone_is_lost_and_prices_stay_as_told(house):
    package = make_package(house.store)
    entry = wait(
        house,
        asks=[Ask(package, Decimal(2), "required")],
        advisor=house.advisor,
        kind="inspection",
        odometer_km=41_000,
        people=3,
        customer_words="刹车异响",
        contact_name="李先生",
        contact_phone="+8613800000001",
    )
    part = package.lines.exclude(part=None).get().part
    part.price = Decimal("999.00")
    part.save()
    cancel(house.full)
    appointment = waiting.accept(entry, by=None)
    assert {i.amount for i in appointment.items.all()} == {Decimal("560.00"), Decimal("796.00")}
    assert {i.wish for i in appointment.items.all()} == {"required"}
    copied = (
        "kind",
        "odometer_km",
        "people",
        "customer_words",
        "contact_name",
        "contact_phone",
        "advisor_id",
    )
    assert [getattr(appointment, name) for name in copied] == [getattr(entry, name) for name in copied]
    assert entry.vehicle.odometer_km == 41_000
    assert entry.number.startswith("WL-HZ01-")
    assert StoreAccess.objects.filter(store=house.store, customer=entry.customer).exists()


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"from_day": 2, "till_day": 1}, "wish_days"),
        ({"from_day": -2, "till_day": -1}, "wish_past"),
        ({"from_day": 0, "till_day": 0, "till_time": time(11, 0)}, "wish_past"),
        ({"from_time": time(11), "till_time": time(10, 45)}, "wish_hours"),
        ({"till_day": 181}, "wish_far"),
    ],
)
def test_a_wish_that_nobody_can_fulfil_is_refused(house, wish, code):
    today = clock.today()
    for name in ("from_day", "till_day"):
        if name in wish:
            wish[name] = today + timedelta(days=wish[name])
    with pytest.raises(DomainError) as refused:
        wait(house, **wish)
    assert refused.value.code == code
    assert not WaitingEntry.objects.exists()


def test_a_car_that_is_booked_in_those_days_or_waits_already_is_refused_by_name(house):
    with pytest.raises(DomainError, match=house.full.number) as refused:
        wait(house, vehicle=house.full.vehicle)
    assert refused.value.code == "vehicle_booked"
    car = make_vehicle(house.store, "浙A55555")
    entry = wait(house, vehicle=car)
    with pytest.raises(DomainError, match=entry.number) as refused:
        wait(house, vehicle=car)
    assert refused.value.code == "vehicle_waits"
    waiting.withdraw(entry, reason="Sold", by=house.advisor)
    wait(house, vehicle=car)


def test_the_database_holds_what_the_verbs_promise(house):
    entry = wait(house)
    for broken in (
        {"till_day": entry.from_day - timedelta(days=1)},
        {"status": "offered"},
        {"status": "booked"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WaitingEntry.objects.filter(pk=entry.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitingEntry.objects.create(
            store=house.store,
            number="x",
            customer=entry.customer,
            vehicle=entry.vehicle,
            from_day=entry.from_day,
            till_day=entry.till_day,
            recorded_by=house.advisor,
            recorded_at=clock.now(),
        )


# -- offer ----------------------------------------------------------------------------------------


def test_what_a_cancellation_frees_is_held_for_the_first_told_at_once_and_a_call_is_due(house):
    first, second = wait(house, hours="8.0"), wait(house, hours="8.0")
    settle()
    assert status(first, second) == ["waiting", "waiting"]
    cancel(house.full)
    assert status(first, second) == ["offered", "waiting"]
    assert first.starts_at == tomorrow(8)
    assert first.accept_until - clock.now() > timedelta(minutes=119)
    assert first.holder.expires_at == first.accept_until
    assert first.holder.reservations.count() == 3
    (message,) = Message.objects.about(first)
    assert (message.state, message.answers_customer) == ("planned", False)
    (task,) = calls(first)
    assert task.owner == house.advisor
    assert clock.now() < task.due_at < first.accept_until
    assert Task.objects.mine(house.advisor).contains(task)
    kinds = list(Event.objects.about(first).values_list("kind", flat=True))
    assert kinds == ["waiting.offered", "waiting.put"]


def test_who_cannot_use_what_is_free_is_passed_over_and_keeps_his_place(house):
    late = tomorrow().date() + timedelta(days=3)
    wishes = [
        {"from_day": late, "till_day": late},
        {"from_time": time(19), "till_time": None},
        {"till_time": time(7, 30)},
        {"kind": "body_paint", "asks": []},
        {"from_time": time(13), "till_time": time(15)},
    ]
    fill(house.store, days=4)
    entries = [wait(house, **wish) for wish in wishes]
    cancel(house.full)
    assert status(*entries) == ["waiting"] * 4 + ["offered"]
    assert entries[4].starts_at == tomorrow(13)


def test_only_the_wished_advisor_receives(house):
    absent = Resource.objects.create(
        store=house.store, kind="advisor", name="Away", person=house.reception_supervisor
    )
    keeping.add_absence(absent, start=tomorrow(0), end=tomorrow(0, days=2), reason="Leave", by=house.manager)
    choosy, anybody = wait(house, advisor=house.reception_supervisor), wait(house)
    cancel(house.full)
    assert status(choosy, anybody) == ["waiting", "offered"]
    keeping.remove_absence(absent.absences.get(), by=house.manager)
    settle()
    assert status(choosy) == ["offered"]
    assert choosy.receiver == house.reception_supervisor


def moved(house):
    services.reschedule(house.full, starts_at=tomorrow(8, days=2), by=house.advisor)


def missed(house):
    late = make_appointment(house.store, starts_at=clock.now() + HOUR)
    services.mark_no_show(late, reason="Nobody", by=None, now=clock.now() + 2 * HOUR)
    services.cancel(house.full, reason="Sold", by=None)


def reopened(house):
    services.cancel(house.full, reason="Sold", by=None)
    keeping.reopen_day(CapacityDay.objects.get(day=tomorrow().date()), by=house.manager)


def longer_hours(house):
    services.cancel(house.full, reason="Sold", by=None)
    keeping.set_hours(house.store, {n: (time(8), time(20)) for n in range(1, 8)}, by=house.manager)


@pytest.mark.parametrize("free", [moved, missed, longer_hours], ids=lambda f: f.__name__)
def test_whatever_frees_capacity_wakes_the_list(house, free):
    entry = wait(house)
    settle()
    assert entry.due_at > clock.now() or status(entry) == ["waiting"]
    free(house)
    settle()
    assert status(entry) == ["offered"]


def test_a_day_opened_again_wakes_the_list(house):
    services.cancel(house.full, reason="Sold", by=None)
    keeping.close_day(house.store, tomorrow().date(), reason="Stocktaking", by=house.manager)
    entry = wait(house)
    settle()
    assert status(entry) == ["waiting"]
    keeping.reopen_day(CapacityDay.objects.get(day=tomorrow().date()), by=house.manager)
    settle()
    assert status(entry) == ["offered"]


def test_an_expired_hold_of_anybody_wakes_the_list(house, watch):
    services.cancel(house.full, reason="Sold", by=None)
    needs_all = waiting.work.needs_of(house.full, None)
    capacity.reserve(
        house.store, needs=needs_all, starts_at=tomorrow(8), label="online", expires_at=clock.now() + HOUR
    )
    entry = wait(house, hours="8.0")
    settle()
    assert status(entry) == ["waiting"]
    watch(clock.now() + HOUR)
    assert capacity.release_expired() == 1
    settle()
    assert status(entry) == ["offered"]


def test_an_entry_further_back_gets_nothing_that_the_first_has_not_been_shown(house):
    first = wait(house, hours="8.0")
    settle()
    second = wait(house, hours="8.0")
    WaitingEntry.objects.filter(pk=first.pk).update(due_at=clock.now() + HOUR)
    services.cancel(house.full, reason="Sold", by=None)
    # A worker on its way through the list, before the cancellation is made known to it.
    assert waiting_round.offer_next(house.store, now=clock.now()) is None
    assert status(first, second) == ["waiting", "waiting"]
    settle()
    assert status(first, second) == ["offered", "waiting"]


def test_without_a_fit_the_entry_is_looked_at_again_next_morning(house):
    entry = wait(house)
    settle()
    entry.refresh_from_db()
    assert entry.due_at == tomorrow(8)


def test_the_accept_time_is_a_setting_and_ends_an_hour_before_the_arrival(house):
    Setting.objects.create(
        key=waiting.ACCEPT_MINUTES, store=house.store, value=30, effective_from=clock.today()
    )
    entry = wait(house)
    cancel(house.full)
    assert status(entry) == ["offered"]
    assert timedelta(minutes=29) < entry.accept_until - clock.now() <= timedelta(minutes=30)
    waiting.decline(entry, by=None)
    soon = wait(house, from_day=clock.today(), till_day=clock.today())
    settle()
    assert status(soon) == ["offered"]
    assert soon.accept_until <= soon.starts_at - HOUR
    assert soon.accept_until - clock.now() >= waiting.SHORTEST - timedelta(seconds=30)


def test_a_person_may_offer_what_was_not_wished_but_nothing_that_is_too_near_or_taken(house):
    entry = wait(house)
    for starts_at, code in ((clock.now() + HOUR, "offer_too_late"), (tomorrow(9), "slot_taken")):
        with pytest.raises(DomainError) as refused:
            waiting.offer(entry, starts_at=starts_at, by=house.advisor)
        assert refused.value.code == code
    assert status(entry) == ["waiting"]
    waiting.offer(entry, starts_at=tomorrow(9, days=2), by=house.advisor)
    assert status(entry) == ["offered"]
    with pytest.raises(DomainError) as refused:
        waiting.offer(entry, starts_at=tomorrow(11, days=2), by=house.advisor)
    assert refused.value.code == "waiting_state"
    assert Holder.objects.filter(expires_at__isnull=False).count() == 1


def test_a_long_list_is_read_with_one_query_and_in_order(house, django_assert_num_queries):
    made = [wait(house) for _n in range(3)]
    assert waiting_list(house.stranger) == []
    assert len(waiting_list(house.advisor)) == 3
    with django_assert_num_queries(1):
        rows = waiting_list(house.advisor)
        assert [(r.pk, r.place, r.vehicle.plate) for r in rows] == [
            (entry.pk, n, entry.vehicle.plate) for n, entry in enumerate(made, 1)
        ]


def test_a_freed_time_stays_sellable_to_a_clerk_and_nobody_is_overbooked(house):
    entry = wait(house, hours="8.0")
    services.cancel(house.full, reason="Sold", by=None)
    operation = make_operation(house.store, "W8.0")
    make_appointment(house.store, starts_at=tomorrow(8), asks=[Ask(operation)])
    settle()
    assert status(entry) == ["waiting"]
    assert Reservation.objects.filter(resource__kind="bay").count() == 1
