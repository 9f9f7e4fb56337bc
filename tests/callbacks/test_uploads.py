"""Completed callbacks at the maker's system: each once, whatever the line does, each with its answer."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.callbacks import services, uploads
from apps.callbacks.models import Upload
from apps.core import clock
from apps.desk.models import Connection
from tests.callbacks.factories import make_post_repair_call, make_reached, make_upload
from tests.harness import outside

SAID = {"solved": "yes", "satisfaction": 9, "suggestions": "", "person_spoken_to": "王女士"}


class Maker(outside.Handler):
    """The maker's system."""

    def do_GET(self):
        known = self.server.taken.get(self.path.rpartition("/")[2])
        return self.say(200, {"id": known["id"]}) if known else self.say(404, {})

    def do_POST(self):
        body, taken = self.body(), self.server.taken
        mood = self.server.mood()
        if self.headers["Authorization"] != "Bearer sesame":
            return self.say(401, {"detail": "who are you?"})
        if mood == "refuse":
            return self.say(422, {"detail": "VIN unknown"})
        if mood in ("ok", "torn", "late"):
            if body["reference"] in taken:
                return self.say(409, {"id": taken[body["reference"]]["id"]})
            taken[body["reference"]] = body | {"id": f"M{len(taken) + 1}"}
        if mood in ("torn", "lost"):
            return self.hang_up()
        if mood in ("broken", "late"):
            return self.say(500, {})
        return self.say(201, {"id": taken[body["reference"]]["id"]})


@pytest.fixture
def maker():
    with outside.running(Maker) as server:
        yield server


@pytest.fixture
def connected(cast, maker):
    typed = {"url": f"{maker.url}/records", "dealer": "HZ01", "token": "sesame"}
    row = Connection.keep(cast.store, uploads.MAKER, typed, by=cast.manager)
    row.switch(True, by=cast.manager, now=clock.now() - timedelta(minutes=1))
    return row


def go_round(later: timedelta = timedelta(0)) -> None:
    uploads.send_due(clock.now() + later)


def completed(cast):
    call = make_reached(make_post_repair_call(cast), cast.agent)
    services.complete_post_repair(call, SAID, by=cast.agent)
    return call


def test_what_is_completed_from_now_on_goes_once_with_its_facts(cast, maker, connected):
    call = completed(cast)
    other = make_post_repair_call(cast)
    assert uploads.lay(clock.now()) == 1
    assert uploads.lay(clock.now()) == 0, "laid once"
    go_round()
    row = Upload.objects.get()
    assert (row.call, row.state, row.maker_id) == (call, "accepted", "M1")
    (sent,) = maker.taken.values()
    assert (sent["dealer"], sent["spoken_to"], sent["vin"]) == ("HZ01", "王女士", call.vehicle.vin)
    assert sent["phone"].endswith(call.customer.phone[-4:])
    assert not Upload.objects.filter(call=other).exists()
    go_round(timedelta(hours=2))
    assert maker.posts == 1


def test_what_was_completed_before_the_connection_stays_here(cast, maker, connected):
    completed(cast)
    Connection.objects.update(used_since=clock.now() + timedelta(minutes=5))
    assert uploads.lay(clock.now()) == 0


@pytest.mark.parametrize("mood", ["torn", "late"])
def test_what_arrived_without_an_answer_is_asked_for_and_not_sent_twice(cast, maker, connected, mood):
    row = make_upload(cast)
    maker.moods.append(mood)
    go_round()
    row.refresh_from_db()
    assert row.state == "unknown"
    go_round()
    assert maker.posts == 1, "not before its time"
    go_round(timedelta(minutes=2))
    row.refresh_from_db()
    assert (row.state, row.maker_id, maker.posts) == ("accepted", "M1", 1)


@pytest.mark.parametrize("mood", ["lost", "broken"])
def test_what_certainly_did_not_arrive_is_sent_again(cast, maker, connected, mood):
    row = make_upload(cast)
    maker.moods.append(mood)
    go_round()
    go_round(timedelta(minutes=2))
    row.refresh_from_db()
    assert (row.state, maker.posts, len(maker.taken)) == ("accepted", 2, 1)


def test_a_refused_row_says_why_and_goes_again_when_somebody_says_so(cast, maker, connected, client):
    row = make_upload(cast)
    maker.moods.append("refuse")
    go_round()
    go_round(timedelta(hours=3))
    row.refresh_from_db()
    assert (row.state, row.detail, maker.posts) == ("refused", "VIN unknown", 1)
    client.force_login(cast.manager)
    page = client.get(reverse("callbacks:uploads"), {"state": "refused"}).content.decode()
    assert "VIN unknown" in page
    for _twice in range(2):
        assert client.post(reverse("callbacks:upload_repeat", args=[row.pk])).status_code == 302
    go_round(timedelta(minutes=1))
    row.refresh_from_db()
    assert (row.state, maker.posts) == ("accepted", 2)


def test_a_wrong_token_waits_and_no_row_is_lost(cast, maker, connected):
    typed = {"url": f"{maker.url}/records", "dealer": "HZ01", "token": "old"}
    Connection.keep(cast.store, uploads.MAKER, typed, by=cast.manager)
    row = make_upload(cast)
    go_round()
    row.refresh_from_db()
    assert (row.state, row.detail) == ("waiting", "who are you?")
    Connection.keep(cast.store, uploads.MAKER, typed | {"token": "sesame"}, by=cast.manager)
    go_round(timedelta(minutes=3))
    row.refresh_from_db()
    assert row.state == "accepted"


def test_nobody_there_waits_longer_each_time(cast, maker, connected):
    maker.shutdown()
    maker.server_close()
    row = make_upload(cast)
    waits, now = [], clock.now()
    for _try in range(8):
        uploads.send_due(now)
        row.refresh_from_db()
        waits.append(row.due_at - now)
        now = row.due_at
    assert row.state == "waiting"
    assert waits[:3] == [timedelta(minutes=n) for n in (1, 2, 4)]
    assert waits[-1] == timedelta(hours=1)


def test_a_worker_that_died_leaves_its_rows_to_be_asked_for(cast, maker, connected):
    row = make_upload(cast)
    now = clock.now()
    assert Upload.objects.claim(now, 10)
    assert not Upload.objects.claim(now, 10), "leased"
    uploads.send_due(now + timedelta(minutes=3))
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_token_is_sealed_and_never_shown(cast, connected, client):
    client.force_login(cast.manager)
    page = client.get(reverse("desk:connection") + "?kind=maker").content.decode()
    assert "sesame" not in page
    assert "sesame" not in Connection.objects.get().sealed
    address = reverse("desk:connection") + "?kind=maker"
    typed = {"url": "http://maker.example.com/x", "dealer": "HZ02", "token": ""}
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert "HZ02" in refused.content.decode()
    assert client.post(address, typed | {"url": "https://maker.example.com/x"}).status_code == 302
    assert Connection.objects.get().values["token"] == "sesame", "an empty secret keeps what is there"


def test_a_connection_that_lacks_something_is_not_switched_on(cast, client):
    Connection.keep(cast.store, uploads.MAKER, {"url": "", "dealer": "", "token": ""}, by=cast.manager)
    client.force_login(cast.manager)
    answer = client.post(reverse("desk:connection_switch", args=[uploads.MAKER]), {"on": "1"})
    assert answer.status_code == 409
    assert not Connection.objects.get().is_active
