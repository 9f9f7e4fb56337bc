"""The public page, and the house's pages about what came in by it."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Setting
from apps.appointments import online, online_round, online_times
from apps.appointments.models import Appointment, OnlineRequest
from apps.capacity import services as capacity
from apps.catalog.models import Package
from apps.core import clock
from apps.customers.models import Customer, Vehicle
from tests.appointments.factories import make_appointment, make_customer, make_package, make_vehicle
from tests.appointments.online_house import at, code_of, received, wide

LIST = "/appointments/online/"


@pytest.fixture
def store(cast):
    return wide(cast)


@pytest.fixture
def page(store):
    make_package(store)
    return f"/book/{store.code}/"


@pytest.fixture
def desk(cast, client, store):
    client.force_login(cast.advisor)
    return client


def typed(**changes):
    return {
        "item": [Package.objects.get().pk],
        "starts_at": at(10, days=1).isoformat(),
        "name": "李明",
        "phone": "138 1234 5678",
        "plate": "浙a12345",
        "words": "",
        "model_text": "",
    } | changes


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


def asked(client, page, **changes):
    """A request that waits for its code."""
    answer = client.post(page, typed(**changes))
    return OnlineRequest.objects.get(key=answer.url.strip("/").split("/")[-1])


# -- the customer ---------------------------------------------------------------------------------


def test_the_menu_shows_prices_and_times_without_a_login(client, page):
    shown = text(client.get(page))
    package = Package.objects.get()
    (entry,) = client.get(page).context["menu"]
    for word in (package.name, f"{entry.amount:.2f}", "1 小时"):
        assert word in shown
    assert 'name="starts_at"' in shown


def test_what_is_not_for_online_is_not_shown_and_not_taken(client, page):
    Package.objects.update(is_online=False)
    assert Package.objects.get().name not in text(client.get(page))
    text(client.post(page, typed()), 422)


def test_days_and_times_follow_what_is_chosen(client, page):
    package = Package.objects.get()
    asked_for = {"item": package.pk, "day": f"{at(0, days=2):%Y-%m-%d}"}
    part = client.get(page, asked_for, headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert part.context["day"] == at(0, days=2).date()
    assert len(part.context["days"]) == 14
    assert part.context["total"] > 0


def test_a_request_goes_in_by_code_and_comes_out_as_its_own_page(client, page):
    request = asked(client, page)
    own = f"{page}{request.key}/"
    assert "138 1234 5678" in text(client.get(own))
    answer = client.post(own, {"act": "prove", "code": code_of(request)})
    assert answer.url == own
    request.refresh_from_db()
    assert request.number in text(client.get(own))
    assert client.post(own, {"act": "prove", "code": "000000"}).url == own, "a second press changes nothing"
    assert OnlineRequest.objects.open().count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"plate": "A12345"}, "plate"),
        ({"name": ""}, "name"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": "x"}, "starts_at"),
        ({"starts_at": "2020-01-01T10:00:00+08:00"}, "starts_at"),
        ({"item": []}, "words"),
        ({"item": [999_999]}, "item"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_the_field_and_all_else_stays(client, page, changes, field):
    answer = client.post(page, typed(words="空调异味" if field != "words" else "", **changes))
    shown = text(answer, 422)
    assert field in answer.context["form"].errors
    for name, value in (("name", "李明"), ("plate", "浙a12345")):
        if name != field:
            assert value in shown
    assert not OnlineRequest.objects.exists()


def test_a_time_from_another_page_is_refused_and_nothing_is_lost(client, page):
    answer = client.post(page, typed(starts_at=at(10, days=20).isoformat()))
    assert "浙a12345" in text(answer, 409)
    assert not OnlineRequest.objects.exists()


def test_a_wrong_code_is_said_beside_the_field_and_stays_counted(client, page):
    request = asked(client, page)
    own = f"{page}{request.key}/"
    wrong = f"{(int(code_of(request)) + 1) % 1_000_000:06d}"
    answer = client.post(own, {"act": "prove", "code": wrong})
    text(answer, 422)
    assert "code" in answer.context["form"].errors
    assert request.codes.get().tries == 1


def test_too_many_codes_are_refused_in_words(client, page):
    request = asked(client, page)
    own = f"{page}{request.key}/"
    for _n in range(2):
        assert client.post(own, {"act": "again"}).status_code == 302
    text(client.post(own, {"act": "again"}), 429)
    text(client.post(page, typed()), 429)


def test_a_time_that_goes_meanwhile_offers_others_on_the_same_page(client, page, store):
    request = asked(client, page)
    own = f"{page}{request.key}/"
    for _n in range(2):
        make_appointment(store, starts_at=request.starts_at)
    answer = client.post(own, {"act": "prove", "code": code_of(request)})
    text(answer, 409)
    other = answer.context["alternatives"][0]["starts_at"]
    assert client.post(own, {"act": "prove", "code": code_of(request), "starts_at": other}).status_code == 302
    request.refresh_from_db()
    assert request.starts_at == datetime.fromisoformat(other)


def test_the_customer_withdraws_on_his_page(client, page):
    request = asked(client, page)
    online.receive(request)
    own = f"{page}{request.key}/"
    client.post(own, {"act": "withdraw"})
    request.refresh_from_db()
    assert request.status == "withdrawn"
    text(client.post(own, {"act": "withdraw"}), 409)


def test_no_answer_tells_whether_a_number_or_a_plate_is_known(client, page, store):
    owner = make_customer(store, "张三丰", "+8613812345678")
    make_vehicle(store, "浙A12345", owner=owner)
    pages = []
    callers = [("13812345678", "浙A12345"), ("13812345678", "浙A99999"), ("13900000000", "浙A12345")]
    for hour, (phone, plate) in zip((10, 12, 14), callers, strict=True):
        moment = at(hour, days=1).isoformat()
        request = asked(client, page, phone=phone, plate=plate, starts_at=moment)
        before = text(client.get(f"{page}{request.key}/"))
        online.receive(request)
        after = text(client.get(f"{page}{request.key}/"))
        assert "张三丰" not in before + after
        pages.append(len(after) - len(request.number))
    assert max(pages) - min(pages) < 20, "the same page whatever is known; tokens differ by a little"


def test_another_key_or_store_is_no_address(client, page, cast):
    request = asked(client, page)
    other_key = f"{page}7b1c1d1e-0000-4000-8000-000000000001/"
    for wrong in (other_key, f"/book/{cast.other_store.code}/{request.key}/"):
        assert client.get(wrong).status_code == 404


def test_a_store_that_takes_nothing_online_says_so(client, page, store):
    Setting.objects.create(key=online_times.OPEN, store=store, effective_from=clock.today(), value=False)
    assert client.get(page).status_code == 404
    assert store.name not in text(client.get("/book/"))


def test_a_hold_that_is_over_is_not_promised_any_more(client, page, store, cast):
    request = received(store, now=at(12), starts_at=at(10, days=6))
    own = f"{page}{request.key}/"
    assert "该时段为您保留" in text(client.get(own))
    capacity.release_expired(at(12, days=3))
    assert "该时段为您保留" not in text(client.get(own))
    client.force_login(cast.advisor)
    assert "时段已释放" in text(client.get(LIST))


def test_the_stores_are_listed(client, page, cast):
    listed = text(client.get("/book/"))
    assert cast.store.name in listed
    assert cast.other_store.name in listed


# -- the house ------------------------------------------------------------------------------------


def test_the_list_shows_what_is_to_be_confirmed_in_the_order_received(cast, desk, store):
    second = received(store, now=at(12))
    first = received(store, now=at(11), phone="+8613900000001", starts_at=at(12, days=1))
    third = received(store, now=at(10), phone="+8613900000002", starts_at=at(14, days=1))
    online.decline(third, reason="重复", by=cast.advisor)
    shown = text(desk.get(LIST))
    assert shown.index(first.number) < shown.index(second.number)
    assert shown.count("row-link") == 2
    assert text(desk.get(LIST, {"closed": 1})).count("row-link") == 1


def test_what_nobody_proved_is_on_no_page(client, page, desk):
    request = asked(desk, page)
    assert request.plate not in text(desk.get(LIST))
    assert desk.get(f"{LIST}{request.pk}/").status_code == 404


def test_the_advisor_confirms_the_car_of_the_file(cast, desk, store):
    car = make_vehicle(store, "浙A12345", owner=make_customer(store))
    request = received(store, now=clock.now(), starts_at=at(10, days=1))
    page = desk.get(f"{LIST}{request.pk}/")
    assert page.context["chosen_car"] == str(car.pk)
    answer = desk.post(f"{LIST}{request.pk}/confirmation/", {"vehicle": car.pk, "version": request.version})
    appointment = Appointment.objects.get()
    assert answer.url == f"/appointments/{appointment.pk}/"
    assert (appointment.vehicle, appointment.status) == (car, "confirmed")


def caller(**changes):
    said = {"name": "周杰", "phone": "13900001111", "plate": "浙AD00001", "vin": ""} | changes
    return {f"new-{name}": value for name, value in said.items()}


def test_a_new_customer_is_entered_while_confirming(cast, desk, store):
    typed = {"phone": "+8613900001111", "plate": "浙AD00001"}
    request = received(store, now=clock.now(), starts_at=at(10, days=1), **typed)
    assert desk.get(f"{LIST}{request.pk}/").context["chosen_car"] == "new"
    data = {"vehicle": "new", "version": request.version}
    wrong = desk.post(f"{LIST}{request.pk}/confirmation/", data | caller(plate="A1"))
    assert "周杰" in text(wrong, 422)
    assert not Customer.objects.exists()
    desk.post(f"{LIST}{request.pk}/confirmation/", data | caller())
    assert Vehicle.objects.get(plate="浙AD00001").owner.name == "周杰"
    assert Appointment.objects.get().contact_phone == "+8613900001111"


def test_a_known_number_with_a_new_car_gets_the_car_and_no_second_file(cast, desk, store):
    owner = make_customer(store, "李明", "+8613812345678")
    request = received(store, now=clock.now(), starts_at=at(10, days=1), plate="浙AD00001")
    data = {"vehicle": "new", "version": request.version} | caller(phone="13812345678", name="李明")
    desk.post(f"{LIST}{request.pk}/confirmation/", data)
    assert Appointment.objects.get().customer == owner
    assert Customer.objects.count() == 1


def test_a_refused_confirmation_keeps_the_page_and_offers_others(cast, desk, store):
    car = make_vehicle(store, "浙A12345", owner=make_customer(store))
    make_appointment(store, vehicle=car, starts_at=at(10, days=1))
    request = received(store, now=clock.now(), starts_at=at(10, 30, days=1))
    answer = desk.post(f"{LIST}{request.pk}/confirmation/", {"vehicle": car.pk, "version": request.version})
    assert "AP-" in text(answer, 409)
    assert OnlineRequest.objects.get().is_open


def test_without_a_car_nothing_is_confirmed(desk, store):
    request = received(store, now=clock.now(), starts_at=at(10, days=1))
    text(desk.post(f"{LIST}{request.pk}/confirmation/", {"version": request.version}), 422)


def test_declining_needs_a_reason(desk, store):
    request = received(store, now=clock.now(), starts_at=at(10, days=1))
    text(desk.post(f"{LIST}{request.pk}/refusal/", {"version": request.version}), 422)
    desk.post(f"{LIST}{request.pk}/refusal/", {"version": request.version, "reason": "三次无人接听"})
    assert "三次无人接听" in text(desk.get(f"{LIST}{request.pk}/"))


def test_the_manager_gives_it_to_somebody_else_from_the_list(cast, client, store):
    request = received(store, now=at(12))
    online_round.go_round(at(13))
    request.refresh_from_db()
    client.force_login(cast.manager)
    assert f'name="to" aria-label="服务顾问 {request.number}"' in text(client.get(LIST))
    data = {"to": cast.advisor.pk, "version": request.version, "back": "list"}
    assert client.post(f"{LIST}{request.pk}/assignment/", data).url == LIST
    request.refresh_from_db()
    assert request.assigned_to == cast.advisor
    text(client.post(f"{LIST}{request.pk}/assignment/", data | {"to": cast.technician.pk}), 422)


def test_an_advisor_does_not_give_requests_away(desk, store):
    request = received(store, now=at(12))
    assert desk.post(f"{LIST}{request.pk}/assignment/", {}).status_code == 403


def test_the_list_costs_the_same_for_2_and_40(cast, desk, store):
    costs = []
    template = received(store, now=at(12))
    for count in (2, 40):
        for n in range(count):
            template.pk, template.holder, template.number = None, None, f"OR-{count}-{n}"
            template.key = f"7b1c1d1e-0000-4000-8000-{count:06d}{n:06d}"
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            shown = text(desk.get(LIST))
        costs.append(len(queries))
    assert shown.count("row-link") == 43
    assert costs[1] <= costs[0]
