"""The nouns visits and inspections."""

import pytest
from rest_framework.test import APIClient

from apps.reception import drawing
from apps.reception.models import Damage, Visit, WalkAround
from tests.reception.factories import make_appointment, make_customer_vehicle, make_visit, make_walk_around

VISITS, INSPECTIONS = "/api/v1/visits/", "/api/v1/inspections/"


@pytest.fixture
def api(cast):
    client = APIClient()
    client.force_login(cast.advisor)
    return client


def test_a_gate_camera_pushes_a_plate(cast, api):
    appointment = make_appointment(cast, vehicle=make_customer_vehicle(cast, plate="浙A12345"))
    answer = api.post(VISITS, {"plate": "浙a·12345"}, format="json")
    assert answer.status_code == 201
    assert answer.json()["appointment"] == appointment.pk
    assert answer.json()["status"] == "waiting"


def test_a_repeated_request_registers_once(cast, api):
    vehicle = make_customer_vehicle(cast)
    answers = [
        api.post(VISITS, {"vehicle": vehicle.pk}, format="json", HTTP_IDEMPOTENCY_KEY="k")
        for _time in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 201]
    assert Visit.objects.count() == 1


def test_a_vehicle_that_is_here_is_a_conflict_with_the_rule(cast, api):
    visit = make_visit(cast)
    answer = api.post(VISITS, {"vehicle": visit.vehicle_id}, format="json")
    assert answer.status_code == 409
    assert answer.json()["title"] == "already_here"
    assert answer.json()["visit"] == visit.number


@pytest.mark.parametrize(
    "data", [{}, {"plate": "浙A00000"}, {"vehicle": 999999}, {"vehicle": 1, "plate": "x"}]
)
def test_an_arrival_of_nobody_is_refused(cast, api, data):
    assert api.post(VISITS, data, format="json").status_code == 400


def test_a_stranger_cannot_register_our_vehicle_nor_read_our_visits(cast, api):
    visit = make_visit(cast)
    vehicle = make_customer_vehicle(cast)
    api.force_login(cast.stranger)
    assert api.post(VISITS, {"vehicle": vehicle.pk}, format="json").status_code == 400
    assert api.get(f"{VISITS}{visit.pk}/").status_code == 404
    assert api.get(VISITS).json()["results"] == []


def test_visits_are_filtered_by_state(cast, api):
    make_visit(cast)
    waiting = make_visit(cast, status="waiting")
    found = api.get(VISITS, {"status": "waiting"}).json()["results"]
    assert [v["id"] for v in found] == [waiting.pk]


def test_first_contact_is_taken_once(cast, api):
    visit = make_visit(cast, status="waiting")
    assert api.post(f"{VISITS}{visit.pk}/meet/").json()["status"] == "in_reception"
    assert api.post(f"{VISITS}{visit.pk}/meet/").status_code == 409


def test_a_technician_reads_visits_and_receives_nobody(cast, api):
    visit = make_visit(cast, status="waiting")
    api.force_login(cast.technician)
    assert api.get(f"{VISITS}{visit.pk}/").status_code == 200
    assert api.post(f"{VISITS}{visit.pk}/meet/").status_code == 403
    assert api.post(VISITS, {"vehicle": visit.vehicle_id}, format="json").status_code == 403


def inspection(visit, **fields):
    x, y = drawing.anchor_of("roof")
    return {
        "visit": visit.pk,
        "odometer_km": 48210,
        "energy_percent": 50,
        "checks": {"lamps": "ok"},
        "tyre_mm": {"fl": "6.5"},
        "warning_lamps": ["engine"],
        "valuables_reminded": True,
        "damages": [{"kind": "dent", "x": x, "y": y, "client_key": "k1"}],
    } | fields


def test_a_walk_around_is_posted_with_its_marks_and_again_without_doubling_them(cast, api):
    visit = make_visit(cast, waits_here=True)
    for _time in range(2):
        answer = api.post(INSPECTIONS, inspection(visit), format="json")
        assert answer.status_code == 201
    assert answer.json()["damages"][0]["zone"] == "roof"
    assert Damage.objects.count() == 1
    assert WalkAround.objects.get().tyre_mm == {"fl": "6.5"}


def test_a_walk_around_that_must_be_signed_saves_nothing(cast, api):
    answer = api.post(INSPECTIONS, inspection(make_visit(cast, waits_here=False)), format="json")
    assert answer.status_code == 409
    assert answer.json()["title"] == "signature_required"
    assert not Damage.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"energy_percent": 101},
        {"checks": {"sunroof": "ok"}},
        {"tyre_mm": {"spare": "3"}},
        {"warning_lamps": ["disco"]},
        {"damages": [{"kind": "dent", "x": 1001, "y": 0}]},
        {"visit": 999999},
    ],
)
def test_bad_walk_arounds_are_refused(cast, api, change):
    visit = make_visit(cast, waits_here=True)
    assert api.post(INSPECTIONS, inspection(visit) | change, format="json").status_code == 400
    assert not WalkAround.objects.exists()


def test_a_stranger_finds_no_inspection(cast, api):
    visit = make_visit(cast)
    walk = make_walk_around(visit)
    api.force_login(cast.neighbour)
    assert api.get(f"{INSPECTIONS}{walk.pk}/").status_code == 404
    assert api.post(INSPECTIONS, inspection(visit), format="json").status_code == 400


def test_an_appointment_arrives_by_its_own_verb(cast, api):
    appointment = make_appointment(cast)
    url = f"/api/v1/appointments/{appointment.pk}/arrive/"
    answer = api.post(url, {"waits_here": True}, format="json")
    assert (answer.status_code, answer.json()["appointment"]) == (201, appointment.pk)
    assert answer.json()["waits_here"]
    assert api.get(f"/api/v1/appointments/{appointment.pk}/").json()["status"] == "arrived"
    assert api.post(url, {}, format="json").status_code == 409
    assert Visit.objects.count() == 1
