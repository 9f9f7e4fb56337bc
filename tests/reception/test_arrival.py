"""Arriving: by appointment, as a walk-in, from another store of the group; once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import StoreAccess
from apps.desk.models import Event, Notice
from apps.reception import services
from apps.reception.models import Damage, Visit
from tests.reception.factories import (
    make_appointment,
    make_customer_vehicle,
    make_damage,
    make_photo,
    make_visit,
    make_walk_around,
)


def test_an_appointment_arrives_and_its_advisor_is_told(cast):
    appointment = make_appointment(cast)
    visit = services.arrive(cast.store, by=cast.guard, appointment=appointment, waits_here=True)
    appointment.refresh_from_db()
    assert appointment.status == "arrived"
    assert (visit.vehicle, visit.customer, visit.advisor) == (
        appointment.vehicle,
        appointment.customer,
        cast.advisor,
    )
    assert visit.waits_here
    assert visit.number.startswith("V-HZ01-")
    notice = Notice.objects.get(reader=cast.advisor)
    assert notice.params == {"plate": appointment.vehicle.plate}
    story = Event.objects.story(appointment.vehicle.event_thread).values_list("kind", flat=True)
    assert "visit.arrived" in story


def test_a_booked_car_given_by_its_plate_alone_takes_its_appointment(cast):
    appointment = make_appointment(cast, arrives_at=clock.now() + timedelta(minutes=1))
    visit = services.arrive(cast.store, by=cast.guard, vehicle=appointment.vehicle)
    assert visit.appointment == appointment


def test_a_walk_in_goes_to_the_customers_own_advisor(cast):
    visit = services.arrive(cast.store, by=cast.guard, vehicle=make_customer_vehicle(cast))
    assert visit.appointment is None
    assert visit.advisor == cast.advisor


def test_an_advisor_of_another_store_is_not_called(cast):
    vehicle = make_customer_vehicle(cast, advisor=cast.neighbour)
    assert services.arrive(cast.store, by=cast.guard, vehicle=vehicle).advisor is None
    assert not Notice.objects.exists()


def test_the_arrival_opens_the_file_for_this_store(cast):
    vehicle = make_customer_vehicle(cast, store=cast.other_store)
    services.arrive(cast.store, by=cast.guard, vehicle=vehicle)
    access = StoreAccess.objects.get(store=cast.store, customer=vehicle.owner)
    assert access.reason == "arrival"


def test_a_vehicle_that_is_here_does_not_arrive_again_and_nothing_is_changed(cast):
    appointment = make_appointment(cast)
    here = make_visit(cast, vehicle=appointment.vehicle, status="waiting")
    with pytest.raises(DomainError) as refusal:
        services.arrive(cast.store, by=cast.guard, appointment=appointment)
    assert refusal.value.code == "already_here"
    assert here.number in str(refusal.value)
    appointment.refresh_from_db()
    assert appointment.status == "booked"
    assert Visit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_gates_at_the_same_moment_one_registers_and_one_is_told(cast):
    vehicle = make_customer_vehicle(cast)
    gate = threading.Barrier(2)

    def go() -> str:
        try:
            gate.wait(10)
            return services.arrive(cast.store, by=cast.guard, vehicle=vehicle).number
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [f.result(20) for f in [pool.submit(go) for _gate in range(2)]]
    visit = Visit.objects.get()
    assert sorted(answers) == sorted([visit.number, "already_here"])


def test_hours_of_the_booked_work_are_taken_over(cast):
    appointment = make_appointment(cast, ready_at=clock.now() + timedelta(hours=6))
    visit = services.arrive(cast.store, by=cast.guard, appointment=appointment)
    assert visit.expected_hours == 6


def test_marks_of_the_last_visit_are_carried_over_with_their_photos(cast):
    vehicle = make_customer_vehicle(cast)
    before = make_visit(cast, vehicle=vehicle, status="left")
    make_walk_around(before)
    old = make_damage(before, "boot", "dent", note="small", photo=make_photo(before))
    visit = services.arrive(cast.store, by=cast.guard, vehicle=vehicle)
    mark = Damage.objects.get(visit=visit)
    assert (mark.zone, mark.kind, mark.note, mark.carried_from, mark.photo) == (
        "boot",
        "dent",
        "small",
        old,
        old.photo,
    )


def test_marks_from_another_store_come_without_its_photos(cast):
    vehicle = make_customer_vehicle(cast)
    before = make_visit(cast, vehicle=vehicle, status="left", store=cast.other_store)
    make_walk_around(before)
    make_damage(before, photo=make_photo(before))
    visit = services.arrive(cast.store, by=cast.guard, vehicle=vehicle)
    assert Damage.objects.get(visit=visit).photo is None


def test_helpers_are_called_once_when_the_queue_passes_its_limit(cast):
    for _number in range(6):
        services.arrive(cast.store, by=cast.guard, vehicle=make_customer_vehicle(cast, advisor=None))
    assert Notice.objects.filter(reader=cast.dispatcher).count() == 1
    assert not Notice.objects.filter(reader=cast.technician).exists()
