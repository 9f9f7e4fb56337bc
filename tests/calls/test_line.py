"""The telephone system: it dials for the agent, tells who rings, and keeps length and recording."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.calls import pbx
from apps.calls.models import Extension, LineCall
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Connection
from tests.calls.factories import make_call
from tests.customers.factories import make_customer
from tests.harness import outside
from tests.harness.browser import press


class Pbx(outside.Handler):
    """A telephone system that dials once for each reference."""

    def do_POST(self):
        body, mood = self.body(), self.server.mood()
        if self.headers["Authorization"] != "Bearer sesame":
            return self.say(401, {"detail": "who are you?"})
        if mood == "busy":
            return self.say(409, {"detail": "extension is busy"})
        self.server.taken.setdefault(body["reference"], body)
        return self.hang_up() if mood == "torn" else self.say(202, {})


@pytest.fixture
def system():
    with outside.running(Pbx) as server:
        yield server


@pytest.fixture
def connected(cast, system):
    row = Connection.keep(cast.store, pbx.PBX, {"url": system.url, "token": "sesame"}, by=cast.manager)
    row.switch(True, by=cast.manager, now=clock.now())
    Extension.objects.create(store=cast.store, user=cast.agent, number="801")
    return row


@pytest.fixture
def held(cast):
    call = make_call(cast)
    call.claim(by=cast.agent)
    return call


def tell(client, connection, **told):
    address = reverse("calls:pbx_hook", args=[connection.hook_key])
    return client.post(address, told, content_type="application/json")


def rings(client, connection, number):
    told = {"reference": "X1", "event": "ringing", "direction": "in", "extension": "801"}
    return tell(client, connection, number=number, **told)


def test_a_press_dials_and_the_call_keeps_length_and_recording(cast, system, connected, held, client):
    client.force_login(cast.agent)
    page = client.get(held.get_absolute_url()).content.decode()
    assert reverse("calls:dial", args=[held.pk]) in page
    assert client.post(reverse("calls:dial", args=[held.pk])).status_code == 302
    (asked,) = system.taken.values()
    assert (asked["extension"], asked["number"]) == ("801", held.customer.phone)
    reference = asked["reference"]
    tell(client, connected, reference=reference, event="answered", at="2026-11-27T10:00:00+08:00")
    tell(
        client,
        connected,
        reference=reference,
        event="ended",
        seconds=95,
        recording="https://pbx.example.com/1.mp3",
    )
    line = LineCall.objects.get()
    assert (line.call, line.user, line.seconds, line.direction) == (held, cast.agent, 95, "out")
    page = client.get(held.get_absolute_url()).content.decode()
    assert "https://pbx.example.com/1.mp3" in page
    client.force_login(cast.advisor)
    assert "1.mp3" not in client.get(held.get_absolute_url()).content.decode(), "a colleague does not listen"


def test_what_is_told_twice_and_in_any_order_is_one_call(cast, connected, client):
    told = {"reference": "X1", "direction": "in", "number": "13800001111", "extension": "801"}
    end = told | {"event": "ended", "seconds": 30, "at": "2026-11-27T10:01:00+08:00"}
    for happening in (
        end,
        end,
        told | {"event": "ringing", "at": "2026-11-27T10:00:00+08:00"},
        end | {"seconds": 99},
    ):
        assert tell(client, connected, **happening).json() == {"ok": True}
    line = LineCall.objects.get()
    assert (line.seconds, line.user) == (30, cast.agent)
    assert not LineCall.objects.ringing_for(cast.agent, line.ended_at).exists()


@pytest.mark.parametrize(
    "told",
    [{}, {"reference": "X"}, {"reference": "X", "event": "exploded"}, {"event": "ringing", "reference": ""}],
)
def test_what_cannot_be_read_is_said_so(connected, client, told):
    assert tell(client, connected, **told).status_code == 400
    assert not LineCall.objects.exists()


def test_a_stranger_s_address_is_nobody(client, connected):
    answer = client.post(
        "/hooks/pbx/guess/", {"reference": "X", "event": "ringing"}, content_type="application/json"
    )
    assert answer.status_code == 404


def test_who_rings_is_shown_to_the_one_at_that_extension_alone(cast, connected, client):
    customer = make_customer(cast, name="王女士", phone="+8613800001111")
    tell(
        client,
        connected,
        reference="X1",
        event="ringing",
        direction="in",
        number="138 0000 1111",
        extension="801",
    )
    client.force_login(cast.agent)
    page = client.get(reverse("calls:ringing")).content.decode()
    assert "王女士" in page
    assert "%2B8613800001111" in page, "a press books for this very number"
    client.force_login(cast.advisor)
    assert "王女士" not in client.get(reverse("calls:ringing")).content.decode()
    tell(client, connected, reference="X1", event="ended", seconds=0)
    client.force_login(cast.agent)
    assert "王女士" not in client.get(reverse("calls:ringing")).content.decode()
    assert LineCall.objects.get().customer == customer


def test_a_customer_of_another_store_is_shown_masked(cast, connected, client):
    make_customer(cast, name="诸葛孔明", phone="+8613800002222", store=cast.other_store)
    tell(
        client,
        connected,
        reference="X1",
        event="ringing",
        direction="in",
        number="13800002222",
        extension="801",
    )
    client.force_login(cast.agent)
    page = client.get(reverse("calls:ringing")).content.decode()
    assert "诸葛孔明" not in page
    assert "诸***" in page


def test_the_phone_rings_while_an_agent_types_and_a_press_books_for_the_caller(
    cast, connected, client, page, sign_in
):
    make_customer(cast, name="王女士", phone="+8613800001111")
    sign_in(page, cast.agent)
    page.goto(reverse("calls:queue"))
    expect(page.locator("#live-badge[data-state=live]")).to_be_visible()
    rings(client, connected, "13800001111")
    corner = page.locator("#ringing")
    expect(corner).to_contain_text("王女士")
    press(corner.get_by_role("link", name="预约"))
    expect(page.locator("main [name=q]").first).to_have_value("+8613800001111")
    expect(page.locator("#ringing")).to_contain_text("王女士")
    tell(client, connected, reference="X1", event="ended", seconds=40)
    expect(page.locator("#ringing")).not_to_contain_text("王女士")


def test_a_call_the_system_forgot_to_end_does_not_ring_for_ever(cast, connected, client):
    rings(client, connected, "1")
    now = LineCall.objects.get().rang_at
    assert LineCall.objects.ringing_for(cast.agent, now).exists()
    assert not LineCall.objects.ringing_for(cast.agent, now + timedelta(minutes=3)).exists()


def test_a_silent_line_counts_as_dialled_a_refusal_does_not(cast, system, connected, held):
    system.moods.append("torn")
    pbx.dial(held, by=cast.agent)
    assert LineCall.objects.count() == 1
    system.moods.append("busy")
    with pytest.raises(DomainError) as refused:
        pbx.dial(held, by=cast.agent)
    assert "extension is busy" in str(refused.value.message)
    assert LineCall.objects.count() == 1


def test_only_who_holds_the_call_dials_and_only_from_his_own_telephone(cast, system, connected, held):
    for who in (cast.advisor, cast.manager):
        with pytest.raises(DomainError) as refused:
            pbx.dial(held, by=who)
        assert refused.value.code == "not_held"
    Extension.objects.all().delete()
    with pytest.raises(DomainError) as refused:
        pbx.dial(held, by=cast.agent)
    assert refused.value.code == "no_extension"
    assert not system.taken


def test_an_extension_is_one_person_s(cast, client):
    Extension.objects.create(store=cast.store, user=cast.agent, number="801")
    client.force_login(cast.advisor)
    address = reverse("calls:telephone")
    taken = client.post(address, {"number": "801"})
    assert taken.status_code == 422
    assert 'value="801"' in taken.content.decode()
    assert client.post(address, {"number": "80x"}).status_code == 422
    assert client.post(address, {"number": "802"}).status_code == 302
    assert client.post(address, {"number": ""}).status_code == 302
    assert not Extension.objects.filter(user=cast.advisor).exists()
