"""Jobs and clockings for programs: the same verbs, the same refusals."""

import pytest
from django.utils.translation import override
from rest_framework.test import APIClient

from apps.core import clock
from apps.workshop.models import Clocking, Job
from tests.workorders.factories import labour, make_authorised_order
from tests.workshop.factories import (
    bays,
    colleague,
    make_job,
    make_planned_job,
    make_running_job,
    plan,
    technician_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    """``api(user)``: a program with that person's token."""

    def make(user) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


def at(hour: int) -> str:
    return clock.at(clock.today(), hour).isoformat()


def test_jobs_are_listed_filtered_and_read(api, cast):
    running = make_running_job(cast, plate="浙A88888")
    make_job(cast)
    jobs = api(cast.dispatcher).get("/api/v1/jobs/?state=in_work").json()["results"]
    assert [(j["id"], j["plate"], j["state"]) for j in jobs] == [(running.pk, "浙A88888", "in_work")]
    assert api(cast.advisor).get(f"/api/v1/jobs/{running.pk}/").json()["flat_rate_hours"] == "1.0"


def test_a_job_is_dispatched_worked_on_and_finished(api, cast):
    job = make_job(cast)
    url = f"/api/v1/jobs/{job.pk}/"
    where = {"bay": bays(cast)[0].pk, "technician": technician_of(cast.technician).pk, "starts_at": at(14)}
    planned = api(cast.dispatcher).post(f"{url}dispatch/", where, format="json")
    assert (planned.status_code, planned.json()["state"]) == (200, "planned")
    assert isinstance(planned.json()["warnings"], list)
    technician = api(cast.technician)
    assert technician.post(f"{url}start/", {}, format="json").json()["title"] == "unprotected"
    assert technician.post(f"{url}start/", {"protection": True}, format="json").json()["state"] == "in_work"
    assert (
        technician.post(f"{url}pause/", {"reason": "parts"}, format="json").json()["pause_reason"] == "parts"
    )
    assert technician.post(f"{url}resume/", {}, format="json").json()["state"] == "in_work"
    assert (
        technician.post(f"{url}finish/", {"work_done": "更换"}, format="json").json()["state"] == "finished"
    )
    assert api(cast.dispatcher).get("/api/v1/clockings/").json()["results"][0]["end_reason"] == "finished"


def test_a_refused_verb_is_409_with_code_and_sentence_and_changes_nothing(api, cast):
    plan(cast, make_job(cast, plate="浙A66660"), at=clock.at(clock.today(), 14))
    job = make_job(cast)
    where = {"bay": bays(cast)[0].pk, "technician": technician_of(colleague(cast)).pk, "starts_at": at(14)}
    answer = api(cast.dispatcher).post(f"/api/v1/jobs/{job.pk}/dispatch/", where, format="json")
    assert (answer.status_code, answer.json()["title"]) == (409, "resource_taken")
    assert "浙A66660" in answer.json()["detail"]
    assert Job.objects.get(pk=job.pk).state == "unplanned"


@pytest.mark.parametrize(
    ("verb", "body"),
    [("dispatch", {}), ("dispatch", {"starts_at": "soon"}), ("pause", {"reason": "weather"}), ("finish", {})],
)
def test_a_wrong_body_is_400_with_the_field(api, cast, verb, body):
    job = make_running_job(cast)
    who = cast.dispatcher if verb == "dispatch" else cast.technician
    answer = api(who).post(f"/api/v1/jobs/{job.pk}/{verb}/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["fields"]


def test_the_same_key_starts_once_and_answers_the_same(api, cast):
    job = make_planned_job(cast)
    client = api(cast.technician)
    answers = [
        client.post(f"/api/v1/jobs/{job.pk}/start/", {}, format="json", headers={"Idempotency-Key": "k1"})
        for _n in range(2)
    ]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert Clocking.objects.count() == 1


def test_roles_and_stores_hold_for_programs_too(api, cast):
    job = make_running_job(cast)
    url = f"/api/v1/jobs/{job.pk}/"
    assert api(cast.advisor).post(f"{url}pause/", {"reason": "break"}, format="json").status_code == 403
    assert api(cast.technician).post(f"{url}dispatch/", {}, format="json").status_code == 403
    assert api(cast.neighbour).get(url).status_code == 404
    assert api(colleague(cast)).post(f"{url}pause/", {"reason": "break"}, format="json").status_code == 404
    assert api(cast.stranger).get("/api/v1/clockings/").json()["results"] == []
    assert Job.objects.get().state == "in_work"


def test_a_refusal_is_in_the_reader_s_language(api, cast):
    job = make_job(cast)
    with override("en"):
        answer = api(cast.technician).post(
            f"/api/v1/jobs/{job.pk}/start/", {}, format="json", headers={"Accept-Language": "en"}
        )
    assert "Reload the page" in answer.json()["detail"]


def test_an_order_is_dispatched_whole_or_not_at_all_and_then_submitted(api, cast):
    order = make_authorised_order(cast, [labour(cast, "1.0"), labour(cast, "0.5")])
    bays(cast)
    technician_of(cast.technician)
    url = f"/api/v1/work-orders/{order.pk}/"
    dispatcher = api(cast.dispatcher)
    early = dispatcher.post(f"{url}dispatch/", {"starts_at": at(5)}, format="json")
    assert early.status_code == 409
    assert not Job.objects.filter(state="planned").exists()
    planned = dispatcher.post(f"{url}dispatch/", {"starts_at": at(14)}, format="json").json()
    first, second = planned
    assert [job["state"] for job in planned] == ["planned", "planned"]
    assert second["planned_from"] == first["planned_until"]
    again = dispatcher.post(f"{url}dispatch/", {"starts_at": at(14)}, format="json")
    assert (again.status_code, again.json()["title"]) == (409, "nothing_to_plan")
    submitted = dispatcher.post(f"{url}submit-for-qc/", {}, format="json")
    assert (submitted.status_code, submitted.json()["title"]) == (409, "open_jobs")
    assert api(cast.advisor).post(f"{url}dispatch/", {"starts_at": at(14)}, format="json").status_code == 403
