"""The demo: a living store made by the verbs that people use."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.appointments.models import Appointment
from apps.callbacks.models import Response
from apps.calls.models import Call
from apps.capacity.usage import Lesson
from apps.complaints.models import Complaint
from apps.core import clock
from apps.demo import bulk, house
from apps.desk import clock as desk_clock
from apps.handover.models import Handover
from apps.messaging.models import Message
from apps.money.selectors import differences
from apps.parts.selectors import ledger_differences
from apps.quality.models import QualityCheck, Wash
from apps.reception.models import Visit
from apps.workorders.models import Line, WorkOrder
from apps.workorders.selectors import total_differences, version_differences
from apps.workshop.models import Clocking, Job


@pytest.fixture
def demo_database(settings, tmp_path):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path
    desk_clock.forget()
    yield
    settings.DEMO = False
    desk_clock.forget()


@pytest.mark.django_db(transaction=True)
def test_the_demo_store_is_at_mid_morning_with_everything_that_goes_wrong_in_one(demo_database):
    call_command("demo", days=17)
    now = clock.now()
    local = now.astimezone(clock.at(clock.today(), 0).tzinfo)
    assert (local.hour, 14 <= local.minute <= 20) == (10, True)

    assert {u.role for u in User.objects.all()} == set(Role.values)
    in_house = WorkOrder.objects.filter(status__in=WorkOrder.OPEN)
    assert in_house.filter(promised_at__lt=now + timedelta(minutes=45)).exists(), "a car that is late"
    assert QualityCheck.objects.filter(result="failed").exists(), "a failed check"
    assert Line.objects.filter(order__in=in_house, is_additional=True, authorised_in=None).exists(), (
        "a question open"
    )
    assert set(Job.objects.filter(state="paused").values_list("pause_reason", flat=True)) == {
        "parts",
        "approval",
    }
    assert Wash.objects.filter(done_at=None).exists()
    assert in_house.filter(status="settled").exists()
    assert in_house.filter(status="ready").exists()
    assert Visit.objects.filter(status="waiting").count() == 2
    assert Clocking.objects.filter(ended_at=None).count() >= 2

    today = Appointment.objects.filter(arrives_at__date=clock.today())
    assert today.count() >= 5
    assert Message.objects.filter(state="planned").exists()
    assert Call.objects.due(now).filter(queue="post_repair").count() >= 5
    assert Call.objects.due(now).filter(queue="n15").exists()
    assert Handover.objects.on_day(now).exists()
    assert Complaint.objects.unanswered().count() == 2
    assert Response.objects.count() >= 10
    lesson = Lesson.of(Store.objects.get(code="hz01"))
    assert lesson.learned is not None
    assert lesson.test is not None, "the page shows what it would have cost"

    assert differences() == []
    assert ledger_differences() == []
    assert total_differences() == []
    assert version_differences() == []
    with pytest.raises(CommandError, match="people already"):
        call_command("demo")


@pytest.mark.django_db
def test_the_demo_never_touches_a_real_database(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
    with pytest.raises(CommandError):
        call_command("logins")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_long_history_comes_by_copy_and_holds_to_every_rule(demo_database):
    built = house.build(7)
    bulk.lay(built, 200)
    assert WorkOrder.objects.filter(status="delivered").count() == 200
    assert Line.objects.count() == 1000
    assert total_differences() == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    newest = WorkOrder.objects.latest("pk")
    after = WorkOrder.objects.create(
        store=built.store,
        number="next",
        vehicle_id=newest.vehicle_id,
        customer_id=newest.customer_id,
        advisor=built["advisor"],
        opened_at=clock.now(),
    )
    assert after.pk == newest.pk + 1, "the sequences have moved on"
