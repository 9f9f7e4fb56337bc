"""Clocks: one person on one job at a time, several on one job, nothing without covers and consent."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking, Job
from tests.harness.connections import in_background, until_a_rival_waits
from tests.workshop.factories import (
    bays,
    colleague,
    make_job,
    make_paused_job,
    make_planned_job,
    make_running_job,
    plan,
)

pytestmark = pytest.mark.django_db


def start(job: Job, user) -> Clocking:
    return Job.objects.get(pk=job.pk).start(technician=user, by=user)


def test_the_first_start_begins_the_order_s_work_and_is_in_the_car_s_story(cast):
    job = make_planned_job(cast)
    start(job, cast.technician)
    job.refresh_from_db()
    assert (job.state, job.order.status) == ("in_work", WorkOrder.Status.IN_WORK)
    assert job.started_at == Clocking.objects.get().started_at
    kinds = list(Event.objects.story(job.order.event_thread).values_list("kind", flat=True)[:2])
    assert kinds == ["job.started", "workorder.in_work"]


def test_nothing_starts_before_the_covers_are_ticked_and_one_tick_counts_for_the_car(cast):
    job = plan(cast, make_job(cast))
    with pytest.raises(DomainError) as refused:
        start(job, cast.technician)
    assert refused.value.code == "unprotected"
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(started_at=job.opened_at)
    job.tick_protection(by=cast.technician)
    job.tick_protection(by=cast.technician)
    assert Event.objects.filter(kind="job.protected").count() == 1
    start(job, cast.technician)


def test_an_unauthorised_line_is_not_clocked(cast):
    job = make_planned_job(cast)
    job.line.authorised_in = None
    job.line.save()
    with pytest.raises(DomainError) as refused:
        start(job, cast.technician)
    assert refused.value.code == "unauthorised_line"
    assert not Clocking.objects.exists()


def test_who_is_clocked_elsewhere_hears_on_which_car(cast):
    make_running_job(cast, plate="浙A77777")
    other = make_planned_job(cast, bay=bays(cast)[1], user=colleague(cast))
    with pytest.raises(DomainError) as refused:
        start(other, cast.technician)
    assert refused.value.code == "clocked_elsewhere"
    assert "浙A77777" in str(refused.value)
    assert Clocking.objects.count() == 1


@pytest.mark.parametrize("who", ["advisor", "neighbour", "stranger"])
def test_only_technicians_of_the_store_are_clocked(cast, who):
    with pytest.raises(DomainError) as refused:
        start(make_planned_job(cast), getattr(cast, who))
    assert refused.value.code == "no_technician"


def test_a_helper_without_the_skill_does_not_join(cast):
    job = make_running_job(cast)
    job.line.operation.skill = "electrical"
    job.line.operation.save()
    with pytest.raises(DomainError) as refused:
        start(job, colleague(cast))
    assert refused.value.code == "skill_missing"


def test_several_share_a_job_and_it_is_paused_when_the_last_one_leaves(cast):
    job = make_running_job(cast)
    start(job, colleague(cast))
    job.pause("break", by=cast.technician, technician=cast.technician)
    assert Job.objects.get().state == "in_work"
    assert Clocking.objects.open().get().technician == colleague(cast)
    job.pause("parts", by=cast.dispatcher)
    assert (Job.objects.get().state, Job.objects.get().pause_reason) == ("paused", "parts")
    ends = list(Clocking.objects.order_by("pk").values_list("end_reason", flat=True))
    assert ends == ["break", "parts"]


def test_finishing_clocks_everybody_out_and_needs_the_work_done(cast):
    job = make_running_job(cast)
    start(job, colleague(cast))
    with pytest.raises(DomainError) as refused:
        job.finish(by=cast.technician, work_done="  ")
    assert refused.value.code == "work_done_missing"
    assert Clocking.objects.open().count() == 2
    job.finish(by=cast.technician, work_done="更换完成", cause="磨损")
    assert set(Clocking.objects.values_list("end_reason", flat=True)) == {"finished"}
    assert (job.work_done, job.cause) == ("更换完成", "磨损")


def test_a_pause_without_a_reason_or_by_somebody_else_is_refused(cast):
    job = make_running_job(cast)
    for reason, technician, code in (
        ("weather", None, "reason_missing"),
        ("tool", colleague(cast), "not_clocked"),
    ):
        with pytest.raises(DomainError) as refused:
            job.pause(reason, by=cast.technician, technician=technician)
        assert refused.value.code == code
    assert Clocking.objects.open().count() == 1


def test_each_stretch_of_work_is_its_own_row(cast):
    job = make_paused_job(cast)
    job.resume(technician=cast.technician, by=cast.technician)
    job.finish(by=cast.technician, work_done="好了")
    assert list(Clocking.objects.order_by("pk").values_list("end_reason", flat=True)) == ["parts", "finished"]


def test_a_car_in_quality_check_is_not_worked_on(cast):
    job = make_paused_job(cast)
    WorkOrder.objects.filter(pk=job.order_id).update(status="awaiting_qc")
    with pytest.raises(DomainError):
        job.resume(technician=cast.technician, by=cast.technician)
    assert WorkOrder.objects.get(pk=job.order_id).status == "awaiting_qc"


@pytest.mark.parametrize(
    "fields",
    [{"end_reason": "break"}, {"ended": 0}, {"ended": -60, "end_reason": "break"}],
    ids=["reason without end", "end without reason", "end before start"],
)
def test_psql_cannot_write_a_clocking_that_makes_no_sense(cast, fields):
    clocking = start(make_planned_job(cast), cast.technician)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workshop_clocking SET end_reason = %s,"
            " ended_at = started_at + make_interval(secs => %s) WHERE id = %s",
            [fields.get("end_reason", ""), fields.get("ended"), clocking.pk],
        )


# Races ----------------------------------------------------------------------------------------------


def two_starts_at_once(cast) -> list[object]:
    """One technician starts two jobs of two cars at the same moment, each on its own connection."""
    first = make_planned_job(cast)
    second = make_planned_job(cast, bay=bays(cast)[1], user=colleague(cast))
    outcomes: list[object] = []
    with transaction.atomic():
        outcomes.append(start(first, cast.technician))
        rival = in_background(lambda: start(second, cast.technician))
        if _constraint_exists():
            until_a_rival_waits()
        else:
            rival.result(timeout=10)
    try:
        outcomes.append(rival.result(timeout=10))
    except DomainError as refused:
        outcomes.append(refused.code)
    return outcomes


def _constraint_exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'one_open_clocking_per_technician'")
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_of_two_starts_of_one_technician_at_the_same_moment_one_wins(cast):
    first, second = two_starts_at_once(cast)
    assert isinstance(first, Clocking)
    assert second == "clocked_elsewhere"
    assert Clocking.objects.open().count() == 1
    assert set(Job.objects.values_list("state", flat=True)) == {"in_work", "planned"}


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_both_would_have_won(cast):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_open_clocking_per_technician")
    two_starts_at_once(cast)
    assert Clocking.objects.open().filter(technician=cast.technician).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_who_take_the_last_place_do_not_both_get_it(cast):
    one, two = make_job(cast), make_job(cast)
    with transaction.atomic():
        plan(cast, one)
        rival = in_background(lambda: plan(cast, Job.objects.for_pages().get(pk=two.pk)))
        until_a_rival_waits()
    with pytest.raises(DomainError) as refused:
        rival.result(timeout=10)
    assert refused.value.code == "resource_taken"
    assert Job.objects.get(pk=two.pk).state == "unplanned"
