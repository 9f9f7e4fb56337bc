"""The API: the same verbs and refusals as the pages."""

import pytest

from apps.customers.models import Customer, Vehicle
from tests.customers.factories import make_customer, make_vehicle, make_vin

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(client, cast):
    client.force_login(cast.advisor)
    return client


def test_a_customer_is_created_read_and_changed(api, cast):
    made = api.post("/api/v1/customers/", {"name": "王五", "phone": "138 1234 5678"}, content_type=JSON)
    assert made.status_code == 201
    body = made.json()
    assert body["phone"] == "+8613812345678"
    url = f"/api/v1/customers/{body['id']}/"
    changed = api.patch(url, {"name": "王六", "version": 0}, content_type=JSON)
    assert (changed.status_code, changed.json()["version"]) == (200, 1)
    stale = api.patch(url, {"name": "王七", "version": 0}, content_type=JSON)
    assert (stale.status_code, stale.json()["title"]) == (409, "stale")
    assert api.get(url).json()["name"] == "王六"


def test_wrong_input_is_a_problem_document_by_field(api):
    answer = api.post("/api/v1/customers/", {"name": "王五", "phone": "138"}, content_type=JSON)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["fields"]) == ["phone"]
    assert not Customer.objects.exists()


def test_the_same_idempotency_key_makes_one_customer(api):
    for _ in range(2):
        answer = api.post(
            "/api/v1/customers/", {"name": "王五"}, content_type=JSON, headers={"Idempotency-Key": "k1"}
        )
        assert answer.status_code == 201
    assert Customer.objects.count() == 1


def test_lists_filter(api, cast):
    owner = make_customer(cast, name="单雄信", phone="+8613812345678")
    owner.index()
    vehicle = make_vehicle(cast, owner=owner, plate="浙A12345")
    make_vehicle(cast)

    def ids(path):
        return [row["id"] for row in api.get(f"/api/v1/{path}").json()["results"]]

    assert ids("customers/?q=sxx") == [owner.pk]
    assert ids("customers/?phone=138-1234-5678") == [owner.pk]
    assert ids("customers/?phone=x") == []
    assert ids("vehicles/?plate=浙a·12345") == [vehicle.pk]
    assert ids(f"vehicles/?owner={owner.pk}") == [vehicle.pk]
    assert len(ids("vehicles/")) == 2


def test_a_vehicle_is_created_read_and_sold(api, cast):
    owner, buyer = make_customer(cast), make_customer(cast)
    vin = make_vin(3)
    made = api.post(
        "/api/v1/vehicles/", {"owner": owner.pk, "vin": vin, "plate": "浙A12345"}, content_type=JSON
    )
    assert made.status_code == 201
    url = f"/api/v1/vehicles/{made.json()['id']}/"
    twice = api.post("/api/v1/vehicles/", {"owner": owner.pk, "vin": vin}, content_type=JSON)
    assert (twice.status_code, list(twice.json()["fields"])) == (400, ["vin"])
    assert api.patch(url, {"owner": buyer.pk}, content_type=JSON).status_code == 409
    sold = api.post(f"{url}change-owner/", {"owner": buyer.pk, "reason": "过户"}, content_type=JSON)
    assert (sold.status_code, sold.json()["owner"]) == (200, buyer.pk)


def test_a_reading_that_goes_backwards_says_so(api, cast):
    url = f"/api/v1/vehicles/{make_vehicle(cast).pk}/readings/"
    assert api.post(url, {"odometer_km": 900, "read_on": "2026-01-01"}, content_type=JSON).status_code == 201
    answer = api.post(url, {"odometer_km": 800, "read_on": "2026-02-01"}, content_type=JSON)
    assert answer.json()["is_backwards"] is True
    assert Vehicle.objects.get().odometer_km == 900


def test_a_technician_reads_masked_and_writes_nothing(client, cast):
    customer = make_customer(cast, phone="+8613812345678")
    client.force_login(cast.technician)
    url = f"/api/v1/customers/{customer.pk}/"
    assert client.get(url).json()["phone"] == "138****5678"
    assert client.patch(url, {"name": "x"}, content_type=JSON).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_rows_of_another_store_do_not_exist(who, client, cast):
    vehicle = make_vehicle(cast)
    client.force_login(getattr(cast, who))
    for url in (f"/api/v1/customers/{vehicle.owner_id}/", f"/api/v1/vehicles/{vehicle.pk}/"):
        assert client.get(url).status_code == 404
        assert client.patch(url, {}, content_type=JSON).status_code == 404
    mine = make_customer(cast, store=cast.foreign_store if who == "stranger" else cast.other_store)
    stolen = {"owner": vehicle.owner_id, "plate": "浙A12345"}
    assert client.post("/api/v1/vehicles/", stolen, content_type=JSON).status_code == 400
    assert client.post("/api/v1/vehicles/", stolen | {"owner": mine.pk}, content_type=JSON).status_code == 201


def test_the_schema_is_made_without_complaint(capsys):
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(public=True)
    assert {"/api/v1/customers/", "/api/v1/vehicles/{id}/readings/"} <= set(schema["paths"])
    complaints = [line for line in capsys.readouterr().err.splitlines() if "apps/customers" in line]
    assert not complaints
