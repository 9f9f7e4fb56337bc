"""The nouns callbacks and surveys."""

import pytest

from apps.callbacks import services, surveys
from apps.callbacks.models import FollowUp, PostRepair
from apps.callbacks.models import Response as Survey
from tests.callbacks.factories import GOOD, make_post_repair_call, make_response
from tests.calls.factories import make_call
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]
pytestmark = pytest.mark.usefixtures("midmorning")
CALLBACKS, SURVEYS = "/api/v1/callbacks/", "/api/v1/surveys/"
SAID = {"person_spoken_to": "王女士", "solved": "yes", "satisfaction": 9}


@pytest.fixture
def post(client):
    def send(url, data=None, **headers):
        return client.post(url, data or {}, content_type="application/json", headers=headers)

    return send


def test_an_agent_takes_the_next_call_reaches_the_customer_and_completes_it(cast, client, post):
    surveys.seed(cast.group)
    call = make_post_repair_call(cast)
    url = f"{CALLBACKS}{call.pk}/"
    client.force_login(cast.agent)
    masked = client.get(url).json()["phone"]
    taken = post(f"{CALLBACKS}next/", {"queue": "post_repair"}).json()
    assert (taken["id"], taken["claimed_by"]) == (call.pk, cast.agent.pk)
    assert "*" in masked
    assert taken["phone"] == call.customer.phone
    assert post(f"{url}complete/", SAID).json()["title"] == "not_reached"
    assert post(f"{url}attempts/", {"outcome": "reached", "seen": 0}).status_code == 201
    half = post(f"{url}complete/", SAID | {"answers": {"listened": True}})
    assert (half.status_code, "overall" in half.json()["fields"]["answers"]) == (400, True)
    unknown = post(f"{url}complete/", SAID | {"answers": GOOD | {"wings": 3}})
    assert list(unknown.json()["fields"]["answers"]) == ["wings"]
    done = post(f"{url}complete/", SAID | {"answers": GOOD})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert PostRepair.objects.get().call_id == call.pk
    survey = Survey.objects.get()
    client.force_login(cast.manager)
    told = client.get(f"{SURVEYS}{survey.pk}/").json()
    scores = {row["question"]: row["score"] for row in told["answers"]}
    assert (told["order"], scores["advisor"]) == (call.object_id, 10)


def test_nothing_due_is_no_content_and_an_unknown_queue_is_told(cast, client, post):
    client.force_login(cast.agent)
    assert post(f"{CALLBACKS}next/").status_code == 204
    assert post(f"{CALLBACKS}next/", {"queue": "wings"}).status_code == 400


def test_two_tries_that_reach_nobody_may_be_closed(cast, client, post):
    call = make_post_repair_call(cast)
    url = f"{CALLBACKS}{call.pk}/"
    client.force_login(cast.agent)
    assert post(f"{url}attempts/", {"outcome": "busy"}).status_code == 201
    assert post(f"{url}unreached/").json()["title"] == "too_few_attempts"
    assert post(f"{url}attempts/", {"outcome": "no_answer", "seen": 0}).json()["title"] == "stale"
    assert post(f"{url}attempts/", {"outcome": "no_answer", "seen": 1}).status_code == 201
    assert post(f"{url}unreached/", {"note": "两次无人接听"}).json()["state"] == "unreached"


def test_an_n15_call_has_its_own_form(cast, client, post):
    call = make_call(cast, queue=services.N15)
    url = f"{CALLBACKS}{call.pk}/"
    client.force_login(cast.agent)
    assert post(f"{url}claim/").json()["claimed_by"] == cast.agent.pk
    post(f"{url}attempts/", {"outcome": "reached"})
    assert set(post(f"{url}complete/", SAID).json()["fields"]) == {"condition", "outcome"}
    said = {"person_spoken_to": "王女士", "condition": "很好", "outcome": "good"}
    assert post(f"{url}complete/", said).json()["state"] == "done"
    assert FollowUp.objects.get().condition == "很好"


def test_a_colleague_s_customer_and_a_stranger_s_are_refused(cast, client, post):
    call = make_post_repair_call(cast)
    url = f"{CALLBACKS}{call.pk}/"
    call.claim(by=cast.agent)
    client.force_login(cast.information_clerk)
    assert post(f"{url}attempts/", {"outcome": "busy"}).status_code == 409
    client.force_login(cast.stranger)
    assert post(f"{url}claim/").status_code == 404
    assert client.get(CALLBACKS).json()["results"] == []
    client.force_login(cast.agent)
    assert post(f"{url}release/").json()["claimed_by"] is None
    assert client.get(f"{CALLBACKS}?due=true&queue=post_repair").json()["results"][0]["id"] == call.pk


def test_surveys_are_filtered_and_the_questions_in_use_told(cast, client):
    made = make_response(cast)
    make_response(cast, advisor=cast.reception_supervisor)
    client.force_login(cast.manager)
    rows = client.get(f"{SURVEYS}?advisor={made.advisor_id}").json()["results"]
    assert [row["id"] for row in rows] == [made.pk]
    told = client.get(f"{SURVEYS}questionnaire/").json()
    assert {q["code"] for q in told["questions"]} >= {"listened", "overall"}
    client.force_login(cast.advisor)
    assert client.get(SURVEYS).status_code == 403
