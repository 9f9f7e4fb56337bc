"""The day list, one appointment, and what is done with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.appointments import services
from apps.appointments.models import Appointment
from apps.core import clock
from apps.core.registry import registry
from apps.desk.models import Event
from tests.appointments.factories import make_appointment, make_vehicle
from tests.capacity.factories import narrow_house, tomorrow

LIST = "/appointments/"


@pytest.fixture
def desk(cast, client):
    client.force_login(cast.advisor)
    return client


def url(appointment, verb=""):
    return f"/appointments/{appointment.pk}/{verb}"


def text(response):
    return response.content.decode()


def overdue(appointment):
    """As it stands an hour after the customer should have come."""
    now = clock.now()
    Appointment.objects.filter(pk=appointment.pk).update(
        arrives_at=now - timedelta(hours=1), ready_at=now + timedelta(hours=1)
    )
    appointment.refresh_from_db()
    return appointment


def test_the_list_shows_one_day_and_switches(cast, desk):
    appointment = make_appointment(cast.store)
    day = {"day": f"{appointment.arrives_at:%Y-%m-%d}"}
    assert appointment.number in text(desk.get(LIST, day))
    assert appointment.number not in text(desk.get(LIST, {"day": "2020-01-01"}))
    assert appointment.number not in text(desk.get(LIST, day | {"status": "confirmed"}))
    assert appointment.number not in text(desk.get(LIST, day | {"advisor": cast.manager.pk}))
    assert "<html" not in text(desk.get(LIST, day, headers={"HX-Request": "true"}))


@pytest.mark.parametrize("query", [{"day": "x"}, {"day": "2026-02-31"}, {"advisor": "x"}, {"status": "x"}])
def test_nonsense_in_a_filter_is_left_out(desk, query):
    assert desk.get(LIST, query).status_code == 200


def test_the_list_costs_the_same_for_3_and_100_rows(cast, desk):
    template = make_appointment(cast.store)
    costs = []
    for count in (3, 100):
        for n in range(count):
            template.pk, template.holder, template.number = None, None, f"X-{count}-{n}"
            template.vehicle = make_vehicle(cast.store, f"浙X{count:03d}{n:02d}")
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            page = text(desk.get(LIST, {"day": f"{template.arrives_at:%Y-%m-%d}"}))
        costs.append(len(queries))
    assert page.count("X-100-") == 100
    assert costs[1] <= costs[0], "the first request also fills the session"


def test_the_detail_shows_items_what_is_held_the_ledger_and_the_history(cast, desk):
    appointment = make_appointment(cast.store, by=cast.advisor, customer_words="空调不凉")
    page = text(desk.get(url(appointment)))
    for word in ("空调不凉", "Operation M001", "280.00", "AP-HZ01", "ledger", cast.technician.name):
        assert word in page


def test_the_history_of_a_booking_says_who_takes_it_since_it_changed_places(cast, desk):
    appointment = make_appointment(cast.store)
    names = {"was": "钱一", "now": "孙二"}
    Event.record("capacity.rearranged", about=appointment.holder, by=None, personal=names)
    assert "由 钱一 调至 孙二" in text(desk.get(url(appointment)))


def test_confirming_and_a_stale_tab(cast, desk):
    appointment = make_appointment(cast.store)
    assert desk.post(url(appointment, "confirmation/"), {"version": 0}).status_code == 302
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"
    stale = desk.post(url(appointment, "cancellation/"), {"cancel-reason": "x", "cancel-version": 0})
    assert stale.status_code == 409
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"


def test_cancelling_asks_for_a_reason(cast, desk):
    appointment = make_appointment(cast.store)
    refused = desk.post(url(appointment, "cancellation/"), {"cancel-reason": "", "cancel-version": 0})
    assert refused.status_code == 422
    assert "data-open" in text(refused)
    done = desk.post(url(appointment, "cancellation/"), {"cancel-reason": "车卖了", "cancel-version": 0})
    assert done.status_code == 302
    assert "车卖了" in text(desk.get(url(appointment)))


def test_a_no_show_is_offered_only_after_the_time(cast, desk):
    appointment = make_appointment(cast.store)
    assert "no-show-dialog" not in text(desk.get(url(appointment)))
    early = {"no_show-reason": "x", "no_show-version": 0}
    assert desk.post(url(appointment, "no-show/"), early).status_code == 409
    overdue(appointment)
    assert "no-show-dialog" in text(desk.get(url(appointment)))
    assert desk.post(url(appointment, "no-show/"), early).status_code == 302
    appointment.refresh_from_db()
    assert appointment.status == "no_show"


def test_moving_to_another_time(cast, desk):
    narrow_house(cast)
    appointment = make_appointment(cast.store)
    page = desk.get(url(appointment, "reschedule/"))
    assert tomorrow(9, 15) in [s.starts_at for s in page.context["slots"]], "its own time is not in its way"
    data = {"starts_at": tomorrow(14).isoformat(), "version": 0, "advisor": cast.advisor.pk, "reason": ""}
    assert desk.post(url(appointment, "reschedule/"), data).status_code == 302
    appointment.refresh_from_db()
    assert appointment.arrives_at == tomorrow(14)


def test_moving_to_a_taken_time_keeps_the_old_and_offers_others(cast, desk):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(14))
    appointment = make_appointment(cast.store)
    data = {"starts_at": tomorrow(14).isoformat(), "version": 0, "advisor": "", "reason": "晚点来"}
    answer = desk.post(url(appointment, "reschedule/"), data)
    assert answer.status_code == 409
    assert len(answer.context["alternatives"]) == 3
    assert "晚点来" in text(answer)
    appointment.refresh_from_db()
    assert appointment.arrives_at == tomorrow(9)


@pytest.mark.parametrize("starts_at", ["", "x", "2020-01-01T09:00:00+08:00"])
def test_moving_without_a_usable_time(cast, desk, starts_at):
    appointment = make_appointment(cast.store)
    answer = desk.post(url(appointment, "reschedule/"), {"starts_at": starts_at, "version": 0})
    assert answer.status_code == 422
    assert "starts_at" in answer.context["form"].errors


@pytest.mark.parametrize("verb", ["confirmation/", "cancellation/", "no-show/"])
def test_an_act_is_no_get(cast, desk, verb):
    assert desk.get(url(make_appointment(cast.store), verb)).status_code == 405


@pytest.mark.parametrize("verb", ["", "reschedule/", "confirmation/", "cancellation/", "no-show/"])
@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_people_of_another_store_find_nothing(cast, client, verb, who):
    appointment = make_appointment(cast.store)
    client.force_login(getattr(cast, who))
    call = client.get if verb in ("", "reschedule/") else client.post
    assert call(url(appointment, verb)).status_code == 404


def test_a_technician_reads_and_does_not_act(cast, client):
    appointment = make_appointment(cast.store)
    client.force_login(cast.technician)
    assert "reschedule" not in text(client.get(url(appointment)))
    assert client.post(url(appointment, "confirmation/"), {"version": 0}).status_code == 403


def test_my_work_names_todays_own_appointments(cast, desk):
    appointment = overdue(make_appointment(cast.store))
    if clock.today() != appointment.arrives_at.astimezone().date():
        pytest.skip("an hour ago was yesterday")
    assert appointment.number in text(desk.get("/work/"))
    services.mark_arrived(appointment, by=cast.advisor)
    assert appointment.number not in text(desk.get("/work/"))


def test_it_is_found_by_its_number_and_offered_on_the_vehicles_page(cast, desk):
    appointment = make_appointment(cast.store)
    assert appointment.number in text(desk.get("/search/", {"q": appointment.number[3:]}))
    actions = registry.actions_for("vehicle", appointment.vehicle, cast.advisor)
    assert f"/appointments/new/?vehicle={appointment.vehicle_id}" in [a["url"] for a in actions]
    assert not [
        a for a in registry.actions_for("vehicle", appointment.vehicle, cast.technician) if "new" in a["url"]
    ]
