"""The page about the API: complete, and readable under the strict content policy."""

import pytest
from django.urls import reverse

from apps.desk import apidoc
from tests.harness.browser import DESK, PHONE

NOUNS = [
    "customers", "vehicles", "appointments", "slots", "visits", "inspections", "work-orders", "lines",
    "authorisations", "jobs", "clockings", "quality-checks", "settlements", "payments", "callbacks",
    "surveys", "complaints", "messages", "parts", "bays", "technicians",
]  # fmt: skip


def test_every_noun_of_the_contract_stands_there(cast, client):
    client.force_login(cast.agent)
    page = client.get("/api/docs/").content.decode()
    assert not [noun for noun in NOUNS if f'href="?noun={noun}"' not in page]
    assert "https://" not in page, "nothing comes from elsewhere"


@pytest.mark.django_db
def test_verbs_stand_with_what_they_take():
    orders = {o.path: o for o in apidoc.nouns()["work-orders"].operations if o.method == "POST"}
    assert {f"/api/v1/work-orders/{{id}}/{v}/" for v in ("authorise", "dispatch", "deliver")} <= set(orders)
    (_name, fields), *_others = orders["/api/v1/work-orders/{id}/dispatch/"].bodies
    assert {f.name: f.required for f in fields}["starts_at"]
    calls = {o.path: o for o in apidoc.nouns()["callbacks"].operations if o.method == "POST"}
    completion = calls["/api/v1/callbacks/{id}/complete/"]
    assert len(completion.bodies) == 6, "one form for each kind of call"
    outcome = next(f for f in completion.bodies[1][1] if f.name == "outcome")
    assert outcome.choices == ("good", "advised", "defect")


def test_an_unknown_noun_is_not_found(cast, client):
    client.force_login(cast.advisor)
    assert client.get("/api/docs/?noun=wings").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_it_is_read_in_the_browser(page, sign_in, cast, viewport):
    sign_in(page, cast.administrator)
    page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
    page.goto(reverse("desk:api_docs"))
    page.get_by_role("link", name="work-orders", exact=True).click()
    page.locator("section.card summary").first.click()
    page.get_by_text("opened_after").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
