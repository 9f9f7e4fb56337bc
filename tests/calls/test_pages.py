"""The queue and the call's page: what an agent sees, sends and is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.calls.models import Attempt, Call
from apps.calls.queues import CallQueue, declare_queue, in_order, queue_of
from apps.desk.models import Task
from tests.calls.factories import make_call
from tests.customers.factories import make_customer, make_vehicle

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
TODAY = TEN.date()


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


@pytest.fixture
def agent(cast, client):
    """The agent's own browser."""
    client.force_login(cast.agent)
    return client


def body(response) -> str:
    return response.content.decode()


def test_the_list_masks_numbers_and_only_the_holder_s_page_shows_them(cast, agent):
    call = make_call(cast, customer=make_customer(cast, phone="+8613812345678"))
    assert "138****5678" in body(agent.get("/calls/"))
    assert "+8613812345678" not in body(agent.get(f"/calls/{call.pk}/"))
    response = agent.post(f"/calls/{call.pk}/claim/", follow=True)
    assert 'href="tel:+8613812345678"' in body(response)
    agent.force_login(cast.manager)
    assert "+8613812345678" not in body(agent.get(f"/calls/{call.pk}/"))


def test_next_call_opens_the_most_urgent_of_the_chosen_queue(cast, agent):
    make_call(cast, queue="n15", role="callback_agent", closes_on=TEN.date() - DAY, opens_on=TEN.date() - DAY)
    promise = make_call(cast)
    response = agent.post("/calls/next/", {"queue": "promise"})
    assert response.url == f"/calls/{promise.pk}/"
    assert agent.post("/calls/next/", {"queue": "n15"}).url != response.url


def test_with_nothing_due_next_call_says_so(agent):
    response = agent.post("/calls/next/", follow=True)
    assert response.redirect_chain[-1][0] == "/calls/"
    assert len(list(response.context["messages"])) == 1


def test_reached_then_completed_with_a_note(cast, agent):
    call = make_call(cast)
    agent.post(f"/calls/{call.pk}/claim/")
    answer = agent.post(f"/calls/{call.pk}/attempts/", {"outcome": "reached", "seen": 0})
    assert answer.url == f"/calls/{call.pk}/#form"
    refused = agent.post(f"/calls/{call.pk}/completion/", {"person_spoken_to": "王建国", "note": ""})
    assert refused.status_code == 422
    assert 'value="王建国"' in body(refused)
    agent.post(f"/calls/{call.pk}/completion/", {"person_spoken_to": "王建国", "note": "<script>x</script>"})
    assert Call.objects.get().state == "done"
    assert "&lt;script&gt;" in body(agent.get(f"/calls/{call.pk}/"))


def test_completing_without_having_reached_anybody_is_refused_and_changes_nothing(cast, agent):
    call = make_call(cast)
    answer = agent.post(f"/calls/{call.pk}/completion/", {"person_spoken_to": "王建国", "note": "x"})
    assert answer.status_code == 409
    assert Call.objects.get().state == "open"


def test_a_wrong_again_at_keeps_everything_typed(cast, agent):
    call = make_call(cast)
    typed = {"outcome": "busy", "note": "line engaged", "again_at": "2026-12-24T10:00", "seen": 0}
    refused = agent.post(f"/calls/{call.pk}/attempts/", typed)
    assert refused.status_code == 422
    assert "line engaged" in body(refused)
    assert refused.context["attempt_form"].errors["again_at"]
    assert not Attempt.objects.exists()


def test_a_form_sent_twice_is_recorded_once(cast, agent):
    call = make_call(cast)
    typed = {"outcome": "busy", "seen": 0, "_once": "abc"}
    first = agent.post(f"/calls/{call.pk}/attempts/", typed)
    again = agent.post(f"/calls/{call.pk}/attempts/", typed)
    assert (first.status_code, again.status_code, again.url) == (302, 302, first.url)
    assert Attempt.objects.count() == 1


def test_a_stale_tab_is_told_and_adds_nothing(cast, agent):
    call = make_call(cast)
    agent.post(f"/calls/{call.pk}/attempts/", {"outcome": "busy", "seen": 0, "_once": "a"})
    stale = agent.post(f"/calls/{call.pk}/attempts/", {"outcome": "busy", "seen": 0, "_once": "b"})
    assert stale.status_code == 409
    assert Attempt.objects.count() == 1


def test_several_reasons_stand_on_one_page_and_follow_each_other(cast, agent):
    car = make_vehicle(cast)
    first, second = make_call(cast, vehicle=car, topic="制动盘"), make_call(cast, vehicle=car, topic="空调")
    agent.post(f"/calls/{first.pk}/claim/")
    assert "空调" in body(agent.get(f"/calls/{first.pk}/"))
    agent.post(f"/calls/{first.pk}/attempts/", {"outcome": "reached", "seen": 0})
    done = agent.post(f"/calls/{first.pk}/completion/", {"person_spoken_to": "x", "note": "y"})
    assert done.url == f"/calls/{second.pk}/"


def test_the_advisor_corrects_the_number_and_the_call_returns(cast, client):
    call = make_call(cast, customer=make_customer(cast, advisor=cast.advisor))
    call.record_attempt("wrong", by=cast.agent)
    client.force_login(cast.advisor)
    url = Task.objects.open().get().url
    refused = client.post(url, {"phone": "1381234"})
    assert refused.status_code == 422
    assert 'value="1381234"' in body(refused)
    assert client.post(url, {"phone": "１３８ 1234 5678"}).url == "/calls/"
    call.refresh_from_db()
    assert (call.state, call.customer.phone) == ("open", "+8613812345678")
    assert not Task.objects.open().exists()


def test_the_number_that_was_right_after_all_brings_the_call_back_unchanged(cast, agent):
    call = make_call(cast)
    call.record_attempt("wrong", by=cast.agent)
    agent.post(f"/calls/numbers/{call.customer_id}/", {"phone": call.customer.phone})
    assert Call.objects.get().state == "open"


def test_an_administrator_reads_the_queue_and_calls_nobody(cast, client):
    call = make_call(cast)
    client.force_login(cast.administrator)
    assert client.get(f"/calls/{call.pk}/").status_code == 200
    assert client.post(f"/calls/{call.pk}/claim/").status_code == 403


def test_a_shared_account_is_refused_by_the_rule(cast, agent):
    call = make_call(cast)
    type(cast.agent).objects.filter(pk=cast.agent.pk).update(is_shared=True)
    assert agent.post(f"/calls/{call.pk}/claim/").status_code == 409
    assert agent.post("/calls/next/").status_code == 409


@pytest.mark.parametrize(
    "verb", ["claim", "attempts", "completion", "unreached", "release", "lease", "promise"]
)
def test_verbs_refuse_get_and_strangers(verb, cast, client):
    call = make_call(cast)
    url = f"/calls/{call.pk}/{verb}/"
    for who, status in ((cast.agent, 405), (cast.neighbour, 405), (cast.stranger, 405)):
        client.force_login(who)
        assert client.get(url).status_code == status
    for who in (cast.neighbour, cast.stranger):
        client.force_login(who)
        assert client.post(url, {"outcome": "busy"}).status_code == 404
    assert Call.objects.get().attempt_count == 0


def test_a_supervisor_holds_up_cancels_and_an_agent_does_not(cast, agent):
    call = make_call(cast)
    assert agent.post(f"/calls/{call.pk}/suspension/", {"reason": "x"}).status_code == 403
    agent.force_login(cast.manager)
    assert agent.post(f"/calls/{call.pk}/suspension/", {"reason": ""}).status_code == 422
    agent.post(f"/calls/{call.pk}/suspension/", {"reason": "出国"})
    assert "出国" in body(agent.get("/calls/?show=suspended&whose=all"))
    agent.post(f"/calls/{call.pk}/resumption/")
    agent.post(f"/calls/{call.pk}/cancellation/", {"reason": "Sold"})
    assert Call.objects.get().state == "cancelled"


def test_working_on_the_page_renews_the_lease(cast, agent):
    call = make_call(cast)
    agent.post(f"/calls/{call.pk}/claim/")
    Call.objects.update(claimed_until=TEN + timedelta(minutes=1))
    assert agent.post(f"/calls/{call.pk}/lease/").status_code == 204
    assert Call.objects.get().claimed_until == TEN + timedelta(minutes=15)


def test_a_later_room_gives_its_queue_a_form_of_its_own(cast, agent):
    old = queue_of("promise")
    declare_queue(
        CallQueue(
            "promise",
            "Level 2",
            old.roles,
            "Good day %(customer)s, {mood}",
            form_template="components/kpi.html",
            form_url=lambda call: "/elsewhere/",
            form_context=lambda call, user: {"label": "Own form", "value": user.name},
            facts=lambda call: {"mood": "good"},
        )
    )
    try:
        call = make_call(cast)
        agent.post(f"/calls/{call.pk}/claim/")
        page = agent.get(f"/calls/{call.pk}/")
        assert "Own form" in body(page)
        assert page.context["script"] == [f"Good day {call.customer.name}, good"]
        assert page.context["form_url"] == "/elsewhere/"
    finally:
        declare_queue(old)
    assert old in in_order()


def test_the_figures_of_the_tabs_count_what_is_due_overdue_and_finished(cast, agent):
    today = TEN.date()
    make_call(cast)
    make_call(cast, opens_on=today - 5 * DAY, closes_on=today - DAY)
    make_call(cast, opens_on=today + DAY)
    make_call(cast, suspended_because="x")
    done = make_call(cast)
    done.record_attempt("reached", by=cast.agent)
    done.complete(by=cast.agent, person_spoken_to="x")
    [tab] = [t for t in agent.get("/calls/").context["tabs"] if t.queue.key == "promise"]
    assert (tab.due, tab.overdue, tab.scheduled, tab.finished) == (2, 1, 3, 1)


def test_the_list_and_the_page_cost_the_same_with_three_and_with_a_hundred_calls(cast, agent):
    def cost(url):
        agent.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert agent.get(url).status_code == 200
        return len(queries)

    car = make_vehicle(cast)
    calls = [make_call(cast) for _n in range(2)] + [make_call(cast, vehicle=car)]
    few, page_few = cost("/calls/"), cost(f"/calls/{calls[2].pk}/")
    for n in range(97):
        call = make_call(cast, vehicle=car) if n % 2 else make_call(cast)
        call.record_attempt("later", by=cast.agent, again_at=TEN + timedelta(minutes=1)) if n < 5 else None
    assert cost("/calls/") == few
    assert cost(f"/calls/{calls[2].pk}/") <= page_few + 1
    assert few <= 14


def test_a_refused_attempt_says_the_rule_and_keeps_the_note_for_the_next_press(cast, agent):
    call = make_call(cast)
    agent.post(f"/calls/{call.pk}/attempts/", {"outcome": "busy", "seen": 0, "_once": "a"})
    stale = {"outcome": "no_answer", "note": "third ring", "seen": 0, "_once": "b"}
    refused = agent.post(f"/calls/{call.pk}/attempts/", stale)
    assert (refused.status_code, "third ring" in body(refused)) == (409, True)
    again = agent.post(f"/calls/{call.pk}/attempts/", stale | {"seen": 1})
    assert again.status_code == 302
    assert Attempt.objects.filter(note="third ring").count() == 1
    assert 'name="seen" value="1"' in body(refused)


def test_one_s_own_due_calls_stand_on_my_work(cast, client):
    own, other = make_call(cast, owner=cast.advisor, topic="制动盘"), make_call(cast, topic="空调")
    client.force_login(cast.advisor)
    page = body(client.get(reverse("desk:my_work")))
    assert own.get_absolute_url() in page
    assert other.get_absolute_url() not in page


def test_the_list_is_narrowed_by_the_previous_level(cast, agent):
    days = {n: make_call(cast, previous_on=TODAY - n * DAY) for n in (1, 5, 9)}
    for query, expected in (("", {1, 5, 9}), ("days=5", {5, 9}), (f"previous_on={TODAY - DAY}", {1})):
        rows = agent.get(f"/calls/?{query}").context["listing"].rows
        assert {call.pk for call in rows} == {days[n].pk for n in expected}, query
    for wrong in ("days=-1", "days=x", "previous_on=2026-13-40", "days=99999999999"):
        page = agent.get(f"/calls/?{wrong}")
        assert page.status_code == 200
        assert len(page.context["listing"].rows) == 3, "a filter that is none filters nothing and says so"
        assert page.context["filters"].errors
