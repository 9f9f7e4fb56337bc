"""Planning on one page, ticking, delivering, and who is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.registry import registry
from apps.customers.models import Customer, StoreAccess, Vehicle
from apps.handover.models import Handover
from tests.customers.factories import make_customer, make_vehicle, make_vin
from tests.handover.factories import make_handover, tick_all

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
DETAILS = {
    "odometer_km": "12",
    "km_per_month": "1200",
    "sales_consultant": "李小红",
    "preferred_channel": "phone",
    "use": "private",
    "driven_on": "both",
}


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


@pytest.fixture
def clerk(cast, client):
    client.force_login(cast.information_clerk)
    return client


def typed(cast, **fields) -> dict:
    return {
        "vin": make_vin(900),
        "model_text": "帕萨特 330TSI",
        "name": "欧阳修远",
        "phone": "138 1234 5678",
        "kind": "person",
        "sales_consultant": "李小红",
        "advisor": cast.advisor.pk,
        "invoiced_on": "2026-11-24",
        "planned_at": "2026-11-25T10:00",
        "is_statutory": "on",
    } | fields


def test_a_new_car_customer_and_handover_come_from_one_page(cast, clerk):
    answer = clerk.post("/handovers/new/", typed(cast))
    handover = Handover.objects.get()
    assert answer.url == f"/handovers/{handover.pk}/"
    assert (handover.customer.name, handover.customer.phone) == ("欧阳修远", "+8613812345678")
    assert handover.vehicle.vin == make_vin(900)
    assert handover.planned_by == cast.information_clerk


def test_a_wrong_phone_saves_nothing_and_keeps_what_was_typed(cast, clerk):
    answer = clerk.post("/handovers/new/", typed(cast, phone="1381"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["phone"]
    assert "欧阳修远" in answer.content.decode()
    assert not Customer.objects.exists()
    assert not Vehicle.objects.exists()


@pytest.mark.parametrize(("vin", "asks"), [("LSVAA418XN2000001", True), ("SHORT", False)])
def test_a_wrong_vin_is_refused_and_a_check_digit_asks_for_the_reason(vin, asks, cast, clerk):
    answer = clerk.get(f"/handovers/new/?vin={vin}")
    assert answer.status_code == 422
    assert ('type="text" name="vin_override_reason"' in answer.content.decode()) == asks
    if asks:
        url = f"/handovers/new/?vin={vin}&vin_override_reason=As+on+the+certificate"
        assert clerk.get(url).status_code == 200


def test_a_known_car_is_handed_to_its_owner_on_file(cast, clerk):
    car = make_vehicle(cast, plate="")
    page = clerk.get(f"/handovers/new/?vin={car.vin.lower()}").content.decode()
    assert car.owner.name in page
    clerk.post("/handovers/new/", typed(cast, vin=car.vin, buyer="owner", name="", phone=""))
    assert Handover.objects.get().customer == car.owner


def test_a_customer_whom_the_group_knows_is_not_entered_twice(cast, clerk):
    known = make_customer(cast, name="欧阳修远", phone="+8613812345678", store=cast.other_store)
    clerk.post("/handovers/new/", typed(cast))
    assert Handover.objects.get().customer == known
    assert StoreAccess.objects.filter(customer=known, store=cast.store).exists()


def test_a_car_on_file_elsewhere_in_the_group_shows_nobody_s_name(cast, clerk):
    car = make_vehicle(cast, owner=make_customer(cast, name="买买提", store=cast.other_store))
    page = clerk.get(f"/handovers/new/?vin={car.vin}").content.decode()
    assert "买买提" not in page
    assert 'name="buyer"' not in page


def test_a_car_that_has_a_handover_leads_there(cast, clerk):
    handover = make_handover(cast)
    page = clerk.get(f"/handovers/new/?vin={handover.vehicle.vin}").content.decode()
    assert f"/handovers/{handover.pk}/" in page


def test_a_day_that_has_passed_is_refused(cast, clerk):
    answer = clerk.post("/handovers/new/", typed(cast, planned_at="2026-11-23T10:00"))
    assert answer.context["form"].errors["planned_at"]


def test_the_form_sent_twice_makes_one_handover(cast, clerk):
    form = typed(cast, _once="abc")
    assert clerk.post("/handovers/new/", form).url == clerk.post("/handovers/new/", form).url
    assert Handover.objects.count() == 1


def test_a_tick_answers_with_the_counts_and_leaves_the_other_boxes_alone(cast, clerk):
    handover = make_handover(cast)
    url = f"/handovers/{handover.pk}/ticks/"
    one = {"list": "prepared", "item": "washed", "items": ["washed", "tyres"]}
    answer = clerk.post(url, one, headers={"HX-Request": "true"}).content.decode()
    assert 'id="count-prepared"' in answer
    assert "checkbox" not in answer
    assert Handover.objects.get().prepared == ["washed"], "another hand's list may say otherwise"
    clerk.post(url, {"list": "prepared", "item": "washed", "items": ["tyres"]})
    assert Handover.objects.get().prepared == []


def test_the_list_is_kept_without_scripts_and_nonsense_refused(cast, clerk):
    handover = make_handover(cast)
    url = f"/handovers/{handover.pk}/ticks/"
    clerk.post(url, {"list": "prepared", "items": ["tyres", "keys"]})
    assert Handover.objects.get().prepared == ["tyres", "keys"]
    assert clerk.post(url, {"list": "nonsense"}).status_code == 400
    assert clerk.post(url, {"list": "prepared", "item": "nonsense"}).status_code == 400


def test_a_stale_tab_ticks_nothing_after_the_list_is_closed(cast, clerk):
    handover = make_handover(cast, prepared=True)
    answer = clerk.post(f"/handovers/{handover.pk}/ticks/", {"list": "prepared", "item": "washed"})
    assert answer.status_code == 409
    assert "washed" in Handover.objects.get().prepared


def test_the_day_ends_with_the_car_delivered(cast, client):
    handover = make_handover(cast, prepared=True)
    tick_all(handover, "rechecked", "explained")
    client.force_login(cast.advisor)
    url = f"/handovers/{handover.pk}/delivery/"
    refused = client.post(url, DETAILS | {"odometer_km": "many"})
    assert refused.status_code == 422
    assert 'value="many"' in refused.content.decode()
    client.post(url, DETAILS)
    assert Handover.objects.get().status == "delivered"
    assert client.post(url, DETAILS).status_code == 409
    assert "1200" in client.get(f"/handovers/{handover.pk}/").content.decode()


def test_a_callback_agent_plans_nothing_and_the_clerk_delivers_nothing(cast, client):
    handover = make_handover(cast)
    client.force_login(cast.agent)
    assert client.get("/handovers/new/").status_code == 403
    client.force_login(cast.information_clerk)
    assert client.post(f"/handovers/{handover.pk}/delivery/", DETAILS).status_code == 403


@pytest.mark.parametrize(
    "verb", ["", "ticks/", "readiness/", "return/", "delivery/", "time/", "advisor/", "cancellation/"]
)
def test_other_houses_see_and_change_nothing_and_verbs_refuse_get(verb, cast, client):
    url = f"/handovers/{make_handover(cast).pk}/{verb}"
    for who in (cast.neighbour, cast.stranger):
        type(who).objects.filter(pk=who.pk).update(role="service_manager")
        client.force_login(type(who).objects.get(pk=who.pk))
        ask = client.post if verb else client.get
        assert ask(url, {"list": "prepared", "reason": "x"}).status_code == 404
        if verb:
            assert client.get(url).status_code == 405


def test_the_list_sorts_by_what_is_late_today_and_coming(cast, clerk):
    late, today = make_handover(cast, planned_at=TEN - DAY), make_handover(cast, planned_at=TEN)
    coming = make_handover(cast, planned_at=TEN + DAY)
    sections = clerk.get("/handovers/").context["sections"]
    assert sections == {"late": [late], "today": [today], "coming": [coming]}


def test_the_list_costs_the_same_with_three_and_with_a_hundred_cars(cast, clerk):
    def cost():
        clerk.get("/handovers/")
        with CaptureQueriesContext(connection) as queries:
            assert clerk.get("/handovers/").status_code == 200
        return len(queries)

    for _n in range(3):
        make_handover(cast)
    few = cost()
    for _n in range(97):
        make_handover(cast)
    assert cost() == few


def test_today_s_handovers_of_one_s_own_stand_on_my_work_and_on_the_vehicle(cast, client):
    today, tomorrow = make_handover(cast, planned_at=TEN), make_handover(cast, planned_at=TEN + DAY)
    client.force_login(cast.advisor)
    page = client.get(reverse("desk:my_work")).content.decode()
    assert today.get_absolute_url() in page
    assert tomorrow.get_absolute_url() not in page
    panels = registry.panels_for("vehicle", today.vehicle, cast.advisor)
    assert [p["context"]["handover"] for p in panels if p["template"] == "handover/_panel.html"] == [today]
