"""Work orders, lines and authorisations over the API."""

import base64
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.workorders.models import Authorisation, Line, WorkOrder
from tests.workorders.factories import (
    labour,
    make_authorised_order,
    make_operation,
    make_order,
    make_vehicle,
    make_visit,
    part,
    signature_png,
)

D = Decimal
ASIDE = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "BEGIN", "COMMIT")
SIGNATURE = base64.b64encode(signature_png()).decode()


@pytest.fixture
def api(client, cast):
    """``api(method, path, body, key=…)`` as the advisor; returns the response."""
    client.force_login(cast.advisor)

    def call(method: str, path: str, body=None, key: str = ""):
        headers = {"Idempotency-Key": key} if key else {}
        send = getattr(client, method)
        if method == "get":
            return send(f"/api/v1/{path}", body or {})
        return send(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    return call


def statements(call) -> tuple[int, object]:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    return len([q for q in captured.captured_queries if not q["sql"].startswith(ASIDE)]), response


def test_an_order_with_three_lines_is_created_and_authorised_in_thirty_statements_each(cast, api):
    vehicle, spare = make_vehicle(cast), part(cast).part
    body = {
        "vehicle": vehicle.pk,
        "lines": [
            {"operation": make_operation(cast).pk},
            {"operation": make_operation(cast).pk, "quantity": "1.5"},
            {"part": spare.pk, "quantity": "2"},
        ],
    }
    api("get", "work-orders/")
    count, created = statements(lambda: api("post", "work-orders/", body, key="k1"))
    assert created.status_code == 201, created.content
    assert count <= 30
    order = created.json()
    assert [line["state"] for line in order["lines"]] == ["waiting"] * 3
    assert order["parts_total"] == "136.00"
    word = {"method": "signature", "given_by": "王", "signature": SIGNATURE}
    path = f"work-orders/{order['id']}/authorise/"
    count, authorised = statements(lambda: api("post", path, word, key="k2"))
    assert authorised.status_code == 200, authorised.content
    assert count <= 30
    assert authorised.json()["accepted"] == [line["id"] for line in order["lines"]]
    assert WorkOrder.objects.get().status == "authorised"


def test_sixty_lines_are_created_in_the_statements_of_three(cast, api):
    vehicle = make_vehicle(cast)
    api("get", "work-orders/")

    def create(n: int):
        lines = [{"part": part(cast).part.pk} for _n in range(n)]
        return statements(lambda: api("post", "work-orders/", {"vehicle": vehicle.pk, "lines": lines}))[0]

    assert create(3) == create(60)


def test_the_same_key_creates_one_order_and_answers_the_same(cast, api):
    body = {"vehicle": make_vehicle(cast).pk}
    first, second = (api("post", "work-orders/", body, key="same") for _n in range(2))
    assert first.json() == second.json()
    assert WorkOrder.objects.count() == 1


def test_an_order_is_opened_from_a_visit(cast, api):
    visit = make_visit(cast)
    assert api("post", "work-orders/", {"visit": visit.pk}).status_code == 201
    again = api("post", "work-orders/", {"visit": visit.pk})
    assert (again.status_code, again.json()["title"]) == (409, "has_order")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"vehicle": 999_999},
        {"vehicle": "own", "visit": 1},
        {"vehicle": "own", "lines": [{"operation": 999_999}]},
        {"vehicle": "own", "lines": [{}]},
        {"vehicle": "own", "lines": [{"kind": "fee", "operation": 1}]},
        {"vehicle": "own", "lines": [{"kind": "fee", "description": "x", "quantity": "a lot"}]},
    ],
)
def test_bad_input_is_refused_as_a_problem_document_and_saves_nothing(cast, api, body):
    own = make_vehicle(cast).pk
    body = {k: own if v == "own" else v for k, v in body.items()}
    answer = api("post", "work-orders/", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not WorkOrder.objects.exists()


def test_what_belongs_to_another_house_does_not_exist(cast, api, client):
    order = make_authorised_order(cast)
    line, consent = order.lines.first(), Authorisation.objects.get()
    for outsider in (cast.stranger, cast.neighbour):
        client.force_login(outsider)
        for path in ("work-orders/", "lines/", "authorisations/"):
            assert client.get(f"/api/v1/{path}").json()["results"] == []
        for path in (
            f"work-orders/{order.pk}/",
            f"lines/{line.pk}/",
            f"authorisations/{consent.pk}/",
        ):
            assert client.get(f"/api/v1/{path}").status_code == 404
        assert client.post(f"/api/v1/work-orders/{order.pk}/decline/", {"reason": "x"}).status_code == 404
        foreign = client.post("/api/v1/work-orders/", {"vehicle": order.vehicle_id})
        assert foreign.status_code == 400


def test_roles_without_the_right_are_refused(cast, client):
    order = make_order(cast)
    client.force_login(cast.technician)
    assert client.get(f"/api/v1/work-orders/{order.pk}/").status_code == 200
    assert client.post(f"/api/v1/work-orders/{order.pk}/decline/", {"reason": "x"}).status_code == 403
    client.logout()
    assert client.get("/api/v1/work-orders/").status_code == 401


def test_the_list_is_filtered(cast, api):
    first, second = make_order(cast), make_authorised_order(cast)

    def found(**query):
        return {row["number"] for row in api("get", "work-orders/", query).json()["results"]}

    assert found(status="authorised") == {second.number}
    assert found(plate=first.vehicle.plate) == {first.number}
    assert found(vehicle=second.vehicle_id) == {second.number}
    assert found(advisor=cast.advisor.pk) == {first.number, second.number}


def test_lines_are_added_changed_and_removed_by_the_same_rules(cast, api):
    order = make_authorised_order(cast, [labour(cast, unit_price=D(100))])
    line = order.lines.get()
    added = api("post", f"work-orders/{order.pk}/lines/", [{"kind": "fee", "description": "拖车"}])
    assert (added.status_code, added.json()[0]["is_additional"]) == (201, True)
    changed = api("patch", f"lines/{line.pk}/", {"unit_price": "150.00"})
    assert changed.json()["state"] == "waiting"
    refused = api("patch", f"lines/{line.pk}/", {"discount": "9999"})
    assert (refused.status_code, refused.json()["title"]) == (409, "discount_too_large")
    assert api("delete", f"lines/{line.pk}/").status_code == 204
    assert Line.objects.get().description == "拖车"


def test_a_version_that_was_not_shown_is_not_signed(cast, api):
    order = make_order(cast)
    word = {"method": "signature", "given_by": "王", "signature": SIGNATURE, "version": 7}
    answer = api("post", f"work-orders/{order.pk}/authorise/", word)
    assert (answer.status_code, answer.json()["title"]) == (409, "version_stale")
    assert not Authorisation.objects.exists()
    assert not order.versions.exists(), "the refused freeze is undone"


def test_consent_by_phone_and_the_side_door(cast, api):
    order, other = make_order(cast), make_order(cast)
    word = {"method": "phone", "given_by": "王", "phone": "+8613800000000", "said": "好"}
    assert api("post", f"work-orders/{order.pk}/authorise/", word).status_code == 200
    twice = api("post", f"work-orders/{order.pk}/authorise/", word)
    assert (twice.status_code, twice.json()["title"]) == (409, "nothing_to_authorise")
    answer = api("post", f"work-orders/{other.pk}/decline/", {"reason": "too expensive"})
    assert answer.json()["status"] == "declined"
    (row,) = api("get", "authorisations/", {"order": order.pk}).json()["results"]
    assert row["method"] == "phone"
    assert len(row["sha256"]) == 64
