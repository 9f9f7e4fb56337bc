"""The pages: each does its job, refuses strangers, keeps what was typed."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core.registry import registry
from apps.customers.models import Customer, Reading, StoreAccess, Vehicle
from apps.desk.models import Event
from apps.desk.views.search import find
from tests.customers.factories import make_customer, make_vehicle, make_vin
from tests.customers.samples import OF_THE_GROUP, samples

pytestmark = pytest.mark.django_db
GOOD = make_vin(7)
WRONG_DIGIT = GOOD[:8] + ("0" if GOOD[8] != "0" else "1") + GOOD[9:]


@pytest.fixture
def advisor(client, cast):
    client.force_login(cast.advisor)
    return client


def text(response):
    return response.content.decode()


def new(client, **fields):
    fields = {"phone": "138 1234 5678", "name": "欧阳修远", "kind": "person"} | fields
    return client.post(reverse("customers:create"), fields)


# The new-customer page


def test_customer_and_vehicle_are_entered_on_one_page(advisor, cast):
    response = new(
        advisor,
        **{
            "v-plate": "浙a·12345",
            "v-vin": GOOD,
            "v-model_text": "帕萨特",
            "v-odometer_km": "48210",
            "advisor": cast.advisor.pk,
        },
    )
    vehicle = Vehicle.objects.get()
    assert response.url == reverse("customers:detail", args=[vehicle.owner_id])
    assert (vehicle.plate, vehicle.odometer_km, vehicle.owner.advisor) == ("浙A12345", 48_210, cast.advisor)


def test_a_customer_without_a_vehicle_is_entered_too(advisor):
    assert new(advisor).status_code == 302
    assert not Vehicle.objects.exists()


def test_a_wrong_form_names_every_field_and_keeps_everything_typed(advisor):
    response = new(advisor, phone="1381234", name="", **{"v-plate": "AB", "v-vin": "I" * 17, "remarks": "急"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"phone", "name"}
    assert set(response.context["vehicle_form"].errors) == {"plate", "vin"}
    for typed in ("1381234", "AB", "I" * 17, "急"):
        assert typed in text(response)
    assert not Customer.objects.exists()


def test_a_wrong_check_digit_asks_for_the_reason_and_then_passes(advisor):
    refused = new(advisor, **{"v-vin": WRONG_DIGIT})
    assert refused.status_code == 422
    assert 'name="v-vin_override_reason"' in text(refused)
    assert new(advisor, **{"v-vin": WRONG_DIGIT, "v-vin_override_reason": "平行进口"}).status_code == 302
    assert Vehicle.objects.get().vin_override_reason == "平行进口"


def test_a_known_phone_is_offered_once_and_then_allowed(advisor, cast):
    known = make_customer(cast, name="单雄信", phone="+8613812345678")
    offered = new(advisor)
    assert offered.status_code == 422
    assert "单雄信" in text(offered)
    assert f'value="{known.pk}"' in text(offered)
    assert new(advisor, seen=str(known.pk)).status_code == 302
    assert Customer.objects.with_phone("+8613812345678").count() == 2


def test_while_typing_a_known_phone_plate_or_vin_is_offered(advisor, cast):
    owner = make_customer(cast, name="单雄信", phone="+8613812345678")
    make_vehicle(cast, owner=owner, plate="浙A12345", vin=GOOD)
    for query in ({"phone": "138-1234-5678"}, {"v-plate": "浙a12345"}, {"v-vin": GOOD.lower()}):
        assert "单雄信" in text(advisor.get(reverse("customers:known"), query))
    for half in ({"phone": "1381234"}, {"v-plate": "浙A123"}, {}):
        assert "单雄信" not in text(advisor.get(reverse("customers:known"), half))


def test_pressed_twice_makes_one_customer(advisor):
    for _ in range(2):
        assert new(advisor, _once="abc").status_code == 302
    assert Customer.objects.count() == 1


def test_a_vin_of_another_store_is_refused_naming_the_store(advisor, cast):
    make_vehicle(cast, store=cast.other_store, vin=GOOD)
    seen = Vehicle.objects.get().owner_id
    refused = new(advisor, seen=str(seen), **{"v-vin": GOOD})
    assert refused.status_code == 422
    assert "城西店" in str(refused.context["vehicle_form"].errors["vin"])
    assert not Customer.objects.filter(name="欧阳修远").exists()


# Files of other stores


def test_a_customer_of_another_store_is_shown_masked_and_opened_with_a_reason(advisor, cast):
    other = make_customer(cast, store=cast.other_store, name="单雄信", phone="+8613812345678")
    page = advisor.get(reverse("customers:list"), {"q": "13812345678"})
    assert "单**" in text(page)
    assert "138****5678" in text(page)
    assert "单雄信" not in text(page)
    assert "城西店" in text(page)
    fields = {"q": "13812345678", "customer": other.pk}
    assert advisor.post(reverse("customers:open"), fields).status_code == 422
    assert not StoreAccess.objects.filter(store=cast.store).exists()
    opened = advisor.post(reverse("customers:open"), fields | {"reason": "到店维修"})
    assert opened.url == reverse("customers:detail", args=[other.pk])
    assert Event.objects.get(kind="customer.file_opened").reason == "到店维修"
    assert advisor.get(opened.url).status_code == 200


def test_nobody_opens_a_file_by_trying_out_ids(advisor, cast):
    other = make_customer(cast, store=cast.other_store)
    fields = {"q": "13900000000", "customer": other.pk, "reason": "x"}
    assert advisor.post(reverse("customers:open"), fields).status_code == 404
    assert not StoreAccess.objects.filter(store=cast.store).exists()


def test_a_foreign_house_finds_nothing_even_masked(client, cast):
    make_customer(cast, phone="+8613812345678", name="单雄信")
    client.force_login(cast.stranger)
    page = text(client.get(reverse("customers:list"), {"q": "13812345678"}))
    assert "单**" not in page
    assert "138****5678" not in page


# The list


def test_the_list_is_in_the_order_of_pinyin_and_filters(advisor, cast):
    for name, kind in (("赵一", "person"), ("单雄信", "person"), ("安达物流", "company")):
        make_customer(cast, name=name, kind=kind, advisor=cast.advisor if name == "赵一" else None).index()
    make_customer(cast, name="别店", store=cast.other_store)

    def names(**query):
        rows = advisor.get(reverse("customers:list"), query).context["rows"]
        return [customer.name for customer, _plates in rows]

    assert names() == ["安达物流", "单雄信", "赵一"]
    assert names(kind="company") == ["安达物流"]
    assert names(advisor=cast.advisor.pk) == ["赵一"]
    assert names(q="sxx") == ["单雄信"]
    assert names(q="nobody") == []


def test_pages_of_fifty_meet_every_customer_once(advisor, cast):
    for n in range(120):
        make_customer(cast, name=f"王{n % 7}")
    url, seen = reverse("customers:list"), []
    query = {}
    for _ in range(3):
        page = advisor.get(url, query).context["page"]
        seen += [row.pk for row in page]
        query = {"after": page.next}
    assert page.next is None
    assert len(seen) == len(set(seen)) == 120
    back = advisor.get(url, {"before": page.previous}).context["page"]
    assert [row.pk for row in back] == seen[50:100]
    assert advisor.get(url, {"after": "nonsense"}).context["page"].previous is None


@pytest.mark.parametrize("name", ["customers:list", "customers:detail", "customers:vehicle"])
def test_a_page_takes_as_many_queries_for_a_hundred_rows_as_for_three(name, advisor, cast):
    vehicle = make_vehicle(cast)

    def grow(to):
        for n in range(to):
            more = make_vehicle(cast, owner=vehicle.owner) if n % 2 else make_vehicle(cast)
            vehicle.recommend(f"建议 {n} {to}", source="检查", by=cast.advisor)
            more.record_reading(n, date(2026, 1, 1), Reading.Source.ENTRY, cast.advisor)

    pk = {"customers:detail": vehicle.owner_id, "customers:vehicle": vehicle.pk}.get(name)
    url = reverse(name, args=[pk] if pk else [])
    grow(3)
    queries(advisor, url)  # the first page of a process fills caches
    few = queries(advisor, url)
    grow(100)
    assert queries(advisor, url) == few


def test_the_list_itself_takes_at_most_ten_queries(advisor, cast, monkeypatch):
    monkeypatch.setattr(registry, "nav", [])  # badges and corners are other rooms'
    monkeypatch.setattr(registry, "corners", {})
    make_vehicle(cast)
    assert queries(advisor, reverse("customers:list") + "?q=345") <= 10


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# Changing


def test_a_change_is_saved_and_a_stale_tab_shows_both(advisor, cast):
    customer = make_customer(cast, name="王建国")
    url = reverse("customers:update", args=[customer.pk])
    fields = {"name": "王建军", "phone": customer.phone, "kind": "person", "version": "0"}
    assert advisor.post(url, fields).status_code == 302
    stale = advisor.post(url, fields | {"name": "王建业"})
    assert stale.status_code == 422
    assert "王建军" in text(stale)
    assert "王建业" in text(stale)
    customer.refresh_from_db()
    assert customer.name == "王建军"
    again = advisor.post(url, fields | {"name": "王建业", "version": "1"})
    assert again.status_code == 302


def test_a_shared_telephone_is_warned_of_and_saved(advisor, cast):
    make_customer(cast, name="单雄信", phone="+8613812345678")
    customer = make_customer(cast)
    url = reverse("customers:update", args=[customer.pk])
    fields = {"name": "王五", "phone": "13812345678", "kind": "person", "version": "0"}
    assert "单雄信" in text(advisor.post(url, fields, follow=True))
    customer.refresh_from_db()
    assert customer.phone == "+8613812345678"


def test_the_vehicles_papers_are_changed(advisor, cast):
    vehicle = make_vehicle(cast)
    url = reverse("customers:vehicle_update", args=[vehicle.pk])
    assert advisor.get(url).status_code == 200
    fields = {
        "plate": "浙AD12345",
        "vin": vehicle.vin,
        "colour": "白",
        "licensed_on": "2026-02-01",
        "driver": make_customer(cast, number="C9").number,
        "version": "0",
    }
    assert advisor.post(url, fields).status_code == 302
    vehicle.refresh_from_db()
    assert (vehicle.plate, vehicle.colour, vehicle.driver.number) == ("浙AD12345", "白", "C9")
    stale = advisor.post(url, fields | {"colour": "黑"})
    assert stale.status_code == 422
    assert "黑" in text(stale)


def test_one_more_vehicle_of_a_customer(advisor, cast):
    owner = make_customer(cast)
    url = reverse("customers:vehicle_create", args=[owner.pk])
    assert advisor.get(url, {"plate": "浙A12345"}).status_code == 200
    assert advisor.post(url, {"v-plate": "", "v-vin": ""}).status_code == 422
    response = advisor.post(url, {"v-plate": "浙A12345"})
    assert response.url == reverse("customers:vehicle", args=[owner.vehicles.get().pk])


def test_a_lower_reading_is_asked_about_and_kept_on_demand(advisor, cast):
    vehicle = make_vehicle(cast)
    url = reverse("customers:reading_create", args=[vehicle.pk])
    assert advisor.post(url, {"odometer_km": "48210", "read_on": "2026-03-01"}).status_code == 302
    asked = advisor.post(url, {"odometer_km": "4821", "read_on": "2026-03-02"})
    assert asked.status_code == 422
    assert "48210" in str(asked.context["reading_form"].errors["odometer_km"])
    assert 'value="4821"' in text(asked)
    kept = advisor.post(url, {"odometer_km": "4821", "read_on": "2026-03-02", "keep": "on"})
    assert kept.status_code == 302
    assert list(vehicle.readings.values_list("is_backwards", flat=True).order_by("pk")) == [False, True]


def test_a_reading_of_a_day_to_come_is_refused(advisor, cast):
    url = reverse("customers:reading_create", args=[make_vehicle(cast).pk])
    assert advisor.post(url, {"odometer_km": "1", "read_on": "2199-01-01"}).status_code == 422


def test_the_owner_is_changed_by_number_or_telephone(advisor, cast):
    vehicle, buyer = make_vehicle(cast), make_customer(cast)
    url = reverse("customers:owner", args=[vehicle.pk])
    assert advisor.get(url).status_code == 200
    assert advisor.post(url, {"owner": "C-nobody", "reason": "过户"}).status_code == 422
    assert advisor.post(url, {"owner": buyer.phone, "reason": "过户"}).status_code == 302
    vehicle.refresh_from_db()
    assert vehicle.owner == buyer


def test_recommendations_are_put_on_the_file_and_closed(advisor, cast):
    vehicle = make_vehicle(cast)
    put = reverse("customers:recommendation_create", args=[vehicle.pk])
    assert advisor.post(put, {"text": ""}).status_code == 422
    assert advisor.post(put, {"text": "更换制动液", "amount": "¥268"}).status_code == 302
    row = vehicle.recommendations.get()
    close = reverse("customers:recommendation_close", args=[row.pk])
    assert advisor.post(close, {"reason": ""}).status_code == 422
    assert advisor.post(close, {"reason": "已做"}).status_code == 302
    assert advisor.post(close, {"reason": "已做"}).status_code == 409


# What is shown to whom


def test_the_vehicles_story_tells_events_and_the_old_systems_visits(advisor, cast):
    vehicle = make_vehicle(cast)
    vehicle.service_records.create(
        reference="OLD-77", arrived_on="2024-05-02", description="更换前制动片", is_imported=True
    )
    vehicle.record_reading(48_210, date(2026, 3, 1), Reading.Source.ENTRY, cast.advisor)
    page = text(advisor.get(reverse("customers:vehicle", args=[vehicle.pk])))
    assert "OLD-77" in page
    assert "更换前制动片" in page
    assert "48210" in page


def test_the_story_says_what_was_changed_and_hides_persons_from_the_workshop(advisor, client, cast):
    vehicle = make_vehicle(cast, colour="白")
    vehicle.update(by=cast.advisor, colour="黑", engine_number="EA888")
    url = reverse("customers:vehicle", args=[vehicle.pk])
    assert "白 → 黑" in text(advisor.get(url))
    assert "– → EA888" in text(advisor.get(url))
    client.force_login(cast.technician)
    assert "白 → 黑" in text(client.get(url))
    assert "– → EA888" not in text(client.get(url))


@pytest.mark.parametrize("role", ["technician", "dispatcher", "inspector", "guard", "parts_clerk"])
def test_who_works_with_the_car_reads_no_telephone(role, client, cast):
    vehicle = make_vehicle(cast, owner=make_customer(cast, phone="+8613812345678", remarks="怕吵"))
    client.force_login(getattr(cast, role))
    urls = [
        reverse("customers:vehicle", args=[vehicle.pk]),
        reverse("customers:detail", args=[vehicle.owner_id]),
        reverse("customers:list"),
    ]
    for url in urls:
        page = text(client.get(url))
        assert "138****5678" in page
        assert "8613812345678" not in page
        assert "怕吵" not in page


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_people_of_another_store_get_404_everywhere(who, client, cast):
    client.force_login(getattr(cast, who))
    for name, kwargs in samples(cast).items():
        if name.startswith("api:") or name in OF_THE_GROUP or name == "customers:campaign_settle":
            continue  # the API's own test; campaigns are the group's
        url = reverse(name, kwargs=kwargs)
        response = client.get(url)
        if response.status_code == 405:
            response = client.post(url)
        assert response.status_code == 404, name


POSTED = ["open", "reading_create", "recommendation_create", "recommendation_close"]


@pytest.mark.parametrize("name", POSTED)
def test_what_acts_refuses_get(name, advisor, cast):
    kwargs = samples(cast).get(f"customers:{name}", {})
    assert advisor.get(reverse(f"customers:{name}", kwargs=kwargs)).status_code == 405


def test_search_finds_by_tail_and_initials_and_hides_other_houses(advisor, client, cast):
    owner = make_customer(cast, name="单雄信", phone="+8613812345678")
    owner.index()
    vehicle = make_vehicle(cast, owner=owner, plate="浙A12345")
    vehicle.index()
    for typed in ("sxx", "5678", "345"):
        assert "单雄信" in text(advisor.get(reverse("desk:search"), {"q": typed}))
    client.force_login(cast.neighbour)
    assert "单雄信" not in text(client.get(reverse("desk:search"), {"q": "sxx"}))


def test_search_takes_three_queries(cast, django_assert_num_queries):
    for _ in range(20):
        vehicle = make_vehicle(cast, plate=f"浙A123{_:02d}", owner=make_customer(cast, name="12349"))
        vehicle.index()
        vehicle.owner.index()
    user = User.objects.get(pk=cast.advisor.pk)
    assert user.visible_store_ids
    with django_assert_num_queries(3):
        groups = find(user, "123")
    assert len(groups) == 2
