"""From the call fifteen days before to the customer who does not come: the house's own clock jumps from one
moment to the next, real beat, worker and broker do the rest; a worker and the broker are killed on the way.

``make soak`` lives through the whole fortnight; the ordinary suite through its last two days.
"""

import os
import shutil
import signal
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.appointments import proactive
from apps.appointments.items import Ask
from apps.appointments.models import Appointment, PreparationStep, ProactiveCall
from apps.calls.models import Call
from apps.core import clock
from apps.customers.models import Vehicle
from apps.desk import clock as desk_clock
from apps.desk.models import ClockOffset, Task
from apps.messaging.models import Message
from dms.embedded import Server
from tests.appointments.factories import make_appointment, make_customer, make_part, make_vehicle
from tests.appointments.online_house import wide
from tests.parts.factories import make_stock
from tests.system.test_background import written

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60


class House:
    """Programs over a broker of their own, and a clock that is set by hand."""

    def __init__(self, system, folder, settings, first_day):
        self.system, self.var, self.first_day = system, folder / "var", first_day
        (self.var / "static").mkdir(parents=True)
        self.broker = Server(folder / "valkey", fsync=False)
        settings.DEMO = True  # the clock of this process jumps too
        system.environment |= {
            "DEMO": "1",
            "DMS_VAR": str(self.var),
            "REDIS_URL": self.broker.ensure_running(),
        }
        self.workers = 0

    def start(self):
        self.worker()
        schedule = str(self.var / "beat-schedule")
        self.system.start("beat", "celery", "-A", "tests.system.hurry", "beat", "-s", schedule)

    def worker(self):
        self.workers += 1
        name = f"worker{self.workers}"
        argv = ("celery", "-A", "tests.system.hurry", "worker", "-c", "1", "-n", f"{name}@%h")
        self.system.start(name, *argv)
        return name

    def stand_at(self, day, hour, minute=0):
        """Set the house's clock, here and for every program."""
        moment = clock.at(self.first_day + timedelta(days=day), hour, minute)
        ClockOffset.objects.update_or_create(singleton=True, defaults={"offset": moment - timezone.now()})
        desk_clock.forget()
        return moment

    def until(self, condition):
        def settled():
            connection.close()
            return condition()

        self.system.wait_for(settled, seconds=PATIENCE_S)

    def lose_broker(self):
        """As when its disk is gone: killed, and nothing of what it knew is left."""
        os.kill(self.broker.pid(), signal.SIGKILL)
        shutil.rmtree(self.broker.data_dir)

    def stop(self):
        self.system.stop_all()
        self.broker.stop()


@pytest.fixture
def house(system, cast, tmp_path, settings):
    """A furnished store; business day 0 is tomorrow."""
    first_day = timezone.localdate(timezone.now()) + timedelta(days=1)
    lived_in = House(system, tmp_path, settings, first_day)
    lived_in.stand_at(0, 8, 30)
    wide(cast)
    yield lived_in
    lived_in.stop()
    desk_clock.forget()


def state_of(kind):
    return list(Message.objects.filter(kind=f"appointment.{kind}").values_list("state", flat=True))


def step(kind):
    return PreparationStep.objects.get(kind=kind)


def called_and_booked(cast, house, days):
    """N-15: the forecast makes the call; the advisor books for ``days`` later."""
    owner = make_customer(cast.store, "王小明", "+8613812345678", advisor=cast.advisor)
    car = make_vehicle(cast.store, "浙A60006", owner=owner)
    Vehicle.objects.filter(pk=car.pk).update(inspection_due_on=house.first_day + timedelta(days=15))
    part = make_part(cast.store)
    make_stock(cast, part, 9)
    house.stand_at(0, 9, 30)
    house.start()
    house.until(lambda: ProactiveCall.objects.filter(vehicle=car).exists())
    row = ProactiveCall.objects.select_related("call").get()
    assert row.call.owner == cast.advisor
    row.call.claim(by=cast.advisor)
    row.call.record_attempt("reached", by=cast.advisor)
    arrival = clock.at(house.first_day + timedelta(days=days), 10)
    appointment = make_appointment(
        cast.store, vehicle=car, starts_at=arrival, asks=[Ask(part)], channel="proactive", by=cast.advisor
    )
    proactive.complete(row, result="booked", by=cast.advisor, person_spoken_to="王小明")
    house.until(lambda: state_of("booked") == ["sent"] and PreparationStep.objects.exists())
    return appointment


def days_before(house, days):
    """N-4 and N-3: the confirmation is asked for, and the first reminder goes."""
    house.stand_at(days - 4, 8, 30)
    house.until(lambda: step("confirm").opened_at is not None)
    house.stand_at(days - 3, 10, 1)
    house.until(lambda: state_of("reminder_72") == ["sent"])


def a_worker_dies(house, days):
    """N-1: while the reminder of the day before is due; another worker asks what became of it."""
    victim = f"worker{house.workers}"
    house.stand_at(days - 1, 10, 0)
    house.system.kill(victim)
    house.worker()
    house.stand_at(days - 1, 10, 4)
    house.until(lambda: state_of("reminder_24") == ["sent"])


def the_broker_dies(house, days):
    """N-1: it comes back empty-handed, and the steps of the day before begin all the same."""
    house.lose_broker()
    house.stand_at(days - 1, 15, 0)
    house.broker.ensure_running()
    house.until(lambda: step("pack").opened_at is not None and step("fix").state == "done")
    house.until(lambda: step("shelf").opened_at is not None)


def nobody_comes(house, days):
    """N: the last reminder, and half an hour after ten a call to who has not come."""
    house.stand_at(days, 9, 0)
    house.until(lambda: state_of("reminder_1") == ["sent"])
    house.stand_at(days, 10, 31)
    house.until(lambda: Task.objects.open().filter(kind="appointment.missing").exists())


@pytest.mark.parametrize("days", [2, pytest.param(15, marks=pytest.mark.soak)])
def test_everything_is_where_it_should_be_from_the_call_to_the_day(cast, house, days):
    appointment = called_and_booked(cast, house, days)
    if days > 4:
        days_before(house, days)
    house.until(lambda: step("parts").state == "done")
    assert Task.objects.open().filter(kind="appointment.prepare", owner=cast.advisor).count() == 1
    a_worker_dies(house, days)
    the_broker_dies(house, days)
    nobody_comes(house, days)

    early = "sent" if days > 4 else "suppressed"  # booked too late for it, and the ledger says so
    states = {"booked": "sent", "reminder_72": early, "reminder_24": "sent", "reminder_1": "sent"}
    ledger = Message.objects.about(appointment).values_list("kind", "state")
    assert dict(ledger) == {f"appointment.{kind}": state for kind, state in states.items()}
    went = Counter(text for _reference, text in written(house.var))
    assert sorted(went.values()) == [1] * Counter(states.values())["sent"], "each once, whoever died"
    assert not Call.objects.open().exists()
    assert Appointment.objects.get().status == "booked"
