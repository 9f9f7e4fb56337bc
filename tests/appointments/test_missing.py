"""Who does not come becomes a call of his advisor, once, until it is settled."""

from datetime import timedelta

import pytest

from apps.accounts.models import Setting
from apps.appointments import missing, services
from apps.core import clock
from apps.desk.models import Task
from tests.appointments.factories import make_appointment
from tests.capacity.factories import tomorrow
from tests.capacity.incident_factories import deliver

pytestmark = pytest.mark.django_db


def calls():
    return Task.objects.filter(kind=missing.KIND)


def test_half_an_hour_after_the_time_the_advisor_has_a_call_and_only_one(cast):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    at = appointment.arrives_at
    assert missing.look_for_missing(at + timedelta(minutes=29)) == 0
    assert missing.look_for_missing(at + timedelta(minutes=30)) == 1
    assert missing.look_for_missing(at + timedelta(minutes=31)) == 0
    task = calls().get()
    assert (task.owner_id, task.params["number"]) == (appointment.advisor_id, appointment.number)
    task.complete(by=appointment.advisor)
    assert missing.look_for_missing(at + timedelta(minutes=40)) == 0, "called is called"


def test_the_store_says_after_how_long(cast):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    Setting.objects.create(key=missing.AFTER, store=cast.store, effective_from=clock.today(), value=10)
    assert missing.look_for_missing(appointment.arrives_at + timedelta(minutes=10)) == 1


@pytest.mark.parametrize("settled", ["arrived", "cancelled", "moved", "no_show"])
def test_what_is_settled_needs_no_call(cast, settled):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    at = appointment.arrives_at
    missing.look_for_missing(at + timedelta(minutes=45))
    match settled:
        case "arrived":
            services.mark_arrived(appointment, by=cast.advisor)
        case "cancelled":
            services.cancel(appointment, reason="ill", by=cast.advisor)
        case "moved":
            services.reschedule(appointment, starts_at=tomorrow(9, days=2), by=cast.advisor)
        case "no_show":
            services.mark_no_show(appointment, reason="silence", by=cast.advisor, now=at + timedelta(hours=1))
    deliver()
    assert calls().get().done_at is not None
    again = missing.look_for_missing(at + timedelta(hours=2))
    assert again == 0
    if settled == "moved":
        assert missing.look_for_missing(appointment.arrives_at + timedelta(minutes=30)) == 1, "a new time"
