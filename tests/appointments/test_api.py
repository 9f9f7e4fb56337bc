"""The API: the same verbs, 409 with alternatives, one booking per Idempotency-Key."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from apps.appointments.models import Appointment
from tests.appointments.factories import make_appointment, make_operation, make_package, make_vehicle
from tests.capacity.factories import furnish, narrow_house, tomorrow

URL = "/api/v1/appointments/"


@pytest.fixture
def api(cast, client):
    """``api(method, path, body)`` as the advisor, by token."""
    token = Token.objects.create(user=cast.advisor)

    def call(method, path="", body=None, **headers):
        return getattr(client, method)(
            URL + path,
            *([body] if method == "get" and body else []),
            **({"data": body or {}, "content_type": "application/json"} if method == "post" else {}),
            headers={"Authorization": f"Token {token.key}", **headers},
        )

    return call


def test_booking_and_reading(cast, api):
    furnish(cast.store)
    car, operation, package = make_vehicle(cast.store), make_operation(cast.store), make_package(cast.store)
    body = {
        "vehicle": car.pk,
        "starts_at": tomorrow(9).isoformat(),
        "contact_phone": "138 0000 9999",
        "items": [{"operation": operation.pk, "wish": "required"}, {"package": package.pk, "quantity": "2"}],
    }
    answer = api("post", "", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["contact_phone"] == "+8613800009999"
    assert made["contact_name"] == car.owner.name
    assert [i["amount"] for i in made["items"]] == ["280.00", "560.00", "796.00"]
    assert api("get", f"{made['id']}/").json() == made
    listed = api("get", "", {"status": "booked", "arrives_after": tomorrow(8).isoformat()}).json()
    assert [row["number"] for row in listed["results"]] == [made["number"]]
    assert api("get", "", {"status": "arrived"}).json()["results"] == []


def test_the_verbs(cast, api):
    appointment = make_appointment(cast.store)
    assert api("post", f"{appointment.pk}/confirm/").json()["status"] == "confirmed"
    moved = api("post", f"{appointment.pk}/reschedule/", {"starts_at": tomorrow(15).isoformat()})
    assert moved.json()["ready_at"] == tomorrow(16, 15).isoformat()
    assert api("post", f"{appointment.pk}/cancel/", {"reason": "Sold"}).json()["closed_reason"] == "Sold"
    again = api("post", f"{appointment.pk}/confirm/")
    assert again.status_code == 409
    assert again.json()["title"] == "appointment_state"


def test_a_taken_slot_is_409_with_alternatives(cast, api):
    narrow_house(cast)
    make_appointment(cast.store)
    car = make_vehicle(cast.store, "浙B00001")
    answer = api("post", "", {"vehicle": car.pk, "starts_at": tomorrow(9).isoformat()})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "slot_taken"
    assert len(problem["alternatives"]) == 3
    assert {"starts_at", "ends_at", "advisor_id", "reason"} <= set(problem["alternatives"][0])
    assert Appointment.objects.count() == 1


def test_the_same_key_books_once(cast, api):
    furnish(cast.store)
    body = {"vehicle": make_vehicle(cast.store).pk, "starts_at": tomorrow(9).isoformat()}
    first = api("post", "", body, **{"Idempotency-Key": "k1"})
    second = api("post", "", body, **{"Idempotency-Key": "k1"})
    assert first.json() == second.json()
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"starts_at": "2020-01-01T09:00:00+08:00"}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"vehicle": 0}, "vehicle"),
        ({"contact_phone": "123"}, "contact_phone"),
        ({"items": [{}]}, "items"),
        ({"items": [{"operation": 1, "part": 1}]}, "items"),
        ({"items": [{"operation": 987654}]}, "items"),
        ({"kind": "lunch"}, "kind"),
    ],
)
def test_wrong_input_is_400_by_field(cast, api, changes, wrong):
    furnish(cast.store)
    body = {"vehicle": make_vehicle(cast.store).pk, "starts_at": tomorrow(9).isoformat()} | changes
    answer = api("post", "", body)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {wrong}
    assert not Appointment.objects.exists()


def test_a_stranger_finds_nothing_and_a_technician_may_only_read(cast, client):
    appointment = make_appointment(cast.store)
    client.force_login(cast.stranger)
    assert client.get(f"{URL}{appointment.pk}/").status_code == 404
    assert client.post(f"{URL}{appointment.pk}/confirm/").status_code == 404
    assert client.get(URL).json()["results"] == []
    client.force_login(cast.technician)
    assert client.get(f"{URL}{appointment.pk}/").status_code == 200
    assert client.post(f"{URL}{appointment.pk}/confirm/").status_code == 403


def test_a_stale_version_is_refused(cast, api):
    appointment = make_appointment(cast.store)
    api("post", f"{appointment.pk}/confirm/", {"version": 0})
    assert api("post", f"{appointment.pk}/cancel/", {"reason": "x", "version": 0}).json()["title"] == "stale"


def test_the_list_costs_the_same_for_3_and_30_rows(cast, api):
    template = make_appointment(cast.store)
    costs = []
    for count in (3, 30):
        for n in range(count):
            template.pk, template.holder, template.number = None, None, f"X-{count}-{n}"
            template.vehicle = make_vehicle(cast.store, f"浙X{count:03d}{n:02d}")
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            api("get")
        costs.append(len(queries))
    assert costs[0] == costs[1]
