"""A comeback names the visit it comes back for; what the desk cannot answer goes to whoever can."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from apps.appointments import promises, services, waiting
from apps.appointments.models import Appointment, BookingDraft
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import ServiceRecord
from apps.desk.models import Event, Notice, Task
from tests.appointments.factories import (
    fill,
    make_appointment,
    make_customer,
    make_vehicle,
    make_waiting,
    settle,
)
from tests.capacity.factories import tomorrow

NEW, CALL_BACK = "/appointments/new/", "/appointments/new/call-back/"


@pytest.fixture
def car(cast):
    return make_vehicle(cast.store, "浙A12345", odometer_km=40_000)


@pytest.fixture
def visit(car):
    return make_visit(car)


def make_visit(vehicle, reference="RO-1", **fields):
    day = clock.today() - timedelta(days=9)
    fields = {"description": "更换前刹车片", "odometer_km": 39_800} | fields
    return ServiceRecord.objects.create(vehicle=vehicle, reference=reference, arrived_on=day, **fields)


def typed(vehicle, **changes):
    return {
        "vehicle": vehicle.pk,
        "starts_at": tomorrow(9).isoformat(),
        "kind": "comeback",
        "channel": "phone",
        "contact_name": "李明",
        "contact_phone": "13812345678",
        "customer_words": "刹车又响了",
    } | changes


def promise(vehicle, **changes):
    due = timezone.localtime(clock.now() + timedelta(hours=2))
    return typed(vehicle, **{"back-to": "service_manager", "back-due_at": f"{due:%Y-%m-%dT%H:%M}"} | changes)


def text(response):
    return response.content.decode()


# -- the earlier visit ----------------------------------------------------------------------------


def test_a_comeback_is_booked_for_the_visit_it_comes_back_for(desk, car, visit):
    page = text(desk.get(NEW, {"vehicle": car.pk}))
    assert f"{visit.arrived_on:%Y-%m-%d} · 更换前刹车片 · 39,800 km" in page
    desk.post(NEW, typed(car, comeback_of=visit.pk))
    appointment = Appointment.objects.get()
    assert appointment.comeback_of == visit
    assert "RO-1" in text(desk.get(f"/appointments/{appointment.pk}/"))


def test_a_visit_chosen_before_the_kind_was_changed_is_let_go(desk, car, visit):
    desk.post(NEW, typed(car, kind="maintenance", comeback_of=visit.pk))
    assert Appointment.objects.get().comeback_of is None


def test_a_visit_of_another_car_is_refused_beside_the_field(desk, cast, car):
    other = make_visit(make_vehicle(cast.store, "浙A22222", owner=make_customer(cast.store, "王")), "RO-2")
    answer = desk.post(NEW, typed(car, comeback_of=other.pk))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"comeback_of"}
    assert "刹车又响了" in text(answer)
    with pytest.raises(DomainError) as refused:
        make_appointment(cast.store, vehicle=car, kind="comeback", comeback_of=other)
    assert refused.value.code == "comeback_of_another_car"


def test_visits_of_a_car_that_another_store_looks_after_are_not_shown(cast, desk):
    car = make_vehicle(cast.other_store, "浙B12345", owner=make_customer(cast.other_store, "别家客户"))
    visit = make_visit(car)
    assert "更换前刹车片" not in text(desk.get(NEW, {"vehicle": car.pk}))
    assert desk.post(NEW, typed(car, comeback_of=visit.pk)).status_code == 422


def test_the_database_lets_only_a_comeback_name_a_visit(cast, car, visit):
    appointment = make_appointment(cast.store, vehicle=car)
    with pytest.raises(IntegrityError, match="visit_of_comebacks_only"), transaction.atomic():
        Appointment.objects.filter(pk=appointment.pk).update(comeback_of=visit)


def test_who_waits_for_a_comeback_is_booked_for_the_same_visit(cast, car, visit):
    fill(cast.store)
    entry = make_waiting(cast.store, by=cast.advisor, vehicle=car, kind="comeback", comeback_of=visit)
    services.cancel(Appointment.objects.exclude(vehicle=car).get(), reason="改期", by=None)
    settle()
    entry.refresh_from_db()
    assert waiting.accept(entry, by=cast.advisor).comeback_of == visit


def test_the_api_takes_it_and_refuses_it_for_other_kinds(desk, car, visit):
    body = {"vehicle": car.pk, "starts_at": tomorrow(9).isoformat(), "comeback_of": visit.pk}
    wrong = desk.post("/api/v1/appointments/", body, content_type="application/json")
    assert wrong.status_code == 400
    assert "comeback_of" in wrong.json()["fields"]
    right = desk.post("/api/v1/appointments/", body | {"kind": "comeback"}, content_type="application/json")
    assert right.json()["comeback_of"] == visit.pk


# -- somebody calls back --------------------------------------------------------------------------


def test_a_hard_fault_goes_to_the_superior_with_words_number_and_time(cast, desk, car):
    answer = desk.post(CALL_BACK, promise(car))
    task = Task.objects.get(kind=promises.KIND)
    assert (task.role, task.owner) == ("service_manager", None)
    assert task.note == "138 1234 5678 · 刹车又响了"
    assert task in Task.objects.mine(cast.manager)
    assert task not in Task.objects.mine(cast.advisor)
    with translation.override("en"):
        notice = Notice.objects.get(reader=cast.manager)
        assert str(notice) == f"{cast.advisor.name} asks you to call 李明 back about 浙A12345"
    event = Event.objects.get(kind="appointment.call_back_promised")
    assert (event.reason, event.thread) == ("刹车又响了", car.event_thread)
    assert text(desk.get(answer.url, follow=True)).count("138 1234 5678 · 刹车又响了") == 1


def test_the_booking_goes_on_as_it_was_typed(desk, car):
    key = "7b1c1d1e-0000-4000-8000-000000000001"
    answer = desk.post(CALL_BACK, promise(car, kept=key, odometer_km="40100", **{"back-what": "报价"}))
    page = text(desk.get(answer.url))
    assert "40100" in page
    assert "刹车又响了" in page
    assert "back-what" not in BookingDraft.objects.get().data, "the promise itself is made"


def test_one_may_promise_to_call_oneself(cast, desk, car):
    desk.post(CALL_BACK, promise(car, **{"back-to": "", "back-what": "配件到货时间"}))
    task = Task.objects.get(kind=promises.KIND)
    assert task.owner == cast.advisor
    assert task.note.endswith("配件到货时间")
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer_words": "", "back-what": " "}, "what"),
        ({"back-due_at": "2020-01-01T10:00"}, "due_at"),
        ({"back-due_at": ""}, "due_at"),
        ({"back-to": "cashier"}, "to"),
    ],
    ids=str,
)
def test_a_promise_that_says_too_little_is_refused_and_nothing_is_lost(desk, car, changes, field):
    answer = desk.post(CALL_BACK, promise(car, odometer_km="40100", **changes))
    assert answer.status_code == 422
    assert answer.context["promise_form"].errors.keys() == {field}
    assert "40100" in text(answer)
    assert not Task.objects.filter(kind=promises.KIND).exists()


def test_a_number_that_is_none_is_refused(desk, car):
    answer = desk.post(CALL_BACK, promise(car, contact_phone="12"))
    assert answer.context["form"].errors.keys() == {"contact_phone"}
    assert not Task.objects.filter(kind=promises.KIND).exists()


def test_the_verb_refuses_the_same(cast, car):
    now = clock.now()
    asked = {"store": cast.store, "name": "李明", "phone": "+8613812345678", "by": cast.advisor, "now": now}
    for code, what, due_at in [
        ("promise_unsaid", " ", now + timedelta(hours=1)),
        ("promise_past", "报价", now),
    ]:
        with pytest.raises(DomainError) as refused:
            promises.call_back(car, what=what, due_at=due_at, **asked)
        assert refused.value.code == code


def test_without_a_car_there_is_nothing_to_promise(desk):
    assert desk.post(CALL_BACK, {"vehicle": ""}).status_code == 404


def test_a_technician_cannot_promise_calls(cast, client, car):
    client.force_login(cast.technician)
    assert client.post(CALL_BACK, promise(car)).status_code == 403
