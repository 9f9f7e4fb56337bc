"""Jobs follow their order's lines: opened on consent, stopped when it goes, gone with a removed line."""

from decimal import Decimal

import pytest

from apps.capacity.models import Holder, Reservation
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, EventDelivery, Notice
from apps.workorders import services as orders
from apps.workorders.models import Line
from apps.workshop import services
from apps.workshop.models import Clocking, Job
from tests.workorders.factories import labour, make_authorised_order, make_order, part, sign
from tests.workshop.factories import bays, make_house, make_job, make_planned_job, make_running_job, plan

pytestmark = pytest.mark.django_db


def deliver() -> None:
    """What a worker does every few seconds."""
    while EventDelivery.objects.deliver_one(clock.now()):
        pass
    assert not EventDelivery.objects.exclude(error="").filter(subscriber="workshop.jobs_follow_orders")


def test_consent_opens_a_job_for_each_labour_line_and_none_for_parts(cast):
    order = make_order(cast, [labour(cast, "0.55", name="甲"), labour(cast, "1.0", name="乙"), part(cast)])
    deliver()
    assert not Job.objects.exists()
    sign(cast, order)
    deliver()
    jobs = Job.objects.order_by("pk").values_list("line__description", "flat_rate_hours", "state")
    assert list(jobs) == [("甲", Decimal("0.6"), "unplanned"), ("乙", Decimal("1.0"), "unplanned")]


def test_opening_again_makes_nothing_twice(cast):
    order = make_authorised_order(cast, [labour(cast)])
    assert len(services.open_jobs(order)) == 1
    assert services.open_jobs(order) == []
    deliver()
    assert services.open_missing(cast.store) == 0
    assert Job.objects.count() == 1


def test_the_board_opens_what_no_worker_has_delivered_yet(cast):
    make_authorised_order(cast, [labour(cast)])
    assert services.open_missing(cast.store) == 1


def test_additional_work_gets_its_job_with_its_own_consent_and_finds_the_covers_fitted(cast):
    job = make_running_job(cast)
    orders.add_lines(job.order, [labour(cast, "0.5", name="更换制动片")], by=cast.advisor)
    deliver()
    assert Job.objects.count() == 1
    sign(cast, job.order)
    deliver()
    added = Job.objects.get(line__description="更换制动片")
    assert added.protection_ticked_at == Job.objects.get(pk=job.pk).protection_ticked_at


def test_a_line_that_loses_its_consent_stops_its_running_job_and_the_advisor_hears_of_it(cast):
    job = make_running_job(cast)
    orders.edit_line(job.line, by=cast.advisor, unit_price=Decimal("999.00"))
    deliver()
    job.refresh_from_db()
    assert (job.state, job.pause_reason) == ("paused", "approval")
    [clocking] = Clocking.objects.all()
    assert clocking.end_reason == "approval"
    notice = Notice.objects.get(reader=cast.advisor)
    assert job.car in str(notice)
    assert notice.url == f"/work-orders/{job.order_id}/"
    sign(cast, job.order)
    deliver()
    job.resume(technician=cast.technician, by=cast.technician)


def test_a_planned_job_without_consent_keeps_its_place_but_does_not_start(cast):
    job = make_planned_job(cast)
    orders.edit_line(job.line, by=cast.advisor, unit_price=Decimal("999.00"))
    deliver()
    job.refresh_from_db()
    assert job.state == "planned"
    with pytest.raises(DomainError):
        job.start(technician=cast.technician, by=cast.technician)


def test_a_declined_line_drops_a_begun_job_and_removes_an_untouched_one(cast):
    begun = make_running_job(cast)
    untouched = plan(cast, make_job(cast), bay=bays(cast)[1], at=clock.now().replace(hour=6, minute=0))
    for job in (begun, untouched):
        orders.edit_line(job.line, by=cast.advisor, unit_price=Decimal("999.00"))
        deliver()
        orders.decline_lines(job.order, [job.line_id], given_by="王晓明", by=cast.advisor)
    deliver()
    begun.refresh_from_db()
    assert (begun.state, begun.pause_reason) == ("dropped", "")
    assert Clocking.objects.filter(job=begun).count() == 1
    assert not Job.objects.filter(pk=untouched.pk).exists()


def test_a_removed_line_takes_its_untouched_job_and_its_place_on_the_board_along(cast):
    job = plan(cast, make_job(cast))
    orders.remove_line(job.line, by=cast.advisor)
    assert not Job.objects.exists()
    assert not Reservation.objects.exists()
    assert not Holder.objects.filter(pk=job.holder_id).exists()


def test_a_line_that_somebody_has_worked_on_cannot_be_removed(cast):
    job = make_running_job(cast)
    with pytest.raises(DomainError) as refused:
        orders.remove_line(job.line, by=cast.advisor)
    assert refused.value.code == "work_begun"
    assert Line.objects.filter(pk=job.line_id).exists()


def test_changed_hours_change_a_job_that_has_not_begun(cast):
    job = make_job(cast, "1.0")
    orders.edit_line(job.line, by=cast.advisor, quantity=Decimal("0.8"))
    deliver()
    job.refresh_from_db()
    assert job.flat_rate_hours == Decimal("0.8")


def test_each_order_s_jobs_are_told_once(cast):
    make_house(cast)
    make_authorised_order(cast, [labour(cast), labour(cast)])
    deliver()
    assert Event.objects.filter(kind="workshop.jobs_opened").count() == 1
