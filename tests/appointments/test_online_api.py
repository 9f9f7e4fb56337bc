"""The intake: an outside channel sends requests, each once, and asks what became of them."""

import pytest

from apps.appointments import online
from apps.appointments.models import OnlineRequest
from apps.core import clock
from tests.appointments.factories import make_appointment, make_package, make_vehicle
from tests.appointments.online_house import at, wide

URL = "/api/v1/online-requests/"


@pytest.fixture
def channel(cast, client):
    """The maker's app: an account of its own with the information clerk's role."""
    wide(cast)
    make_package(cast.store)
    client.force_login(cast.roles["information_clerk"])
    return client


def body(**changes):
    return {
        "external_id": "M-1001",
        "name": "李明",
        "phone": "13812345678",
        "plate": "浙a12345",
        "packages": ["K001"],
        "starts_at": at(10, days=1).isoformat(),
    } | changes


def post(client, data):
    return client.post(URL, data, content_type="application/json")


def test_a_request_is_taken_in_held_and_told_of(cast, channel):
    answer = post(channel, body())
    assert answer.status_code == 201, answer.content
    row = OnlineRequest.objects.get()
    assert answer.json()["number"] == row.number
    assert (row.status, row.channel, row.plate) == ("received", "maker", "浙A12345")
    assert row.holder is not None
    assert len(answer.json()["items"]) == 2


def test_the_same_id_again_is_the_same_request(cast, channel):
    first = post(channel, body()).json()
    again = post(channel, body(name="别人"))
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert OnlineRequest.objects.count() == 1


def test_what_became_of_it_can_be_asked(cast, channel):
    pk = post(channel, body()).json()["id"]
    row = OnlineRequest.objects.get()
    appointment = online.confirm(row, vehicle=make_vehicle(cast.store), by=cast.advisor, now=clock.now())
    answer = channel.get(f"{URL}{pk}/").json()
    assert (answer["status"], answer["appointment_number"]) == ("booked", appointment.number)


def test_a_channel_sees_only_what_it_has_sent(cast, channel, client):
    pk = post(channel, body()).json()["id"]
    client.force_login(cast.manager)
    assert client.get(f"{URL}{pk}/").status_code == 404


def test_a_taken_time_brings_others_and_keeps_nothing(cast, channel):
    for _n in range(2):
        make_appointment(cast.store, starts_at=at(10, days=1))
    answer = post(channel, body())
    assert answer.status_code == 409
    assert len(answer.json()["alternatives"]) == 3
    assert not OnlineRequest.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"plate": "A1"}, "plate"),
        ({"packages": ["K999"]}, "packages"),
        ({"packages": []}, "words"),
        ({"starts_at": "x"}, "starts_at"),
        ({"external_id": ""}, "external_id"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(channel, changes, field):
    answer = post(channel, body(**changes))
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not OnlineRequest.objects.exists()


def test_a_time_that_cannot_be_asked_for_is_refused(channel):
    assert post(channel, body(starts_at=at(10, days=20).isoformat())).status_code == 409


@pytest.mark.parametrize("who", ["advisor", "technician"])
def test_other_people_have_no_intake(cast, channel, client, who):
    client.force_login(getattr(cast, who))
    assert post(client, body()).status_code == 403
