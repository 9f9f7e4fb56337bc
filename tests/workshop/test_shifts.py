"""Planning on the dispatch board keeps shifts, breaks, levels, equipment and scarce tools."""

from datetime import time, timedelta

import pytest

from apps.capacity.models import Duty, Resource, Shift
from apps.core import clock
from apps.workshop import timeline
from apps.workshop.models import Job
from apps.workshop.suggesting import complete, suggest
from tests.workshop.factories import bays, colleague, make_job, plan, technician_of
from tests.workshop.test_dispatch import refusal, reserved, today

pytestmark = pytest.mark.django_db


def on_shift(cast, *times: time) -> Resource:
    """The cast's technician works these times today."""
    person = technician_of(cast.technician)
    shift = Shift.objects.create(store=cast.store, name="Early", times=list(times))
    Duty.objects.create(resource=person, day=clock.today(), shift=shift)
    return person


def asking(job: Job, **fields) -> Job:
    """The job's operation asks for more."""
    for name, value in fields.items():
        setattr(job.line.operation, name, value)
    job.line.operation.save()
    return job


def test_work_goes_on_after_the_break_and_the_bay_stays_taken(cast):
    job = make_job(cast, "1.5")
    on_shift(cast, time(8), time(14), time(15), time(18))
    job = plan(cast, job, at=today(13))
    day = f"{clock.today():%d}"
    assert reserved(job) == [
        ("1 号工位", f"{day} 13:00", f"{day} 15:30"),
        ("technician", f"{day} 13:00", f"{day} 14:00"),
        ("technician", f"{day} 15:00", f"{day} 15:30"),
    ]
    assert job.planned_until == today(15, 30)


def test_a_start_in_the_break_is_refused_with_the_next_one(cast):
    job = make_job(cast)
    on_shift(cast, time(8), time(14), time(15), time(18))
    refused = refusal(cast, job, at=today(14, 30))
    assert refused.code == "off_duty"
    assert cast.technician.name in str(refused)
    assert "15:00" in str(refused)


def test_a_bay_that_is_taken_in_the_break_stands_in_the_way(cast):
    plan(cast, make_job(cast), user=colleague(cast), at=today(14))
    job = make_job(cast, "1.5")
    on_shift(cast, time(8), time(14), time(15), time(18))
    assert refusal(cast, job, at=today(13)).code == "resource_taken"


def test_suggestions_and_what_is_left_open_keep_the_shifts(cast):
    job = make_job(cast, "2.0")
    me = on_shift(cast, time(16), time(18))
    first = {s.technician.pk: s.starts_at for s in suggest(job)}
    assert first[me.pk] == today(16)
    assert first[technician_of(colleague(cast)).pk] < today(16)
    assert complete(job, None, None, today(14))[1] == technician_of(colleague(cast))


def test_a_level_below_what_is_asked_is_named(cast):
    job = asking(make_job(cast), skill_level=3)
    refused = refusal(cast, job)
    assert refused.code == "skill_missing"
    assert not suggest(job)
    technician_of(cast.technician).qualifications.create(skill=job.skill, level=3)
    assert [s.technician for s in suggest(job)] == [technician_of(cast.technician)]
    plan(cast, job)


def test_a_bay_without_the_equipment_is_refused_and_not_suggested(cast):
    job = asking(make_job(cast), equipment=["四轮定位仪"])
    refused = refusal(cast, job)
    assert refused.code == "bay_unfit"
    assert "四轮定位仪" in str(refused)
    second = bays(cast)[1]
    second.equipment = ["四轮定位仪"]
    second.save()
    assert {s.bay for s in suggest(job)} == {second}
    plan(cast, job, bay=second)


def test_the_one_scarce_tool_serves_one_car_at_a_time(cast):
    first, second = (asking(make_job(cast), tools=["电池举升车"]) for _n in range(2))
    assert refusal(cast, first, at=today(14)).code == "resource_taken", "there is none"
    tool = Resource.objects.create(store=cast.store, kind="tool", name="举升车 1", equipment=["电池举升车"])
    first = plan(cast, first, at=today(14))
    assert "举升车 1" in {name for name, _from, _till in reserved(first)}
    refused = refusal(cast, second, bay=bays(cast)[1], user=colleague(cast), at=today(14, 30))
    assert "电池举升车" in str(refused)
    assert all(s.starts_at >= today(15) or s.ends_at <= today(14) for s in suggest(second))
    plan(cast, first, at=today(16))
    assert [r.during.lower for r in tool.reservations.all()] == [today(16)], "moving the plan moves the tool"
    first.undispatch(by=cast.dispatcher)
    assert not tool.reservations.exists()


def test_the_board_shows_who_is_off(cast, django_assert_max_num_queries):
    make_job(cast)
    me = on_shift(cast, time(9), time(12), time(13), time(17))
    with django_assert_max_num_queries(10):
        board = timeline.load(cast.store, clock.today(), "technician")
    (lane,) = [lane for lane in board.lanes if lane.pk == me.pk]
    assert [(start, end) for start, end, _why in lane.off] == [(8, 9), (12, 13), (17, 18)]
    assert not timeline.load(cast.store, clock.today() + timedelta(days=1), "technician").lanes[0].off
