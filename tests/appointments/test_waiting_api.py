"""The waiting list over the API: the same verbs, one entry per Idempotency-Key, 409 by rule."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from apps.appointments.models import WaitingEntry
from apps.core import clock
from tests.appointments.factories import make_operation, make_vehicle
from tests.appointments.waiting_house import cancel, house, midmorning, status, wait
from tests.capacity.factories import tomorrow

__all__ = ["house", "midmorning"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]
URL = "/api/v1/waiting-entries/"


@pytest.fixture
def api(house, client):
    """``api(method, path, body)`` as the advisor, by token."""
    token = Token.objects.create(user=house.advisor)

    def call(method, path="", body=None, **headers):
        data = {"data": body or {}, "content_type": "application/json"} if method == "post" else {}
        return getattr(client, method)(
            URL + path, **data, headers={"Authorization": f"Token {token.key}", **headers}
        )

    return call


def body(house, **changes):
    day = f"{tomorrow():%Y-%m-%d}"
    made = {"vehicle": make_vehicle(house.store, "浙A12345").pk, "from_day": day, "till_day": day}
    return made | changes


def test_put_read_offer_and_accept(house, api):
    operation = make_operation(house.store)
    wish = body(house, from_time="09:00", items=[{"operation": operation.pk, "wish": "required"}])
    answer = api("post", "", wish, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert api("post", "", wish, **{"Idempotency-Key": "k1"}).json() == made
    assert (made["status"], made["from_time"], made["items"][0]["amount"]) == (
        "waiting",
        "09:00:00",
        "280.00",
    )
    assert api("get", f"{made['id']}/").json() == made
    assert [row["id"] for row in api("get").json()["results"]] == [made["id"]]
    offered = api("post", f"{made['id']}/offer/", {"starts_at": tomorrow(9, days=2).isoformat()}).json()
    assert (offered["status"], offered["starts_at"]) == ("offered", tomorrow(9, days=2).isoformat())
    wrong = api("post", f"{made['id']}/accept/", {"starts_at": tomorrow(9).isoformat()})
    assert (wrong.status_code, wrong.json()["title"]) == (409, "offer_over")
    booked = api("post", f"{made['id']}/accept/", {"starts_at": offered["starts_at"]}).json()
    assert booked["status"] == "booked"
    assert WaitingEntry.objects.get().appointment_id == booked["appointment"]
    assert api("post", f"{made['id']}/accept/").json()["title"] == "offer_over"


def test_decline_and_withdraw(house, api):
    entry = wait(house)
    cancel(house.full)
    assert api("post", f"{entry.pk}/decline/").json()["status"] == "waiting"
    assert api("post", f"{entry.pk}/withdraw/").status_code == 400
    assert api("post", f"{entry.pk}/withdraw/", {"reason": "Sold", "version": 0}).json()["title"] == "stale"
    assert api("post", f"{entry.pk}/withdraw/", {"reason": "Sold"}).json()["closed_reason"] == "Sold"
    off = wait(house)
    api("post", f"{off.pk}/offer/", {"starts_at": tomorrow(9).isoformat()})
    assert api("post", f"{off.pk}/decline/", {"stays": False}).json()["status"] == "declined"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"from_day": "soon"}, "from_day"),
        ({"till_day": None}, "till_day"),
        ({"till_time": "25:00"}, "till_time"),
        ({"vehicle": 0}, "vehicle"),
        ({"contact_phone": "123"}, "contact_phone"),
    ],
)
def test_wrong_input_is_400_by_field(house, api, changes, wrong):
    answer = api("post", "", body(house, **changes))
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {wrong}
    assert not WaitingEntry.objects.exists()


def test_what_the_rules_refuse_is_409(house, api):
    past = f"{clock.today() - timedelta(days=1):%Y-%m-%d}"
    answer = api("post", "", body(house, from_day=past, till_day=past))
    assert (answer.status_code, answer.json()["title"]) == (409, "wish_past")
    entry = wait(house)
    taken = api("post", f"{entry.pk}/offer/", {"starts_at": tomorrow(9).isoformat()})
    assert (taken.status_code, taken.json()["title"]) == (409, "slot_taken")
    assert len(taken.json()["alternatives"]) == 3
    assert status(entry) == ["waiting"]


def test_a_stranger_finds_nothing_and_a_technician_may_only_read(house, client):
    entry = wait(house)
    client.force_login(house.stranger)
    assert client.get(f"{URL}{entry.pk}/").status_code == 404
    assert client.post(f"{URL}{entry.pk}/accept/").status_code == 404
    assert client.get(URL).json()["results"] == []
    client.force_login(house.technician)
    assert client.get(f"{URL}{entry.pk}/").status_code == 200
    assert client.post(f"{URL}{entry.pk}/accept/").status_code == 403


def test_the_list_costs_the_same_for_2_and_20_rows(house, api):
    costs = []
    for count in (2, 18):
        for _n in range(count):
            wait(house)
        with CaptureQueriesContext(connection) as queries:
            api("get")
        costs.append(len(queries))
    assert costs[0] == costs[1]
