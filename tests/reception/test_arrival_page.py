"""The gate's page: plates in any spelling, one click, once."""

import pytest
from django.urls import reverse

from apps.reception.models import Visit
from tests.reception.factories import make_appointment, make_customer_vehicle


@pytest.fixture(autouse=True)
def advisor(cast, client):
    """Logged in as the advisor, in English."""
    client.force_login(cast.advisor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def url(name, row=None):
    return reverse(f"reception:{name}", args=[row.pk] if row else [])


@pytest.mark.parametrize("typed", ["浙A12345", "浙a·12345", " 浙Ａ 12345 ", "浙A-12345"])
def test_a_plate_is_found_however_it_is_typed(cast, client, typed):
    vehicle = make_customer_vehicle(cast, plate="浙A12345", name="李小红")
    page = client.get(url("arrival"), {"plate": typed}).content.decode()
    assert "李小红" in page
    assert f'name="vehicle" value="{vehicle.pk}"' in page


def test_the_tail_of_the_plate_finds_the_vehicle_with_its_appointment(cast, client):
    appointment = make_appointment(cast, vehicle=make_customer_vehicle(cast, plate="浙A77777"))
    page = client.get(url("arrival"), {"plate": "77777"}).content.decode()
    assert f'name="appointment" value="{appointment.pk}"' in page


def test_a_vehicle_of_another_store_is_shown_masked_and_its_name_is_not(cast, client):
    make_customer_vehicle(cast, plate="浙A12345", name="李小红", store=cast.other_store)
    page = client.get(url("arrival"), {"plate": "浙A12345"}).content.decode()
    assert "李**" in page
    assert "李小红" not in page


def test_a_vehicle_of_another_group_is_unknown(cast, client):
    make_customer_vehicle(cast, plate="浙A12345", name="李小红", store=cast.foreign_store, advisor=None)
    response = client.get(url("arrival"), {"plate": "浙A12345"})
    assert response.context["candidates"] == []
    assert "李" not in response.content.decode()


def test_an_unknown_plate_is_registered_and_leads_back_to_the_gate(cast, client):
    page = client.get(url("arrival"), {"plate": "浙A99999"})
    register = page.context["register_url"]
    assert register.startswith(reverse("customers:create"))
    data = {
        "name": "李小红",
        "phone": "13800138000",
        "kind": "person",
        "v-plate": "浙A99999",
        "accepts_messages": "on",
    }
    answer = client.post(register, data)
    assert answer.status_code == 302
    assert "李小红" in client.get(answer.url).content.decode()
    stray = f"{reverse('customers:create')}?next=https://elsewhere.example/"
    data |= {"phone": "13800138001", "v-plate": "浙A99998"}
    assert "elsewhere" not in client.post(stray, data).url


def test_the_guard_sends_an_unknown_customer_to_the_desk(cast, client):
    client.force_login(cast.guard)
    assert client.get(url("arrival"), {"plate": "浙A99999"}).context["register_url"] == ""


def test_a_click_registers_the_arrival_and_the_gate_is_ready_for_the_next(cast, client):
    vehicle = make_customer_vehicle(cast)
    response = client.post(url("arrive"), {"vehicle": vehicle.pk, "waits_here": "1", "_once": "a"})
    assert response.url == url("arrival")
    assert Visit.objects.get().waits_here


def test_a_second_press_registers_nothing_more(cast, client):
    vehicle = make_customer_vehicle(cast)
    answers = [client.post(url("arrive"), {"vehicle": vehicle.pk, "_once": "a"}) for _press in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert Visit.objects.count() == 1


def test_a_second_tab_is_told_that_the_car_is_here(cast, client):
    vehicle = make_customer_vehicle(cast)
    client.post(url("arrive"), {"vehicle": vehicle.pk, "_once": "a"})
    response = client.post(url("arrive"), {"vehicle": vehicle.pk, "_once": "b"})
    assert response.status_code == 409
    assert Visit.objects.get().number in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"vehicle": "x"}, {"vehicle": "999999"}, {"appointment": "999999"}])
def test_an_arrival_of_nothing_is_not_found(client, data):
    assert client.post(url("arrive"), data).status_code == 404


def test_strangers_cannot_register_our_vehicles(cast, client):
    appointment = make_appointment(cast)
    client.force_login(cast.stranger)
    assert client.post(url("arrive"), {"vehicle": appointment.vehicle_id}).status_code == 404
    client.force_login(cast.neighbour)
    assert client.post(url("arrive"), {"appointment": appointment.pk}).status_code == 404
    assert not Visit.objects.exists()
