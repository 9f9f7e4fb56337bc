"""The settings page: what the store works with and when."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.capacity.models import Absence, CapacityDay, OpeningHours, Resource
from apps.capacity.services import reserve
from apps.capacity.slots import Needs
from apps.desk.models import Event
from tests.appointments.factories import make_appointment
from tests.capacity.factories import bay, furnish, narrow_house, technician, tomorrow

OVERVIEW = "/capacity/"


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


def post(client, name, data, **kwargs):
    return client.post(reverse(name, kwargs=kwargs), data)


def test_the_overview_shows_what_slots_are_made_of(cast, manager):
    furnish(cast.store)
    page = manager.get(OVERVIEW).content.decode()
    assert cast.technician.name in page
    assert page.count("/capacity/resources/") == Resource.objects.count()
    assert "08:00–18:00" in page


def test_a_bare_store_is_told_what_to_do_first(manager):
    assert reverse("capacity:hours") in manager.get(OVERVIEW).content.decode()


def test_the_overview_costs_the_same_for_3_and_100_bays(cast, manager):
    costs = []
    for count in (3, 100):
        for n in range(count):
            bay(cast.store, f"Bay {count}-{n}")
        with CaptureQueriesContext(connection) as queries:
            manager.get(OVERVIEW)
        costs.append(len([q for q in queries if "capacity_" in q["sql"]]))
    assert costs == [6, 6]


def test_the_manager_adds_a_bay(cast, manager):
    data = {"name": " Bay 9 ", "bay_kind": "general", "order": "", "is_active": "on"}
    assert post(manager, "capacity:bay_create", data).status_code == 302
    assert Resource.objects.get().name == "Bay 9"
    assert Event.objects.filter(kind="capacity.resource_saved").exists()


def test_pressed_twice_makes_one_bay_and_leads_to_it(cast, manager):
    data = {"name": "Bay 9", "bay_kind": "general", "is_active": "on", "_once": "k"}
    assert [post(manager, "capacity:bay_create", data).status_code for _press in range(2)] == [302, 302]
    assert Resource.objects.count() == 1


def test_a_second_bay_of_the_same_name_is_refused_beside_the_field(cast, manager):
    bay(cast.store, "Bay 1")
    data = {"name": "Bay 1", "bay_kind": "general", "is_active": "on"}
    answer = post(manager, "capacity:bay_create", data)
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_a_technician_is_a_person_with_skills(cast, manager):
    data = {"person": cast.technician.pk, "level_general": 2, "level_ev": 3, "is_active": "on", "team": "A"}
    assert post(manager, "capacity:technician_create", data).status_code == 302
    row = Resource.objects.get()
    assert (row.name, row.skills) == (cast.technician.name, ["general", "ev"])
    assert (row.level_of("general"), row.level_of("ev"), row.level_of("paint")) == (2, 3, 0)
    again = post(manager, "capacity:technician_create", data)
    assert "person" in again.context["form"].errors, "nobody is there twice"


def test_a_permit_has_a_last_day_that_can_be_changed_and_taken_away(cast, manager):
    data = {"person": cast.technician.pk, "level_general": 2, "level_ev": 2, "is_active": "on"}
    idle = post(manager, "capacity:technician_create", data | {"until_paint": "2027-01-01"})
    assert idle.context["form"].errors["level_paint"]
    post(manager, "capacity:technician_create", data | {"until_ev": "2027-03-31"})
    row = Resource.objects.get()
    assert {p.skill: str(p.valid_until) for p in row.qualifications.all()} == {"ev": "2027-03-31"}
    url = reverse("capacity:resource_update", kwargs={"pk": row.pk})
    assert "2027-03-31" in manager.get(url).content.decode()
    wrong = manager.post(url, data | {"until_ev": "soon", "version": 0, "order": 0})
    assert wrong.context["form"].errors["until_ev"]
    assert "soon" in wrong.content.decode()
    manager.post(url, data | {"until_ev": "", "version": row.version, "order": 0})
    assert not row.qualifications.exists()


def test_an_advisor_of_another_store_cannot_be_chosen(cast, manager):
    answer = post(manager, "capacity:advisor_create", {"person": cast.neighbour.pk, "is_active": "on"})
    assert answer.status_code == 422


def test_a_stale_tab_shows_both_values(cast, manager):
    row = technician(cast.store, cast.technician)
    url = reverse("capacity:resource_update", kwargs={"pk": row.pk})
    data = {"level_general": 2, "is_active": "on", "version": 0, "order": 0}
    assert manager.post(url, data | {"team": "First"}).status_code == 302
    answer = manager.post(url, data | {"team": "Second"})
    assert answer.status_code == 422
    assert answer.context["form"].stale[0]["theirs"] == "First"


@pytest.fixture
def booked(cast):
    """One booking tomorrow at nine in the only bay."""
    narrow_house(cast)
    return reserve(
        cast.store, needs=Needs.of(timedelta(hours=1), "general"), starts_at=tomorrow(), label="浙A99"
    )[0]


def refused_once(manager, url, data):
    """The edit is shown with what it breaks and saves nothing; agreed to, it goes through."""
    shown = manager.post(url, data)
    assert shown.status_code == 422
    assert "浙A99" in shown.content.decode()
    stale = manager.post(url, data | {"seen": "0"})
    assert stale.status_code == 422, "agreed to other bookings than these"
    assert manager.post(url, data | {"seen": shown.context["fingerprint"]}).status_code == 302


def test_taking_a_booked_bay_out_of_use_lists_what_it_breaks(booked, manager):
    row = Resource.objects.get(kind="bay")
    url = reverse("capacity:resource_update", kwargs={"pk": row.pk})
    refused_once(manager, url, {"name": row.name, "bay_kind": "general", "version": 0, "order": 0})
    row.refresh_from_db()
    assert not row.is_active
    assert booked.reservations.count() == 3, "what was promised stays until somebody moves it"


def test_closing_a_booked_day_lists_what_it_breaks(booked, manager):
    refused_once(
        manager, reverse("capacity:closure_create"), {"day": tomorrow().date(), "reason": "Stocktaking"}
    )
    assert CapacityDay.objects.filter(is_closed=True).count() == 1


def test_an_absence_over_a_booking_lists_it_and_one_beside_it_does_not(booked, cast, manager):
    me = Resource.objects.get(kind="technician")
    url = reverse("capacity:absence_create")
    span = {"from_at": f"{tomorrow(8):%Y-%m-%dT%H:%M}", "till_at": f"{tomorrow(9, 15):%Y-%m-%dT%H:%M}"}
    assert manager.post(url, {"resource": me.pk, "reason": "", **span}).status_code == 302
    span["till_at"] = f"{tomorrow(9, 30):%Y-%m-%dT%H:%M}"
    refused_once(manager, url, {"resource": me.pk, "reason": "", **span})


def test_shorter_hours_list_the_bookings_outside_of_them(booked, manager):
    def week(opens):
        return {f"{name}_{n}": t for n in range(1, 8) for name, t in (("opens", opens), ("closes", "18:00"))}

    url = reverse("capacity:hours")
    assert manager.post(url, week("09:00")).status_code == 302
    refused_once(manager, url, week("09:15"))


def test_a_broken_booking_is_linked_to_its_page(cast, manager):
    appointment = make_appointment(cast.store)
    day = timezone.localdate(appointment.arrives_at)
    page = post(manager, "capacity:closure_create", {"day": day, "reason": "Stocktaking"}).content.decode()
    assert reverse("appointments:detail", args=[appointment.pk]) in page


def test_hours_are_set_for_the_week(cast, manager):
    data = {f"{name}_{n}": t for n in range(1, 6) for name, t in (("opens", "08:30"), ("closes", "17:30"))}
    assert post(manager, "capacity:hours", data).status_code == 302
    assert OpeningHours.objects.count() == 5
    assert OpeningHours.objects.get(weekday=1).opens == time(8, 30)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"opens_1": "08:00"}, "closes_1"),
        ({"opens_1": "18:00", "closes_1": "08:00"}, "closes_1"),
        ({"opens_1": "08:07", "closes_1": "18:00"}, "opens_1"),
        ({"opens_1": "8 o'clock", "closes_1": "18:00"}, "opens_1"),
    ],
)
def test_wrong_hours_are_said_beside_the_field_and_kept(manager, typed, wrong):
    answer = post(manager, "capacity:hours", typed)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert not OpeningHours.objects.exists()
    assert typed["opens_1"].replace("'", "&#x27;") in answer.content.decode()


def test_a_day_is_closed_and_opened_again(cast, manager):
    day = tomorrow().date()
    assert post(manager, "capacity:closure_create", {"day": day, "reason": "Stocktaking"}).status_code == 302
    again = post(manager, "capacity:closure_create", {"day": day, "reason": "Stocktaking"})
    assert again.status_code == 422
    row = CapacityDay.objects.get()
    assert post(manager, "capacity:closure_reopen", {}, pk=row.pk).status_code == 302
    row.refresh_from_db()
    assert not row.is_closed


def test_a_day_that_is_over_cannot_be_closed(manager):
    data = {"day": (tomorrow() - timedelta(days=3)).date(), "reason": "x"}
    assert "day" in post(manager, "capacity:closure_create", data).context["form"].errors


def test_an_absence_is_entered_and_removed(cast, manager):
    row = technician(cast.store, cast.technician)
    data = {
        "resource": row.pk,
        "from_at": f"{tomorrow(9):%Y-%m-%dT%H:%M}",
        "till_at": f"{tomorrow(12):%Y-%m-%dT%H:%M}",
        "reason": "Training",
    }
    assert post(manager, "capacity:absence_create", data | {"till_at": data["from_at"]}).status_code == 422
    assert post(manager, "capacity:absence_create", data).status_code == 302
    absence = Absence.objects.get()
    assert absence.during.lower == tomorrow(9)
    assert post(manager, "capacity:absence_remove", {}, pk=absence.pk).status_code == 302
    assert not Absence.objects.exists()


def test_an_advisor_may_not_and_a_stranger_sees_nothing(cast, client):
    lift = bay(cast.store, "Lift 7")
    url = reverse("capacity:resource_update", kwargs={"pk": lift.pk})
    client.force_login(cast.advisor)
    assert client.get(OVERVIEW).status_code == 403
    cast.stranger.role = "service_manager"
    cast.stranger.save()
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404
    assert lift.name not in client.get(OVERVIEW).content.decode()


def test_the_api_offers_slots_and_says_why_times_are_closed(cast, client):
    narrow_house(cast)
    reserve(cast.store, needs=Needs.of(timedelta(hours=1), "general"), starts_at=tomorrow(), label="x")
    client.force_login(cast.advisor)
    answer = client.get("/api/v1/slots/", {"date_from": tomorrow().date(), "duration_minutes": 60})
    (day,) = answer.json()
    assert day["slots"][0]["reason"]
    assert {"from_at", "till_at", "reasons"} == set(day["closed"][0])
    wrong = client.get("/api/v1/slots/", {"duration_minutes": 0, "bay_kind": "roof"})
    assert wrong.status_code == 400
    assert set(wrong.json()["fields"]) == {"duration_minutes", "bay_kind"}
    other = client.get("/api/v1/slots/", {"store": cast.other_store.pk})
    assert other.status_code == 404


def test_the_api_lists_bays_and_technicians_of_the_own_store(cast, client):
    furnish(cast.store)
    bay(cast.other_store, "Theirs")
    client.force_login(cast.advisor)
    names = [row["name"] for row in client.get("/api/v1/bays/?page_size=100").json()["results"]]
    assert len(names) == 15
    assert client.get("/api/v1/technicians/").json()["results"][0]["skills"]
