"""The phone rings in the middle: what was typed waits for its owner, and for nobody else."""

import uuid
from datetime import timedelta

import pytest

from apps.appointments import kept
from apps.appointments.models import Appointment, BookingDraft, WaitingEntry
from apps.capacity.models import Reservation
from apps.core import clock
from tests.appointments.factories import make_appointment, make_package, make_vehicle
from tests.appointments.test_booking_page import DRAFT, NEW, text, typed
from tests.capacity.factories import narrow_house, tomorrow

KEPT = "/appointments/new/kept/"
KEY = "0b7c2f4e-0d0e-4a52-9d11-2f3f5c1f7a01"


@pytest.fixture
def car(cast):
    return make_vehicle(cast.store, "浙A12345")


def test_every_change_on_the_page_is_kept_and_holds_nothing(cast, desk, car):
    package = make_package(cast.store)
    desk.post(DRAFT, typed(car, kept=KEY, add=f"package:{package.pk}", customer_words="刹车有异响"))
    row = BookingDraft.objects.get()
    assert (row.owner, row.vehicle, row.plate, row.name) == (cast.advisor, car, "浙A12345", "李明")
    assert row.data["item"] == [f"package:{package.pk}"]
    assert not {"csrfmiddlewaretoken", "_once", "add"} & set(row.data)
    assert not Reservation.objects.exists()
    desk.post(DRAFT, typed(car, kept=KEY, customer_words="方向盘抖动"))
    assert [r.data["customer_words"] for r in BookingDraft.objects.all()] == [["方向盘抖动"]]


def test_a_new_caller_is_a_key_away_and_coming_back_brings_everything(cast, desk, car):
    package = make_package(cast.store)
    left = typed(
        car, kept=KEY, item=[f"package:{package.pk}"], quantity=["2"], wish=["required"], people="3",
        contact_name="李太太", kind="express", odometer_km="45,000 km",
    )  # fmt: skip
    assert desk.post(KEPT, left).url == NEW
    page = text(desk.get(NEW))
    assert f"{NEW}?kept={KEY}" in page
    assert "李太太" in page
    assert KEY in text(desk.get("/work/"))
    back = desk.get(NEW, {"kept": KEY})
    form, draft = back.context["form"], back.context["draft"]
    assert {name: form[name].value() for name in ("contact_name", "people", "kind", "odometer_km")} == {
        "contact_name": "李太太", "people": "3", "kind": "express", "odometer_km": "45,000 km",
    }  # fmt: skip
    assert form["customer_words"].value() == "刹车有异响"
    assert [(r.thing, r.quantity_text, r.wish) for r in draft.rows] == [(package, "2", "required")]
    assert back.context["slot"].starts_at == tomorrow(9)
    assert back.context["gone"] is None
    assert list(back.context["kept_rows"]) == [], "the one at hand is not offered to return to"


def test_a_caller_who_is_not_on_file_yet_is_kept_as_well(desk):
    desk.post(KEPT, {"kept": KEY, "new-name": "周杰", "new-plate": "浙A0", "new-phone": "139"})
    page = desk.get(NEW, {"kept": KEY})
    assert page.context["is_new"]
    for said in ("周杰", "浙A0", "139"):
        assert f'value="{said}"' in text(page)
    data = {
        "kept": KEY,
        "new-name": "周杰",
        "new-phone": "13900001111",
        "new-plate": "浙A00001",
        "new-vin": "",
    }
    assert desk.post("/appointments/new/caller/", data).status_code == 302
    assert not BookingDraft.objects.exists()


def test_an_empty_page_is_not_worth_keeping(desk):
    assert desk.post(KEPT, {"kept": KEY, "new-name": ""}).status_code == 302
    assert desk.post(KEPT, {"kept": "roof", "new-name": "周杰"}).status_code == 302
    assert not BookingDraft.objects.exists()


def test_a_time_that_is_gone_meanwhile_is_said(cast, client, car):
    narrow_house(cast)
    client.force_login(cast.advisor)
    client.post(KEPT, typed(car, kept=KEY, quiet="1"))
    make_appointment(cast.store)
    back = client.get(NEW, {"kept": KEY})
    assert back.context["gone"] == tomorrow(9)
    assert 'id="gone"' in text(back)
    assert "刹车有异响" in text(back)


@pytest.mark.parametrize(
    ("address", "more"), [("", ()), ("waiting/", ("wish-from_day", "wish-till_day"))], ids=["booked", "waits"]
)
def test_what_is_booked_or_waits_is_not_kept_any_more(desk, car, address, more):
    day = f"{tomorrow():%Y-%m-%d}"
    data = typed(car, kept=KEY, _once="abc") | dict.fromkeys(more, day)
    desk.post(DRAFT, data)
    assert BookingDraft.objects.exists()
    assert desk.post(NEW + address, data).status_code == 302
    assert Appointment.objects.count() + WaitingEntry.objects.count() == 1
    assert not BookingDraft.objects.exists()
    desk.post(DRAFT, data)  # an answer that the booking has overtaken
    assert not BookingDraft.objects.exists()


def test_a_refused_booking_stays_kept(cast, desk, car):
    desk.post(DRAFT, typed(car, kept=KEY))
    assert desk.post(NEW, typed(car, kept=KEY, contact_phone="1")).status_code == 422
    assert BookingDraft.objects.exists()


def test_only_its_owner_sees_returns_to_and_discards_it(cast, desk, client, car):
    desk.post(DRAFT, typed(car, kept=KEY))
    for other in (cast.reception_supervisor, cast.service_manager, cast.stranger):
        client.force_login(other)
        assert KEY not in text(client.get(NEW)) + text(client.get("/work/"))
        assert client.get(NEW, {"kept": KEY}).status_code == 302
        assert client.post(f"{KEPT}{KEY}/discard/").status_code == 404
        client.post(KEPT, {"kept": KEY, "new-name": "x"})  # the same key is another row for another person
        assert BookingDraft.objects.get(owner=cast.advisor).vehicle == car
    client.force_login(cast.advisor)
    assert client.post(f"{KEPT}{KEY}/discard/").url == NEW
    assert not BookingDraft.objects.filter(owner=cast.advisor).exists()


def test_a_technician_keeps_nothing(cast, client):
    client.force_login(cast.technician)
    assert client.post(KEPT, {}).status_code == 403


def test_five_are_kept_and_the_oldest_goes(desk, car):
    keys = [str(uuid.uuid4()) for _n in range(6)]
    for key in keys:
        desk.post(KEPT, typed(car, kept=key))
    assert {str(row.key) for row in BookingDraft.objects.all()} == set(keys[1:])


def test_after_twelve_hours_nobody_finds_it_and_it_is_deleted(cast, desk, car):
    desk.post(KEPT, typed(car, kept=KEY))
    assert kept.forget_old(clock.now() + timedelta(hours=11)) == 0
    BookingDraft.objects.update(saved_at=clock.now() - timedelta(hours=12, minutes=1))
    assert KEY not in text(desk.get(NEW))
    assert desk.get(NEW, {"kept": KEY}).status_code == 302
    assert kept.forget_old() == 1


def test_script_that_was_typed_is_text(desk, car):
    desk.post(KEPT, typed(car, kept=KEY, contact_name="<script>x</script>"))
    assert "<script>x" not in text(desk.get(NEW)) + text(desk.get(NEW, {"kept": KEY}))
