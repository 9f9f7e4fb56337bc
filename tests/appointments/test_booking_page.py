"""The phone rings: the booking page, with everything people type wrong."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.appointments.models import Appointment
from apps.capacity.models import CapacityDay
from apps.core import clock
from apps.customers.models import Customer, Recommendation, ServiceRecord, Vehicle
from tests.appointments.factories import (
    make_appointment,
    make_customer,
    make_operation,
    make_package,
    make_part,
    make_vehicle,
)
from tests.capacity.factories import narrow_house, tomorrow

NEW, DRAFT = "/appointments/new/", "/appointments/new/draft/"


@pytest.fixture
def car(cast):
    return make_vehicle(cast.store, "浙A12345", odometer_km=40_000)


def typed(vehicle, **changes):
    """What the advisor has filled in."""
    return {
        "vehicle": vehicle.pk,
        "starts_at": tomorrow(9).isoformat(),
        "kind": "maintenance",
        "channel": "phone",
        "advisor": "",
        "contact_name": "李明",
        "contact_phone": "138 1234 5678",
        "odometer_km": "",
        "customer_words": "刹车有异响",
        "item": [],
        "quantity": [],
        "wish": [],
    } | changes


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("spoken", ["12345", "浙a·12345", "5678", "李明", "lm"], ids=str)
def test_a_caller_is_found_by_plate_phone_tail_name_and_initials(desk, car, spoken):
    car.owner.index()
    assert f"?vehicle={car.pk}" in text(desk.get("/appointments/new/callers/", {"q": spoken}))


def test_an_unknown_caller_can_be_entered_and_booked_at_once(desk):
    assert "picker-none" in text(desk.get("/appointments/new/callers/", {"q": "nobody"}))
    data = {"new-name": "周杰", "new-phone": "13900001111", "new-plate": "浙ad00001", "new-vin": ""}
    answer = desk.post("/appointments/new/caller/", data)
    vehicle = Vehicle.objects.get()
    assert answer.url == f"{NEW}?vehicle={vehicle.pk}"
    assert (vehicle.plate, vehicle.owner.phone) == ("浙AD00001", "+8613900001111")
    assert "周杰" in text(desk.get(answer.url))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"new-phone": "1390000"}, "phone"),
        ({"new-plate": "A12345"}, "plate"),
        ({"new-vin": "LSVAG2180E2I00001"}, "vin"),
        ({"new-name": ""}, "name"),
    ],
)
def test_a_new_caller_with_wrong_data_is_not_half_saved(desk, changes, wrong):
    data = {"new-name": "周杰", "new-phone": "13900001111", "new-plate": "浙A00001", "new-vin": ""} | changes
    answer = desk.post("/appointments/new/caller/", data)
    assert answer.status_code == 422
    assert wrong in answer.context["caller_form"].errors
    assert not Customer.objects.exists()
    assert changes.get("new-phone", "周杰") in text(answer) or wrong == "name"


def test_the_page_shows_the_file_and_offers_what_was_recommended(cast, desk, car):
    operation = make_operation(cast.store, "RB001", name="更换前刹车片")
    Recommendation.objects.create(
        vehicle=car, text="前刹车片磨损", operation_code="RB001", source="x", created_at=clock.now()
    )
    ServiceRecord.objects.create(
        vehicle=car, store=cast.store, reference="W1", arrived_on=clock.today(), description="更换机油"
    )
    page = text(desk.get(NEW, {"vehicle": car.pk}))
    assert "前刹车片磨损" in page
    assert "更换机油" in page
    assert f"operation:{operation.pk}@recommended" in page
    offered = desk.get(NEW, {"vehicle": car.pk, "add": f"operation:{operation.pk}@recommended"})
    assert [(r.thing, r.wish) for r in offered.context["draft"].rows] == [(operation, "recommended")]


def test_items_are_priced_at_once_and_decide_the_slots(cast, desk, car):
    package = make_package(cast.store)
    hits = text(desk.get("/appointments/new/things/", {"thing": "Package"}))
    assert f"package:{package.pk}" in hits
    assert "678.00" in hits
    answer = desk.post(DRAFT, typed(car, add=f"package:{package.pk}"))
    draft = answer.context["draft"]
    assert (draft.hours, draft.amount) == (Decimal("1.0"), Decimal("678.00"))
    longer = desk.post(
        DRAFT, typed(car, item=[f"package:{package.pk}"], quantity=["3"], wish=["required"])
    ).context
    assert longer["needs"].duration == timedelta(hours=3)
    assert longer["draft"].rows[0].wish == "required"
    removed = desk.post(DRAFT, typed(car, item=[f"package:{package.pk}"], remove="0"))
    assert removed.context["draft"].rows == []
    assert not Appointment.objects.exists()


def test_for_htmx_only_what_depends_on_the_items_comes_back(desk, car):
    answer = text(desk.post(DRAFT, typed(car), headers={"HX-Request": "true"}))
    assert "<html" not in answer
    assert 'id="slots"' in answer
    assert 'id="readback" hx-swap-oob="true"' in answer


def test_the_read_back_tells_the_whole_appointment(cast, desk, car):
    page = text(desk.post(DRAFT, typed(car)))
    readback = page[page.index('id="readback"') :]
    for word in ("李明", "浙A12345", cast.advisor.name, "09:45"):
        assert word in readback


def test_booking_goes_to_the_appointment(cast, desk, car):
    part = make_part(cast.store)
    data = typed(car, item=[f"part:{part.pk}"], quantity=["2"], wish=["required"], odometer_km="41,000")
    answer = desk.post(NEW, data)
    appointment = Appointment.objects.get()
    assert answer.url == f"/appointments/{appointment.pk}/"
    assert appointment.contact_phone == "+8613812345678"
    assert appointment.customer_words == "刹车有异响"
    assert appointment.odometer_km == 41_000
    assert appointment.items.get().amount == Decimal("199.00")
    assert appointment.booked_by == cast.advisor


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"contact_phone": "not a phone"}, "contact_phone"),
        ({"contact_name": ""}, "contact_name"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": "next tuesday"}, "starts_at"),
        ({"starts_at": "2020-01-01T09:00:00+08:00"}, "starts_at"),
        ({"starts_at": "2026-13-45T99:00:00+08:00"}, "starts_at"),
        ({"odometer_km": "39000"}, "odometer_km"),
        ({"odometer_km": "-5"}, "odometer_km"),
        ({"channel": "maker"}, "channel"),
        ({"kind": "lunch"}, "kind"),
        ({"advisor": "999999"}, "advisor"),
        ({"customer_words": "x" * 2001}, "customer_words"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(desk, car, changes, wrong):
    answer = desk.post(NEW, typed(car, **changes))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {wrong}
    assert "刹车有异响" in text(answer) or wrong == "customer_words"
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("quantity", ["0", "-1", "lots", "1e9", "NaN", "1000"])
def test_a_wrong_quantity_is_said_beside_its_line(cast, desk, car, quantity):
    part = make_part(cast.store)
    answer = desk.post(NEW, typed(car, item=[f"part:{part.pk}"], quantity=[quantity], wish=["wished"]))
    assert answer.status_code == 422
    assert answer.context["draft"].rows[0].error
    assert f'value="{quantity}"' in text(answer)


def test_script_in_text_is_text(desk, car):
    desk.post(NEW, typed(car, customer_words="<script>alert(1)</script>"))
    page = text(desk.get(f"/appointments/{Appointment.objects.get().pk}/"))
    assert "&lt;script&gt;alert(1)" in page


def test_a_taken_slot_keeps_everything_and_offers_the_next_three(cast, client):
    narrow_house(cast)
    client.force_login(cast.advisor)
    make_appointment(cast.store)
    car = make_vehicle(cast.store, "浙B77777", owner=make_customer(cast.store, "韩梅"))
    answer = client.post(NEW, typed(car, contact_name="韩梅", _once="abc"))
    assert answer.status_code == 409
    assert [a["at"] for a in answer.context["alternatives"]] == [tomorrow(10, m) for m in (0, 15, 30)]
    page = text(answer)
    assert "刹车有异响" in page
    assert "韩梅" in page
    assert page.count('id="alt-') == 3
    again = client.post(
        NEW, typed(car, starts_at=answer.context["alternatives"][0]["starts_at"], _once="abc")
    )
    assert again.status_code == 302, "the same form goes through with another time"


def test_a_closed_day_says_why_and_cannot_be_booked(cast, desk, car):
    CapacityDay.objects.create(
        store=cast.store, day=tomorrow().date(), is_closed=True, closed_reason="年终盘点"
    )
    page = desk.post(DRAFT, typed(car, day=f"{tomorrow():%Y-%m-%d}"))
    assert "年终盘点" in text(page)
    assert desk.post(NEW, typed(car)).status_code == 409
    assert not Appointment.objects.exists()


def test_a_double_press_books_once(desk, car):
    first = desk.post(NEW, typed(car, _once="t1"))
    second = desk.post(NEW, typed(car, _once="t1"))
    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_a_second_booking_of_the_same_car_is_shown_and_refused(cast, desk, car):
    first = make_appointment(cast.store, vehicle=car)
    assert first.number in text(desk.get(NEW, {"vehicle": car.pk}))
    answer = desk.post(NEW, typed(car))
    assert answer.status_code == 409
    assert first.number in answer.context["refused"].message


def test_a_car_of_another_store_is_masked_until_it_is_booked(cast, desk):
    theirs = make_vehicle(cast.other_store, "浙C55555", owner=make_customer(cast.other_store, "孙悟空"))
    hits = text(desk.get("/appointments/new/callers/", {"q": "55555"}))
    page = text(desk.get(NEW, {"vehicle": theirs.pk}))
    assert "孙悟空" not in hits + page
    assert "138 1234 5678" not in hits + page
    desk.post(NEW, typed(theirs, contact_name="孙先生"))
    assert Vehicle.objects.visible_to(cast.advisor).filter(pk=theirs.pk).exists()


def test_a_car_of_another_group_does_not_exist(cast, desk):
    foreign = make_vehicle(cast.foreign_store, "沪A11111")
    assert "?vehicle=" not in text(desk.get("/appointments/new/callers/", {"q": "11111"}))
    assert desk.get(NEW, {"vehicle": foreign.pk}).context.get("vehicle") is None
    assert desk.post(NEW, typed(foreign)).status_code == 422


def test_a_technician_may_not_book(cast, client):
    client.force_login(cast.technician)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {}).status_code == 403


@pytest.mark.parametrize(
    "query", ["vehicle=abc", "vehicle=99999999999999999999", "day=31-31-31", "add=roof:1"]
)
def test_nonsense_in_the_address_is_no_error(desk, car, query):
    prefix = f"vehicle={car.pk}&" if not query.startswith("vehicle") else ""
    assert desk.get(f"{NEW}?{prefix}{query}").status_code == 200


def test_the_page_costs_the_same_however_much_is_booked_and_kept(cast, desk, car):
    rows = [make_operation(cast.store, f"Q{n}", flat_rate_hours=Decimal("0.1")) for n in range(30)]
    costs = []
    desk.get(f"{NEW}?vehicle={car.pk}")
    for count in (3, 30):
        keys = [f"operation:{row.pk}" for row in rows[:count]]
        data = typed(car, item=keys, quantity=["1"] * count, wish=["wished"] * count)
        with CaptureQueriesContext(connection) as queries:
            assert desk.post(DRAFT, data, headers={"HX-Request": "true"}).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 20
