"""What falls due, whom that makes us call, and what comes of the call."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Setting
from apps.appointments import campaign_plan, forecast, proactive, services
from apps.appointments.models import Appointment, ProactiveCall
from apps.calls.models import Call
from apps.capacity.models import OpeningHours
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.due import NextService
from apps.customers.models import ServiceRecord, StoreAccess, Vehicle
from apps.desk.models import Event
from tests.appointments.factories import make_appointment, make_customer, make_package, make_vehicle
from tests.appointments.online_house import wide
from tests.capacity.factories import hours
from tests.reception.factories import make_visit
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]

TODAY = date(2026, 11, 26)
Result = ProactiveCall.Result


def days(n):
    return TODAY + timedelta(days=n)


# -- what is due: pure -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_in", "is_due"), [(-61, False), (-60, True), (0, True), (15, True), (16, False)]
)
def test_from_fifteen_days_before_until_sixty_days_after(due_in, is_due):
    service = NextService(20_000, 20_000, days(due_in), 300)
    found = forecast.due_items(service, insured_until=None, inspection_due_on=None, today=TODAY)
    assert bool(found) == is_due


def test_the_soonest_goes_first_and_each_has_a_name_that_stays():
    service = NextService(20_120, 20_000, days(9), 300)
    found = forecast.due_items(service, insured_until=days(3), inspection_due_on=days(12), today=TODAY)
    assert [item.kind for item in found] == ["insurance", "service", "inspection"]
    later = forecast.due_items(
        NextService(20_120, 20_000, days(11), 200), insured_until=None, inspection_due_on=None, today=TODAY
    )
    assert later[0].key == found[1].key, "the estimate moves, the service is the same"
    assert forecast.DueItem.of_json(found[1].as_json()) == found[1]


def test_driven_kilometres_without_any_date_are_due_today():
    for left, found in ((0, [TODAY]), (-700, [TODAY]), (100, []), (None, [])):
        service = NextService(10_000, 10_000, None, left)
        items = forecast.due_items(service, insured_until=None, inspection_due_on=None, today=TODAY)
        assert [item.due_on for item in items] == found


def test_nothing_known_is_nothing_due():
    assert forecast.due_items(None, insured_until=None, inspection_due_on=None, today=TODAY) == []


# -- whom to call ----------------------------------------------------------------------------------


@pytest.fixture
def store(cast, midmorning):
    return wide(cast)


@pytest.fixture
def car(cast, store):
    """A car whose inspection is due in ten days; its customer is the advisor's."""
    owner = make_customer(store, "王小明", "+8613812345678")
    owner.advisor = cast.advisor
    owner.save(update_fields=["advisor"])
    return due_in(make_vehicle(store, "浙A10001", owner=owner), 10)


def due_in(vehicle, n):
    Vehicle.objects.filter(pk=vehicle.pk).update(inspection_due_on=clock.today() + timedelta(days=n))
    vehicle.refresh_from_db()
    return vehicle


def go(store, hour=9, in_days=0):
    return proactive.forecast_store(store, now=clock.at(clock.today() + timedelta(days=in_days), hour))


def test_the_call_stands_in_the_queue_of_the_customer_s_advisor(cast, store, car):
    assert go(store) == 1
    row = ProactiveCall.objects.get()
    call = row.call
    assert (call.owner, call.queue, call.opens_on) == (cast.advisor, "proactive", clock.today())
    assert call.customer == car.owner
    assert row.due[0].kind == "inspection"
    assert call.topic
    assert go(store, 10) == 0, "twice a day is once"


def test_by_readings_the_day_of_a_service_is_known(cast, store, model):
    car = make_vehicle(store, "浙A20002", model=model)
    for km, ago in ((17_000, 60), (19_000, 20)):
        car.record_reading(km, clock.today() - timedelta(days=ago), "entry", cast.advisor)
    per_day = car.km_per_day()
    assert per_day == Decimal("50.0")
    go(store)
    row = ProactiveCall.objects.get(vehicle=car)
    assert (row.due[0].kind, row.due[0].km % model.service_every_km) == ("service", 0)


def test_without_an_advisor_any_advisor_of_the_store_may_call(store):
    due_in(make_vehicle(store, "浙A30003"), 5)
    go(store)
    call = Call.objects.get(queue="proactive")
    assert (call.owner, call.role) == (None, "service_advisor")


def test_a_customer_s_car_is_called_by_one_store_only(cast, store, car):
    """Both stores know him and are open; his advisor is in ours. Without an advisor the first one calls."""
    hours(cast.other_store)
    free = due_in(make_vehicle(store, "浙A30003"), 5)
    for owner in (car.owner, free.owner):
        StoreAccess.objects.create(store=cast.other_store, customer=owner, reason="entry", since=clock.now())
    assert proactive.go_round(clock.now()) == 2
    assert proactive.go_round(clock.now()) == 0
    assert ProactiveCall.objects.get(vehicle=car).store == store
    assert ProactiveCall.objects.filter(vehicle=free).count() == 1


def test_a_car_that_is_here_is_not_called_about(cast, store, car):
    make_visit(cast, vehicle=car)
    other = due_in(make_vehicle(store, "浙A30003"), 5)
    make_visit(cast, vehicle=other, status="left")
    assert go(store) == 1
    assert ProactiveCall.objects.get().vehicle == other


@pytest.mark.parametrize("hour", [7, 3])
def test_not_before_eight(store, car, hour):
    assert go(store, hour) == 0


def test_not_on_a_closed_day(store, car):
    OpeningHours.objects.filter(store=store).delete()
    assert go(store) == 0


def test_who_is_booked_or_has_no_number_is_not_called(store, car):
    make_appointment(store, vehicle=car)
    silent = due_in(make_vehicle(store, "浙A40004", owner=make_customer(store, "无号", "")), 3)
    assert go(store) == 0
    assert not ProactiveCall.objects.filter(vehicle__in=[car, silent]).exists()


def test_the_soonest_go_first_and_only_so_many_a_day(store):
    cars = [due_in(make_vehicle(store, f"浙A5000{n}"), n) for n in (9, 2, 5)]
    Setting.objects.create(key=campaign_plan.PER_DAY, store=store, effective_from=clock.today(), value=2)
    assert go(store) == 2
    assert go(store, 11) == 0
    assert set(ProactiveCall.objects.values_list("vehicle", flat=True)) == {cars[1].pk, cars[2].pk}
    assert go(store, in_days=1) == 1


def reached(row, by):
    row.call.claim(by=by)
    row.call.record_attempt("reached", by=by)
    row.refresh_from_db()
    return row


def refused(code, verb, *args, **kwargs):
    with pytest.raises(DomainError) as error:
        verb(*args, **kwargs)
    assert error.value.code == code


@pytest.fixture
def row(cast, store, car):
    """The call about the car, whose customer was reached."""
    go(store)
    return reached(ProactiveCall.objects.get(), cast.advisor)


def settle(row, result, by, **more):
    proactive.complete(row, result=result, by=by, person_spoken_to="王小明", **more)
    row.refresh_from_db()


def test_booked_names_the_appointment_and_none_booked_is_refused(cast, row, car, store):
    refused("nothing_booked", settle, row, Result.BOOKED, cast.advisor)
    assert Call.objects.get(pk=row.call_id).state == "open"
    appointment = make_appointment(store, vehicle=car, channel="proactive")
    settle(row, Result.BOOKED, cast.advisor)
    assert (row.appointment, row.call.state) == (appointment, "done")
    assert Event.objects.get(kind="proactive.completed").facts["result"] == "booked"


def test_refused_it_is_not_called_about_again_but_about_the_next_thing_it_is(cast, row, car, store):
    settle(row, Result.REFUSED, cast.advisor, reason="刚在外面做过")
    assert go(store, in_days=8) == 0
    Vehicle.objects.filter(pk=car.pk).update(insured_until=clock.today() + timedelta(days=10))
    assert go(store, in_days=6) == 0, "reached within seven days"
    assert go(store, in_days=8) == 1


def test_later_comes_back_on_its_day(cast, row):
    for wrong in (None, clock.today(), clock.today() + timedelta(days=400)):
        refused("again_in_the_past", settle, row, Result.LATER, cast.advisor, again_on=wrong)
    day = clock.today() + timedelta(days=40)
    settle(row, Result.LATER, cast.advisor, again_on=day)
    again = ProactiveCall.objects.exclude(pk=row.pk).get()
    assert (again.call.opens_on, again.keys, again.call.owner) == (day, row.keys, cast.advisor)


def test_a_lost_customer_is_left_alone_until_he_comes_again(cast, row, car, store):
    settle(row, Result.LOST, cast.advisor, lost_reason="sold")
    Vehicle.objects.filter(pk=car.pk).update(insured_until=clock.today() + timedelta(days=30))
    assert go(store, in_days=20) == 0
    ServiceRecord.objects.create(
        vehicle=car, store=store, reference="V-1", arrived_on=clock.today() + timedelta(days=2)
    )
    assert go(store, in_days=20) == 1


def test_who_books_himself_is_not_called_any_more(cast, store, car):
    go(store)
    row = ProactiveCall.objects.get()
    appointment = make_appointment(store, vehicle=car)
    proactive.vehicle_booked(Event.objects.get(kind="appointment.booked"))
    assert Call.objects.get(pk=row.call_id).state == "cancelled"
    services.cancel(appointment, reason="改主意", by=cast.advisor)
    assert go(store, in_days=1) == 0, "he knows"


def test_who_is_being_spoken_to_keeps_the_call(cast, store, car, row):
    make_appointment(store, vehicle=car)
    proactive.vehicle_booked(Event.objects.get(kind="appointment.booked"))
    assert Call.objects.get(pk=row.call_id).state == "open"


@pytest.mark.parametrize("result", ["booked", "later", "lost", "refused"])
def test_the_database_wants_what_belongs_to_a_result(row, result):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProactiveCall.objects.filter(pk=row.pk).update(result=result)


# -- the page --------------------------------------------------------------------------------------


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def desk(cast, client):
    client.force_login(cast.advisor)
    return client


def test_the_page_has_what_is_due_with_price_time_and_a_way_to_book(cast, desk, store, model):
    package = make_package(store)
    package.service_km = model.service_every_km
    package.save(update_fields=["service_km"])
    car = make_vehicle(store, "浙A60006", model=model)
    item = forecast.DueItem(clock.today(), f"service-{package.service_km}", "service", package.service_km)
    row = reached(proactive.schedule(store, car, [item], now=clock.now()), cast.advisor)
    page = text(desk.get(row.call.get_absolute_url()))
    assert package.name in page
    assert f"add=package%3A{package.pk}%40recommended" in page
    booking = text(
        desk.get(
            f"/appointments/new/?vehicle={car.pk}&channel=proactive&add=package:{package.pk}@recommended"
        )
    )
    assert '<option value="proactive" selected>' in booking


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "id_result"),
        ({"result": "later"}, "id_again_on"),
        ({"result": "later", "again_on": "2020-01-01"}, "id_again_on"),
        ({"result": "lost"}, "id_lost_reason"),
        ({"result": "refused"}, "id_reason"),
        ({"result": "booked"}, "id_result"),
    ],
    ids=str,
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(desk, row, typed, field):
    typed = {"person_spoken_to": "王太太"} | typed
    response = desk.post(f"/appointments/proactive/{row.call_id}/result/", typed)
    assert response.status_code in (409, 422)
    page = response.content.decode()
    assert f"{field}_error" in page
    assert "王太太" in page
    assert Call.objects.get(pk=row.call_id).state == "open"


def test_completed_it_leaves_the_queue(desk, row):
    typed = {"person_spoken_to": "王小明", "result": "refused", "reason": "太远"}
    assert desk.post(f"/appointments/proactive/{row.call_id}/result/", typed).status_code == 302
    assert Call.objects.get(pk=row.call_id).state == "done"
    assert "太远" in text(desk.get(row.call.get_absolute_url()))
    assert not Appointment.objects.exists()


def test_the_list_shows_what_is_due_and_what_came_of_it(cast, desk, row):
    address = row.call.get_absolute_url()
    assert address in text(desk.get("/appointments/due/"))
    settle(row, Result.LOST, cast.advisor, lost_reason="sold", reason="换车了")
    assert address not in text(desk.get("/appointments/due/"))
    lost = desk.get("/appointments/due/", {"result": "lost"}, headers={"Accept-Language": "en"})
    assert [(value, n) for value, _label, n in lost.context["results"] if n] == [("lost", 1)]
    assert lost.context["lost"] == [("Car sold or scrapped", 1)]
    assert "Car sold or scrapped" in text(lost)
    assert "换车了" in text(lost)
    assert address in text(desk.get("/appointments/due/", {"result": "lost", "mine": "1"}))


def test_another_store_sees_none_of_it(cast, client, row):
    client.force_login(cast.neighbour)
    assert row.call.get_absolute_url() not in text(client.get("/appointments/due/"))


def test_the_list_asks_as_often_for_many_as_for_one(desk, store, django_assert_max_num_queries):
    for n in range(30):
        due_in(make_vehicle(store, f"浙A7{n:04d}"), 5)
    go(store)
    text(desk.get("/appointments/due/"))
    with django_assert_max_num_queries(12):
        assert text(desk.get("/appointments/due/")).count("row-link") == 30
