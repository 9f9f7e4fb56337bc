"""The waiting list on the pages: from the full day to the answer by link, with everything typed wrong."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from apps.appointments import waiting
from apps.appointments.models import Appointment, WaitingEntry
from apps.capacity import breaking
from apps.desk.models import Link
from apps.messaging.models import Message
from tests.appointments.factories import make_appointment, make_package, make_vehicle, settle
from tests.appointments.waiting_house import HOUR, cancel, house, midmorning, status, wait, watch
from tests.capacity.factories import tomorrow

__all__ = ["house", "midmorning", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]
NEW, LIST = "/appointments/new/waiting/", "/appointments/waiting/"


@pytest.fixture
def desk(house, client):
    client.force_login(house.advisor)
    return client


@pytest.fixture
def car(house):
    return make_vehicle(house.store, "浙A12345")


def typed(vehicle, **changes):
    """The booking page as the advisor has filled it in, with the wish."""
    day = f"{tomorrow():%Y-%m-%d}"
    return {
        "vehicle": vehicle.pk,
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
        "wish-from_day": day,
        "wish-till_day": day,
        "wish-from_time": "",
        "wish-till_time": "",
    } | changes


def offered(house, **wish):
    """Somebody who is offered a time, as found by another request, and the address that was sent."""
    entry = wait(house, **wish)
    cancel(house.full)
    entry.refresh_from_db()
    return entry, Message.objects.about(entry).get().params["url"]


def path_of(url):
    return re.sub(r"^https?://[^/]+", "", url)


def test_a_full_day_leads_to_the_list_with_everything_typed(house, desk, car):
    page = desk.get(f"/appointments/new/?vehicle={car.pk}&day={tomorrow():%Y-%m-%d}")
    form = page.context["wish_form"]
    assert f'value="{form.initial["from_day"]:%Y-%m-%d}"' in page.content.decode()
    package = make_package(house.store)
    data = typed(
        car,
        item=[f"package:{package.pk}"],
        quantity=["2"],
        wish=["required"],
        advisor=house.advisor.pk,
        odometer_km="41,000 km",
        **{"wish-from_time": "09:00", "wish-till_time": "11:30"},
    )
    answer = desk.post(NEW, data, follow=True)
    entry = WaitingEntry.objects.get()
    assert answer.redirect_chain == [(f"{LIST}{entry.pk}/", 302)]
    assert (entry.contact_phone, entry.customer_words, entry.odometer_km) == (
        "+8613812345678",
        "刹车有异响",
        41_000,
    )
    assert (entry.advisor, entry.recorded_by, entry.items.count()) == (house.advisor, house.advisor, 2)
    text = answer.content.decode()
    assert "刹车有异响" in text
    assert "09:00–11:30" in text
    assert "1,356.00" in text
    again = desk.get(f"/appointments/new/?vehicle={car.pk}").content.decode()
    assert entry.number in again, "the next caller's page says that the car waits"


@pytest.mark.parametrize(
    ("changes", "form", "field"),
    [
        ({"wish-from_day": ""}, "wish_form", "from_day"),
        ({"wish-till_day": "2020-01-01"}, "wish_form", "till_day"),
        ({"wish-till_day": "soon"}, "wish_form", "till_day"),
        ({"wish-from_day": "2099-01-02"}, "wish_form", "till_day"),
        ({"wish-from_time": "11:00", "wish-till_time": "09:00"}, "wish_form", "till_time"),
        ({"wish-from_time": "09:01", "wish-till_time": "09:02"}, "wish_form", "till_time"),
        ({"wish-from_time": "25:00"}, "wish_form", "from_time"),
        ({"contact_phone": "12"}, "form", "contact_phone"),
        ({"contact_name": ""}, "form", "contact_name"),
    ],
)
def test_what_was_typed_wrong_stands_beside_its_field_and_nothing_is_lost(desk, car, changes, form, field):
    answer = desk.post(NEW, typed(car, **changes))
    assert answer.status_code == 422
    assert field in answer.context[form].errors
    text = answer.content.decode()
    assert "刹车有异响" in text
    assert all(value in text for value in changes.values())
    assert 'id="wish" open' in text
    assert not WaitingEntry.objects.exists()


def test_a_wish_may_be_one_time(desk, car):
    answer = desk.post(NEW, typed(car, **{"wish-from_time": "09:00", "wish-till_time": "09:00"}))
    assert answer.status_code == 302
    assert WaitingEntry.objects.get().till_time == time(9)


def test_the_wished_days_follow_the_day_that_is_looked_at_until_another_is_typed(desk, car):
    first, second = (f"{tomorrow(days=n):%Y-%m-%d}" for n in (1, 2))
    moved = {"shown_day": first, "day": second, "wish-from_day": first, "wish-till_day": first}
    page = desk.post("/appointments/new/draft/", typed(car, **moved))
    assert f"{page.context['wish_form']['from_day'].value()}" == second
    page = desk.post("/appointments/new/draft/", typed(car, **moved | {"wish-till_day": second}))
    assert page.context["wish_form"]["from_day"].value() == first


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "vehicle_waits"),
        ({"wish-till_day": "2099-01-01"}, "wish_far"),
    ],
)
def test_what_the_rule_refuses_is_409_with_the_page_as_typed(house, desk, car, changes, code):
    if code == "vehicle_waits":
        wait(house, vehicle=car)
    answer = desk.post(NEW, typed(car, **changes))
    assert answer.status_code == 409
    assert answer.context["refused"].code == code
    assert "刹车有异响" in answer.content.decode()
    assert WaitingEntry.objects.count() == (code == "vehicle_waits")


def test_a_quantity_nobody_can_read_is_refused_too(house, desk, car):
    package = make_package(house.store)
    data = typed(car, item=[f"package:{package.pk}"], quantity=["two"], wish=["required"])
    assert desk.post(NEW, data).status_code == 422
    assert not WaitingEntry.objects.exists()


def test_two_presses_put_him_on_the_list_once(desk, car):
    data = typed(car, _once="abc")
    assert desk.post(NEW, data).url == desk.post(NEW, data).url
    assert WaitingEntry.objects.count() == 1


def test_the_list_shows_order_wish_offer_and_what_needs_a_call(house, desk):
    entry, _url = offered(house, hours="8.0")
    silent = wait(house, advisor=house.advisor)
    WaitingEntry.objects.filter(pk=silent.pk).update(unanswered=2, due_at=None)
    page = desk.get(LIST)
    rows = [row["entry"] for row in page.context["rows"]]
    assert [(row.place, row.pk) for row in rows] == [(1, entry.pk), (2, silent.pk)]
    text = page.content.decode()
    assert "promised" in text
    assert "两次未答复" in text
    assert desk.get(LIST, headers={"HX-Request": "true"}).content.decode().startswith("<section")
    waiting.withdraw(silent, reason="Sold", by=house.advisor)
    assert [row["entry"].pk for row in desk.get(LIST).context["rows"]] == [entry.pk]
    assert [row["entry"].pk for row in desk.get(LIST, {"closed": "1"}).context["rows"]] == [silent.pk]


def test_an_advisor_offers_a_chosen_time_and_books_it_on_the_phone(house, desk):
    entry = wait(house)
    page = desk.get(f"{LIST}{entry.pk}/?day={tomorrow(days=2):%Y-%m-%d}")
    start = page.context["slots"][4].starts_at
    assert desk.post(f"{LIST}{entry.pk}/offer/", {"version": entry.version}).status_code == 422
    taken = desk.post(
        f"{LIST}{entry.pk}/offer/", {"starts_at": tomorrow(9).isoformat(), "version": entry.version}
    )
    assert taken.status_code == 409
    assert len(taken.context["alternatives"]) == 3
    data = {"starts_at": start.isoformat(), "version": entry.version}
    assert desk.post(f"{LIST}{entry.pk}/offer/", data).status_code == 302
    assert desk.post(f"{LIST}{entry.pk}/offer/", data).status_code == 409, "a stale tab"
    text = desk.get(f"{LIST}{entry.pk}/").content.decode()
    assert "promised" in text
    assert 'form="answer"' in text
    answer = desk.post(f"{LIST}{entry.pk}/acceptance/", {"starts_at": start.isoformat()}, follow=True)
    appointment = Appointment.objects.get(vehicle=entry.vehicle)
    assert answer.redirect_chain[-1][0] == f"/appointments/{appointment.pk}/"
    assert (appointment.arrives_at, appointment.booked_by) == (start, house.advisor)
    assert appointment.number in desk.get(f"{LIST}{entry.pk}/").content.decode()
    assert desk.post(f"{LIST}{entry.pk}/acceptance/").status_code == 409


def test_no_on_the_phone_and_off_the_list_with_a_reason(house, desk):
    entry, _url = offered(house)
    assert desk.post(f"{LIST}{entry.pk}/refusal/", {"stays": "1"}).status_code == 302
    assert status(entry) == ["waiting"]
    url = f"{LIST}{entry.pk}/withdrawal/"
    refused = desk.post(url, {"reason": "", "version": entry.version})
    assert refused.status_code == 422
    assert "data-open" in refused.content.decode()
    assert desk.post(url, {"reason": "卖车了", "version": entry.version}).status_code == 302
    assert status(entry) == ["withdrawn"]
    assert "卖车了" in desk.get(f"{LIST}{entry.pk}/").content.decode()


def test_a_stranger_a_neighbour_and_a_technician(house, client):
    entry = wait(house)
    verbs = ("offer", "acceptance", "refusal", "withdrawal")
    for person in (house.stranger, house.neighbour):
        client.force_login(person)
        assert client.get(f"{LIST}{entry.pk}/").status_code == 404
        assert [client.post(f"{LIST}{entry.pk}/{verb}/").status_code for verb in verbs] == [404] * 4
        assert client.get(LIST).context["rows"] == []
    client.force_login(house.technician)
    assert client.get(f"{LIST}{entry.pk}/").status_code == 200
    assert [client.post(f"{LIST}{entry.pk}/{verb}/").status_code for verb in verbs] == [403] * 4
    client.force_login(house.advisor)
    assert [client.get(f"{LIST}{entry.pk}/{verb}/").status_code for verb in verbs] == [405] * 4


def test_the_vehicle_shows_what_it_waits_for_and_an_absence_names_the_offer(house, desk):
    entry, _url = offered(house)
    assert entry.number in desk.get(f"/vehicles/{entry.vehicle_id}/").content.decode()
    resource = entry.holder.reservations.filter(resource__kind="technician").get().resource
    (broken,) = breaking.by_leaving(resource)
    assert broken.url == f"{LIST}{entry.pk}/"


# -- the customer's link --------------------------------------------------------------------------


def ask(client, url, answer, starts_at):
    return client.post(path_of(url), {"answer": answer, "starts_at": starts_at.isoformat()})


def test_the_customer_says_yes_by_link_without_a_login(house, client):
    entry, url = offered(house)
    page = client.get(path_of(url))
    assert page.status_code == 200
    assert "08:00" in page.content.decode()
    assert ask(client, url, "accept", entry.starts_at).status_code == 302
    assert status(entry) == ["booked"]
    assert entry.appointment.booked_by is None
    assert entry.appointment.number in client.get(path_of(url)).content.decode()
    again = ask(client, url, "accept", entry.starts_at)
    assert again.status_code == 409
    assert entry.appointment.number in again.content.decode()
    assert Appointment.objects.filter(vehicle=entry.vehicle).count() == 1


@pytest.mark.parametrize(("answer", "becomes"), [("later", "waiting"), ("off", "declined")])
def test_the_customer_says_no_by_link(house, client, answer, becomes):
    entry, url = offered(house)
    assert ask(client, url, answer, entry.starts_at).status_code == 302
    assert status(entry) == [becomes]
    page = client.get(path_of(url))
    assert page.status_code == 200
    assert 'name="answer"' not in page.content.decode()


def test_an_old_page_cannot_accept_another_time_and_nonsense_changes_nothing(house, client):
    entry, url = offered(house)
    assert ask(client, url, "accept", tomorrow(9)).status_code == 409
    for data in ({}, {"answer": "accept"}, {"answer": "maybe", "starts_at": entry.starts_at.isoformat()}):
        assert client.post(path_of(url), data).status_code == 302
    assert client.post(path_of(url), {"answer": "accept", "starts_at": "soon"}).status_code == 302
    assert status(entry) == ["offered"]


def test_after_the_time_the_page_says_so_and_the_link_dies_with_the_wish(house, client, watch):
    entry, url = offered(house)
    Message.objects.update(state="sent")
    watch(entry.accept_until + timedelta(minutes=1))
    late = client.get(path_of(url))
    assert late.status_code == 200
    assert 'name="answer"' not in late.content.decode()
    assert ask(client, url, "accept", entry.starts_at).status_code == 409
    settle()
    assert client.get(path_of(url)).status_code == 200
    link = Link.objects.get(purpose=waiting.LINK)
    assert timezone.localdate(link.expires_at) == entry.till_day
    watch(link.expires_at + HOUR)
    assert client.get(path_of(url)).status_code == 404


def test_a_car_booked_elsewhere_meanwhile_is_told_on_the_link_page(house, client):
    entry, url = offered(house)
    other = make_appointment(house.store, vehicle=entry.vehicle, starts_at=tomorrow(10))
    Appointment.objects.filter(pk=other.pk).update(arrives_at=tomorrow(8), ready_at=tomorrow(9))
    answer = ask(client, url, "accept", entry.starts_at)
    assert answer.status_code == 409
    assert other.number in answer.content.decode()
    assert status(entry) == ["offered"]
