"""Who did not come is called once, asked why, and not asked any more once he is back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.appointments import services as appointments
from apps.callbacks import services
from apps.callbacks.models import NoShowTalk
from apps.calls.models import Call
from apps.core import clock
from apps.reception import services as reception
from tests.appointments.factories import furnish, make_appointment
from tests.callbacks.factories import make_reached
from tests.capacity.incident_factories import deliver

SAID = {"reason": "no_time", "note": "下周再约", "person_spoken_to": "王女士"}


@pytest.fixture
def missed(cast, monkeypatch):
    """An appointment of this morning that nobody came to; it is noon now."""
    furnish(cast.store)
    appointment = make_appointment(cast.store, by=cast.advisor)
    noon = appointment.arrives_at + timedelta(hours=3)
    monkeypatch.setattr("apps.core.clock.now", lambda: noon)
    appointments.mark_no_show(appointment, reason="未到", by=cast.advisor)
    deliver()
    return appointment


def call_of(appointment) -> Call | None:
    return Call.objects.filter(key=f"no-show-{appointment.pk}").first()


def test_the_next_working_days_belong_to_the_call(missed, cast):
    call = call_of(missed)
    assert (call.queue, call.role, call.topic) == ("no_show", "callback_agent", missed.number)
    assert call.previous_on < call.opens_on <= call.closes_on
    deliver()
    assert Call.objects.filter(queue="no_show").count() == 1, "an event heard twice makes one call"


def test_a_car_that_comes_after_all_is_not_asked(missed, cast):
    reception.arrive(store=cast.store, vehicle=missed.vehicle, by=cast.advisor)
    deliver()
    assert call_of(missed).state == "cancelled"


def test_a_car_booked_again_is_not_asked(missed, cast):
    make_appointment(cast.store, by=cast.advisor, vehicle=missed.vehicle)
    deliver()
    assert call_of(missed).state == "cancelled"


def test_a_late_holiday_moves_it(missed, cast):
    call = call_of(missed)
    later = call.opens_on + timedelta(days=20)
    assert call.move_window(later, later)
    services.calendar_changed(None)
    call.refresh_from_db()
    assert call.opens_on < later


def test_the_reason_is_kept_and_the_call_is_done(missed, cast, client):
    call = call_of(missed)
    Call.objects.filter(pk=call.pk).update(opens_on=clock.today(), due_at=clock.now())
    call.refresh_from_db()
    make_reached(call, cast.agent)
    client.force_login(cast.agent)
    page = client.get(call.get_absolute_url())
    assert f"vehicle={missed.vehicle_id}" in page.context["book_url"]
    address = reverse("callbacks:no_show", args=[call.pk])
    refused = client.post(address, SAID | {"reason": ""})
    assert refused.status_code == 422
    assert "下周再约" in refused.content.decode()
    assert client.post(address, SAID).status_code == 302
    assert NoShowTalk.objects.get().reason == "no_time"
    call.refresh_from_db()
    assert (call.state, call.note) == ("done", "下周再约")


def test_a_program_completes_it_too(missed, cast, client):
    call = call_of(missed)
    Call.objects.filter(pk=call.pk).update(opens_on=clock.today(), due_at=clock.now())
    call.refresh_from_db()
    make_reached(call, cast.agent)
    client.force_login(cast.agent)
    answer = client.post(f"/api/v1/callbacks/{call.pk}/complete/", SAID, content_type="application/json")
    assert answer.status_code == 200
    assert NoShowTalk.objects.get().call_id == call.pk
