"""The noun quality-checks and the wash."""

import pytest

from apps.quality.checklist import items_for
from apps.quality.models import QualityCheck
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from tests.quality.factories import make_order_at_qc

pytestmark = pytest.mark.usefixtures("midmorning")
CHECKS = "/api/v1/quality-checks/"


def post(client, url, data, **headers):
    return client.post(url, data, content_type="application/json", headers=headers)


def judged(order, result="passed", *bad, **fields):
    verdicts = {code: "bad" if code in bad else "ok" for code in items_for(safety_relevant=True)}
    return {"order": order.pk, "result": result, "verdicts": verdicts} | fields


def test_a_program_passes_a_car_and_has_it_washed(cast, client):
    order = make_order_at_qc(cast, wants_wash=True)
    client.force_login(cast.inspector)
    made = post(client, CHECKS, judged(order))
    assert (made.status_code, made.json()["result"], made.json()["round"]) == (201, "passed", 1)
    assert post(client, CHECKS, judged(order)).json()["title"] == "checked"
    wash = f"/api/v1/work-orders/{order.pk}/wash/"
    assert post(client, wash, {"parked_at": ""}).status_code == 400
    assert post(client, wash, {"parked_at": "A12"}).json()["status"] == "ready"
    assert post(client, wash, {"parked_at": "A12"}).json()["title"] == "no_wash"


def test_a_program_sends_a_car_back_with_its_job(cast, client):
    order = make_order_at_qc(cast)
    job = Job.objects.get(order=order)
    client.force_login(cast.inspector)
    refused = post(client, CHECKS, judged(order, "failed", "leaks", note="渗油"))
    assert (refused.status_code, refused.json()["title"]) == (409, "rework_missing")
    again = [{"job": job.pk, "reason": "换垫片"}]
    made = post(client, CHECKS, judged(order, "failed", "leaks", note="渗油", reworks=again))
    assert made.json()["reworks"] == again
    assert WorkOrder.objects.get(pk=order.pk).status == "in_work"
    assert client.get(f"{CHECKS}?result=failed&order={order.pk}").json()["results"][0]["note"] == "渗油"
    assert client.get(f"{CHECKS}?result=passed").json()["results"] == []


def test_the_rules_of_the_page_hold(cast, client):
    order = make_order_at_qc(cast)
    client.force_login(cast.inspector)
    assert post(client, CHECKS, judged(order, "passed", "leaks")).json()["title"] == "bad_items"
    wrong = post(client, CHECKS, judged(order) | {"verdicts": {"wings": "ok"}})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["verdicts"])
    client.force_login(cast.advisor)
    assert post(client, CHECKS, judged(order)).status_code == 403
    cast.stranger.role = "quality_inspector"
    cast.stranger.save()
    client.force_login(cast.stranger)
    assert post(client, CHECKS, judged(order)).status_code == 400
    assert not QualityCheck.objects.exists()
