"""Planning: what is in the way is named, what is given up is free, the plan is the reservations."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.capacity.models import Absence, CapacityDay, Holder, Reservation, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from apps.workshop.suggesting import complete, suggest
from tests.capacity import factories as capacity
from tests.workshop.factories import (
    bays,
    colleague,
    make_finished_job,
    make_job,
    make_jobs,
    make_planned_job,
    make_running_job,
    plan,
    technician_of,
)

pytestmark = pytest.mark.django_db


def today(hour: int, minute: int = 0):
    return clock.at(clock.today(), hour, minute)


def refusal(cast, job, **where) -> DomainError:
    """Try to plan; nothing may be different afterwards."""
    before = Job.objects.values().get(pk=job.pk)
    rows = list(Reservation.objects.values_list("resource", "during").order_by("pk"))
    with pytest.raises(DomainError) as refused:
        plan(cast, job, **where)
    assert Job.objects.values().get(pk=job.pk) == before
    assert list(Reservation.objects.values_list("resource", "during").order_by("pk")) == rows
    return refused.value


def reserved(job: Job) -> list[tuple[str, str, str]]:
    """``(resource, from, until)`` of the job's reservations, local times."""
    local = timezone.localtime
    return sorted(
        (r.resource.name, f"{local(r.during.lower):%d %H:%M}", f"{local(r.during.upper):%d %H:%M}")
        for r in job.holder.reservations.select_related("resource")
    )


def test_a_plan_reserves_bay_and_technician_for_the_flat_rate_time(cast):
    job = plan(cast, make_job(cast, "1.5"), at=today(14))
    day = f"{clock.today():%d}"
    assert reserved(job) == [
        ("1 号工位", f"{day} 14:00", f"{day} 15:30"),
        ("technician", f"{day} 14:00", f"{day} 15:30"),
    ]
    assert (job.state, job.planned_until) == ("planned", today(15, 30))


def test_a_job_that_outlasts_the_day_goes_on_next_morning(cast):
    job = plan(cast, make_job(cast, "3.0"), at=today(17))
    tomorrow = clock.at(clock.today() + timedelta(days=1), 10)
    assert job.planned_until == tomorrow
    assert len(reserved(job)) == 4


def test_moving_a_plan_frees_the_old_place(cast):
    first, second = bays(cast)[:2]
    job = plan(cast, make_job(cast), at=today(13), bay=first)
    plan(cast, job, at=today(15), bay=second)
    plan(cast, make_job(cast), at=today(13), bay=first)
    assert {r.resource for r in job.holder.reservations.all()} == {second, technician_of(cast.technician)}


def test_another_job_in_the_bay_is_named_with_its_time(cast):
    other = plan(cast, make_job(cast, plate="浙A66666"), at=today(13))
    refused = refusal(cast, make_job(cast), at=today(13, 30), user=colleague(cast))
    assert refused.code == "resource_taken"
    assert "浙A66666" in str(refused)
    assert other.bay.name in str(refused)
    assert "13:00" in str(refused)


def test_the_technician_s_other_job_is_named(cast):
    plan(cast, make_job(cast, plate="浙A66666"), at=today(13))
    refused = refusal(cast, make_job(cast), at=today(13, 30), bay=bays(cast)[1])
    assert cast.technician.name in str(refused)
    assert "浙A66666" in str(refused)


def test_an_absence_is_named_with_its_reason(cast):
    job = make_job(cast)
    Absence.objects.create(
        resource=technician_of(cast.technician), during=(today(14), today(16)), reason="高压证培训"
    )
    refused = refusal(cast, job, at=today(13, 30))
    assert refused.code == "resource_absent"
    assert "高压证培训" in str(refused)


def test_a_missing_skill_is_named(cast):
    job = make_job(cast)
    job.line.operation.skill = "ev"
    job.line.operation.save()
    refused = refusal(cast, job)
    assert refused.code == "skill_missing"
    assert cast.technician.name in str(refused)


def expiring(cast, job: Job, day) -> Resource:
    """``job`` needs a permit, and the technician's ends on ``day``."""
    me = technician_of(cast.technician)
    me.skills = [*me.skills, "ev"]
    me.save()
    me.qualifications.create(skill="ev", valid_until=day)
    job.line.operation.skill = "ev"
    job.line.operation.save()
    return me


def test_a_permit_that_runs_out_before_the_work_is_done_is_named(cast):
    job = make_job(cast)
    me = expiring(cast, job, clock.today() - timedelta(days=1))
    refused = refusal(cast, job)
    assert refused.code == "permit_expired"
    assert cast.technician.name in str(refused)
    assert cast.technician.name not in [s.technician.name for s in suggest(job)]
    me.qualifications.update(valid_until=clock.today())
    assert cast.technician.name in [s.technician.name for s in suggest(job)]
    plan(cast, job)


def test_nobody_starts_with_a_permit_that_ran_out_overnight(cast):
    job = make_planned_job(cast)
    expiring(cast, job, clock.today() - timedelta(days=1))
    with pytest.raises(DomainError) as refused:
        Job.objects.get(pk=job.pk).start(technician=cast.technician, by=cast.technician)
    assert refused.value.code == "permit_expired"


def test_an_unfit_bay_is_named_and_express_work_may_go_into_a_general_one(cast):
    express, general = make_job(cast), make_job(cast)
    express.line.operation.bay_kind = "express"
    express.line.operation.save()
    assert refusal(cast, general, bay=bays(cast)[2]).code == "bay_unfit"
    plan(cast, express, bay=bays(cast)[0])


@pytest.mark.parametrize(("hour", "words"), [(6, "past"), (20, "closed")])
def test_a_start_in_the_past_or_after_closing_time_is_refused(cast, hour, words):
    refused = refusal(cast, make_job(cast), at=today(hour))
    assert refused.code == words


def test_a_closed_day_says_why(cast):
    day = clock.today() + timedelta(days=3)
    CapacityDay.objects.create(store=cast.store, day=day, is_closed=True, closed_reason="春节")
    assert "春节" in str(refusal(cast, make_job(cast), at=clock.at(day, 10)))


def test_a_car_stands_in_one_bay_at_a_time(cast):
    first, second = make_jobs(cast, "1.0", "1.0")
    plan(cast, first, at=today(13), bay=bays(cast)[0])
    refused = refusal(cast, second, at=today(13, 30), bay=bays(cast)[1], user=colleague(cast))
    assert refused.code == "car_elsewhere"
    assert bays(cast)[0].name in str(refused)


def test_a_running_job_is_not_moved(cast):
    assert refusal(cast, make_running_job(cast), at=today(15)).code == "job_in_work"


def test_an_unauthorised_line_is_not_planned(cast):
    job = make_job(cast)
    job.line.authorised_in = None
    job.line.save()
    assert refusal(cast, job).code == "unauthorised_line"


def test_another_store_s_bay_cannot_be_used(cast):
    foreign = capacity.bay(cast.other_store, "Foreign")
    assert refusal(cast, make_job(cast), bay=foreign).code == "resource_unusable"


def test_a_plan_beyond_the_promise_is_allowed_with_a_warning(cast):
    job = make_job(cast)
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=today(13))
    where = bays(cast)[0], technician_of(cast.technician)
    [warning] = job.dispatch(*where, today(14), by=cast.dispatcher)
    assert "13:00" in warning
    assert "15:00" in warning
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=today(18))
    assert job.dispatch(*where, today(14), by=cast.dispatcher) == []


def test_what_the_appointment_booked_is_used_up_and_its_rest_given_back(cast):
    """Booked 13 to 17; two jobs of one hour: the rest is held until both are planned, then free."""
    first, second = make_jobs(cast, "1.0", "1.0")
    bay, person = bays(cast)[0], technician_of(cast.technician)
    booking = Holder.objects.create(store=cast.store, label="booking", created_at=clock.now())
    for resource in (bay, person):
        Reservation.objects.create(holder=booking, resource=resource, during=(today(13), today(17)))
    WorkOrder.objects.filter(pk=first.order_id).update(holder=booking)
    plan(cast, first, at=today(14))
    held = sorted((r.during.lower, r.during.upper) for r in booking.reservations.filter(resource=bay))
    assert held == [(today(13), today(14)), (today(15), today(17))]
    plan(cast, second, at=today(13))
    assert not booking.reservations.exists()


def test_finishing_early_gives_the_rest_of_the_plan_back(cast):
    make_finished_job(cast, hours="4.0")
    plan(cast, make_job(cast), at=clock.now() + timedelta(minutes=5))


def test_a_job_taken_off_the_board_frees_its_place_and_waits_again(cast):
    job = make_planned_job(cast)
    job.undispatch(by=cast.dispatcher)
    assert not job.holder.reservations.exists()
    assert Job.objects.unplanned().get() == job


def test_an_overrun_leaves_the_next_plan_alone(cast):
    """Reservations are the plan: whoever works longer is seen, nobody's plan is changed."""
    running = make_running_job(cast, "0.5")
    following = plan(cast, make_job(cast), at=clock.now() + timedelta(minutes=45), user=colleague(cast))
    Job.objects.filter(pk=running.pk).update(planned_until=clock.now() + timedelta(minutes=1))
    following.refresh_from_db()
    assert following.state == "planned"


def test_psql_cannot_put_two_jobs_into_one_place(cast):
    job = plan(cast, make_job(cast), at=today(13))
    row = job.holder.reservations.first()
    rival = Holder.objects.create(store=cast.store, label="rival", created_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Reservation.objects.create(holder=rival, resource=row.resource, during=row.during)


# Suggestions ----------------------------------------------------------------------------------------


def test_the_first_suggestion_is_the_earliest_for_an_idle_house(cast):
    best = suggest(make_job(cast))[0]
    assert best.starts_at - clock.now() < timedelta(minutes=6)
    assert best.reasons


def test_suggestions_keep_the_promise_before_they_save_time(cast):
    job = make_job(cast, "1.0")
    plan(cast, make_job(cast, "4.0"))  # the technician is taken until the afternoon
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=today(13))
    job = Job.objects.for_pages().get(pk=job.pk)
    best = suggest(job)
    assert best[0].technician.person == colleague(cast)
    assert not best[0].misses_promise
    assert best[1].misses_promise


def test_what_was_booked_with_the_customer_comes_first(cast):
    job = make_job(cast)
    bay, person = bays(cast)[1], technician_of(colleague(cast))
    booking = Holder.objects.create(store=cast.store, label="booking", created_at=clock.now())
    for resource in (bay, person):
        Reservation.objects.create(holder=booking, resource=resource, during=(today(10), today(12)))
    WorkOrder.objects.filter(pk=job.order_id).update(holder=booking)
    best = suggest(Job.objects.for_pages().get(pk=job.pk))[0]
    assert (best.technician, best.is_booked, best.bay) == (person, True, bay)


def test_every_suggestion_can_be_planned_as_it_stands(cast):
    for hours in ("1.0", "2.5", "6.0"):
        plan(
            cast, make_job(cast, hours), at=suggest(make_job(cast, hours))[0].starts_at, user=colleague(cast)
        )
        job = make_job(cast, hours)
        best = suggest(job)[0]
        job.dispatch(best.bay, best.technician, best.starts_at, by=cast.dispatcher)


def test_nobody_is_suggested_for_a_skill_that_nobody_has(cast):
    job = make_job(cast)
    job.line.operation.skill = "paint"
    job.line.operation.save()
    assert suggest(job) == []


def test_a_bay_alone_gets_whoever_is_free_and_has_least_booked(cast):
    plan(cast, make_job(cast, "2.0"), at=today(15))
    job = make_job(cast)
    bay, technician = complete(job, bays(cast)[1], None, today(12))
    assert (bay, technician.person) == (bays(cast)[1], colleague(cast))


def test_when_nobody_is_free_the_sentence_says_the_skill(cast):
    for n, user in enumerate((cast.technician, colleague(cast) if bays(cast) else None)):
        plan(cast, make_job(cast, "2.0"), at=today(15), user=user, bay=bays(cast)[n])
    with pytest.raises(DomainError) as refused:
        complete(make_job(cast), bays(cast)[0], None, today(15, 30))
    assert refused.value.code == "resource_taken"
