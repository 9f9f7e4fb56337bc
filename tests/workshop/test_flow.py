"""Between the workshop and its neighbours: findings, photos, the way to quality control."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.core.errors import DomainError
from apps.desk.models import Event, File, Notice, Task
from apps.workorders.models import WorkOrder
from apps.workshop import services
from apps.workshop.models import Job
from tests.workorders.factories import labour, make_authorised_order, part
from tests.workshop.factories import (
    bays,
    colleague,
    make_finished_job,
    make_job,
    make_jobs,
    make_running_job,
    plan,
)

pytestmark = pytest.mark.django_db


def photo(name: str = "disc.png") -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def test_a_car_goes_to_quality_control_once_its_jobs_are_done(cast):
    job = make_finished_job(cast)
    services.submit_for_qc(job.order, by=cast.technician)
    assert WorkOrder.objects.get(pk=job.order_id).status == "awaiting_qc"


def test_open_jobs_are_named_and_the_order_stays_where_it_is(cast):
    first, second = make_jobs(cast, "0.5", "0.5")
    plan(cast, first).tick_protection(by=cast.technician)
    first.start(technician=cast.technician, by=cast.technician)
    with pytest.raises(DomainError) as refused:
        services.submit_for_qc(first.order, by=cast.technician)
    assert refused.value.code == "open_jobs"
    assert refused.value.extra["jobs"] == [first.pk, second.pk]
    assert str(second) in str(refused.value)
    assert WorkOrder.objects.get(pk=first.order_id).status == "in_work"


def test_a_labour_line_whose_job_was_never_opened_holds_the_car_back(cast):
    order = make_authorised_order(cast, [labour(cast)])
    WorkOrder.objects.filter(pk=order.pk).update(status="in_work")
    with pytest.raises(DomainError) as refused:
        services.submit_for_qc(order, by=cast.technician)
    assert refused.value.code == "open_jobs"


def test_an_order_of_parts_alone_has_nothing_to_wait_for(cast):
    order = make_authorised_order(cast, [part(cast)])
    order.start_work(by=cast.technician)
    services.submit_for_qc(order, by=cast.technician)
    assert WorkOrder.objects.get(pk=order.pk).status == "awaiting_qc"


def test_a_finding_reaches_the_advisor_as_notice_and_task_with_the_photo(cast):
    job = make_running_job(cast, plate="浙A55555")
    task = services.report_finding(job, "前制动盘磨损到极限", by=cast.technician, photo=photo())
    assert (task.owner, task.note) == (cast.advisor, "前制动盘磨损到极限")
    assert "浙A55555" in task.text
    assert "浙A55555" in str(Notice.objects.get(reader=cast.advisor))
    event = Event.objects.get(kind="job.finding")
    kept = File.objects.get(kind="workshop.photo")
    assert event.facts["photo"] == str(kept.pk)
    job.refresh_from_db()
    assert job.findings == "前制动盘磨损到极限"


def test_two_findings_are_two_tasks(cast):
    job = make_running_job(cast)
    services.report_finding(job, "制动盘磨损", by=cast.technician)
    services.report_finding(job, "防尘套开裂", by=cast.technician)
    assert Task.objects.filter(kind="workshop.finding").open().count() == 2
    assert Job.objects.get().findings == "制动盘磨损\n防尘套开裂"


def test_a_finding_without_words_or_with_a_wrong_file_changes_nothing(cast):
    job = make_running_job(cast)
    with pytest.raises(DomainError):
        services.report_finding(job, "  ", by=cast.technician)
    wrong = SimpleUploadedFile("x.png", b"<script>", "image/png")
    with pytest.raises(ValidationError):
        services.report_finding(job, "漏油", by=cast.technician, photo=wrong)
    assert not Task.objects.filter(kind="workshop.finding").exists()
    assert Job.objects.get().findings == ""


def test_a_technician_takes_a_job_from_the_queue_and_it_is_planned_for_him(cast):
    job = make_job(cast)
    services.take(job, by=cast.technician)
    job.refresh_from_db()
    assert (job.state, job.technician.person) == ("planned", cast.technician)


def test_a_job_is_taken_once(cast):
    job = make_job(cast)
    services.take(job, by=cast.technician)
    with pytest.raises(DomainError) as refused:
        services.take(Job.objects.get(pk=job.pk), by=colleague(cast))
    assert refused.value.code == "wrong_state"


def test_nobody_takes_what_he_is_not_qualified_for(cast):
    job = make_job(cast)
    job.line.operation.skill = "electrical"
    job.line.operation.save()
    with pytest.raises(DomainError):
        services.take(job, by=colleague(cast))
    services.take(job, by=cast.technician)


def test_a_technician_sees_his_own_his_team_s_running_and_what_he_may_take(cast):
    mine = plan(cast, make_job(cast))
    others = plan(cast, make_job(cast), bay=bays(cast)[1], user=colleague(cast))
    free = make_job(cast)
    paint = make_job(cast)
    paint.line.operation.skill = "paint"
    paint.line.operation.save()
    seen = set(Job.objects.workable_by(cast.technician))
    assert seen == {mine, free}
    others.tick_protection(by=cast.dispatcher)
    others.start(technician=colleague(cast), by=colleague(cast))
    assert others not in Job.objects.workable_by(cast.technician)
    others.technician.team = mine.technician.team
    others.technician.save()
    assert others in Job.objects.workable_by(cast.technician)
    assert set(Job.objects.workable_by(cast.team_lead)) == {mine, others, free, paint}
    assert not Job.objects.workable_by(cast.stranger).exists()


def test_a_delay_is_told_to_the_advisor_once_and_only_when_there_is_one(cast):
    job = plan(cast, make_job(cast, "2.0", plate="浙A55555"))
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=job.planned_until + timedelta(hours=1))
    with pytest.raises(DomainError) as refused:
        services.report_delay(job, by=cast.dispatcher)
    assert refused.value.code == "not_late"
    # The work ends in time; check and wash do not.
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=job.planned_until + timedelta(minutes=10))
    for _n in range(2):
        task = services.report_delay(job, by=cast.dispatcher)
    assert task.owner == cast.advisor
    assert Notice.objects.filter(reader=cast.advisor).count() == 1
    assert "浙A55555" in task.text
