"""A store's own words for its calls: in versions, tried on a real call, names filled in."""

import pytest
from django.urls import reverse

from apps.appointments import forecast, proactive
from apps.calls.models import Script
from apps.calls.queues import QUEUES, queue_of
from apps.core import clock
from apps.core.words import variables_in
from tests.calls.factories import make_call
from tests.customers.factories import make_vehicle

pytestmark = pytest.mark.django_db
URL = "/calls/scripts/entry/?queue=promise"
OWN = "您好 {customer}，我是{agent}。\n\n{vehicle} 的事给您回个电话。"


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


def shown(client, call):
    return client.get(call.get_absolute_url()).context["script"]


def test_the_store_s_words_are_read_at_its_calls_with_the_names_filled_in(cast, manager):
    call = make_call(cast)
    elsewhere = make_call(cast, store=cast.other_store)
    assert manager.post(URL, {"text": OWN}).url == URL
    assert shown(manager, call) == [
        f"您好 {call.customer.name}，我是{cast.manager.name}。", f"{call.vehicle} 的事给您回个电话。",
    ]  # fmt: skip
    manager.force_login(cast.neighbour)
    assert "给您回个电话" not in "".join(shown(manager, elsewhere)), "another store says what it likes"


def test_each_change_is_a_version_and_the_same_words_are_none(cast, manager):
    for text in (OWN, f"  {OWN}\r\n", "换一种说法", ""):
        manager.post(URL, {"text": text})
    versions = Script.objects.of(cast.store.pk, "promise")
    assert [(s.version, s.text) for s in versions] == [(3, ""), (2, "换一种说法"), (1, OWN)]
    assert Script.text_of(cast.store.pk, "promise") == "", "the standard words again"


def test_the_standard_words_typed_in_are_no_version(cast, manager):
    manager.post(URL, {"text": queue_of("promise").standard})
    assert not Script.objects.exists()


def test_an_unknown_name_is_said_and_what_was_typed_stays(cast, manager):
    answer = manager.post(URL, {"text": "您好 {kunde} {customer}"})
    assert answer.status_code == 422
    assert "{kunde}" in answer.context["form"].errors["text"][0]
    assert "您好 {kunde}" in answer.content.decode()
    assert manager.post(URL, {"text": "长" * 3001}).status_code == 422


def test_the_preview_takes_the_latest_call_and_saves_nothing(cast, manager):
    preview = reverse("calls:script_preview") + "?queue=promise"
    assert "[" in manager.post(preview, {"text": "{customer}"}).content.decode()
    call = make_call(cast)
    answer = manager.post(preview, {"text": "<b>{customer}</b> {nobody}"}).content.decode()
    assert f"&lt;b&gt;{call.customer.name}&lt;/b&gt; {{nobody}}" in answer
    assert not Script.objects.exists()


def test_what_is_due_can_be_named_in_the_proactive_call(cast, manager):
    car = make_vehicle(cast)
    item = forecast.DueItem(clock.today(), "inspection-1", "inspection")
    call = proactive.schedule(cast.store, car, [item], now=clock.now()).call
    manager.post("/calls/scripts/entry/?queue=proactive", {"text": "{due}：{vehicle}"})
    assert shown(manager, call) == [f"{item.words}：{car}"]


def test_every_standard_script_names_only_what_its_queue_knows():
    for queue in QUEUES.values():
        assert set(variables_in(queue.standard)) <= set(queue.variables), queue.key
        assert "%" not in queue.standard


def test_agents_and_strangers_write_none(cast, client):
    client.force_login(cast.agent)
    assert client.get("/calls/scripts/").status_code == 403
    assert client.post(URL, {"text": "x"}).status_code == 403
    client.force_login(cast.manager)
    assert client.get("/calls/scripts/entry/?queue=nothing").status_code == 404
    assert client.get("/calls/scripts/").status_code == 200
