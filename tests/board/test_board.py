"""The boards: every car in the house once, at its stage; masked where customers look; few queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.quality.in_house import in_house, lounge
from apps.quality.models import Wash
from apps.workorders import services as orders
from apps.workorders.models import WorkOrder
from apps.workshop.fragments import state_of_data
from apps.workshop.models import Job
from tests.workorders.factories import labour, make_order, make_vehicle, make_visit, sign
from tests.workshop.factories import (
    bays,
    colleague,
    make_finished_job,
    make_job,
    make_paused_job,
    make_planned_job,
    make_running_job,
    many_jobs,
    plan,
)

pytestmark = pytest.mark.django_db


def set_order(job: Job, **fields) -> None:
    WorkOrder.objects.filter(pk=job.order_id).update(**fields)


def stages(cast) -> dict[str, str]:
    return {row.plate: row.stage for row in in_house(cast.store)}


def test_each_car_stands_once_at_its_stage(cast):
    make_visit(cast, make_vehicle(cast, plate="浙A00001"), status="waiting")
    make_visit(cast, make_vehicle(cast, plate="浙A00002"))
    make_running_job(cast, plate="浙A00003")
    washed = make_job(cast, plate="浙A00005")
    checked = make_job(cast, plate="浙A00006")
    ready = make_job(cast, plate="浙A00007")
    set_order(washed, status="awaiting_qc")
    set_order(checked, status="awaiting_qc")
    set_order(ready, status="ready")
    Wash.objects.create(store=cast.store, order=washed.order, asked_at=clock.now())
    make_visit(cast, make_vehicle(cast, plate="浙A00008"), status="left")
    assert stages(cast) == {
        "浙A00001": "waiting",
        "浙A00002": "reception",
        "浙A00003": "repair",
        "浙A00005": "wash",
        "浙A00006": "quality",
        "浙A00007": "ready",
    }


def test_a_paused_car_waits_for_what_its_job_waits_for(cast):
    job = make_paused_job(cast, "parts", plate="浙A00001")
    assert stages(cast) == {"浙A00001": "parts"}
    job.resume(technician=cast.technician, by=cast.technician)
    assert stages(cast) == {"浙A00001": "repair"}
    job.pause("approval", by=cast.technician)
    assert stages(cast) == {"浙A00001": "approval"}


def test_additional_work_without_consent_blocks_a_car_on_which_nobody_works(cast):
    job = make_finished_job(cast, plate="浙A00001")
    orders.add_lines(job.order, [labour(cast)], by=cast.advisor)
    assert stages(cast) == {"浙A00001": "approval"}
    sign(cast, job.order)
    assert stages(cast) == {"浙A00001": "repair"}


def test_an_estimate_on_the_phone_is_no_car_in_the_house(cast):
    make_order(cast, [labour(cast)], vehicle=make_vehicle(cast))
    assert stages(cast) == {}


def test_other_stores_do_not_appear(cast):
    make_visit(cast, store=cast.other_store)
    assert in_house(cast.store) == []


def test_a_card_says_who_works_where_and_what_comes_next(cast):
    make_running_job(cast, plate="浙A00001")
    later = clock.at(clock.today(), 15)
    plan(cast, make_job(cast, plate="浙A00002"), bay=bays(cast)[1], user=colleague(cast), at=later)
    make_job(cast, plate="浙A00003")
    rows = {row.plate: row for row in in_house(cast.store)}
    assert (rows["浙A00001"].people, rows["浙A00001"].bays) == ([cast.technician.name], ["1 号工位"])
    assert (rows["浙A00002"].next_at, rows["浙A00002"].people) == (later, [colleague(cast).name])
    assert rows["浙A00003"].is_unplanned


def test_risk_is_shown_before_the_promise_is_broken(cast):
    job = make_running_job(cast, "2.0")  # ends 12:30, ready 12:50
    for promise, risk in (((13, 30), ""), ((13, 0), "block"), ((12, 45), "late")):
        set_order(job, promised_at=clock.at(clock.today(), *promise))
        assert in_house(cast.store)[0].risk == risk


def test_the_board_filters_by_advisor_risk_plate_and_stage(client, cast):
    running = make_running_job(cast, plate="浙A11111")
    other = make_job(cast, plate="浙A22222")
    set_order(running, promised_at=clock.now() + timedelta(minutes=5))
    set_order(other, promised_at=clock.now() + timedelta(hours=6), advisor=cast.manager)
    client.force_login(cast.dispatcher)
    for query, shown in (
        ("", {"11111", "22222"}),
        (f"advisor={cast.manager.pk}", {"22222"}),
        ("late=1", {"11111"}),
        ("plate=2222", {"22222"}),
        ("stage=wash", set()),
        ("advisor=x&stage=y&late=z", {"11111", "22222"}),
    ):
        page = client.get(f"/board/fragment/?{query}").content.decode()
        cards = page.partition("stage-board")[2]
        assert {serial for serial in ("11111", "22222") if serial in cards} == shown, query


def test_nobody_sees_another_group_s_cars(client, cast):
    make_running_job(cast, plate="浙A11111")
    client.force_login(cast.stranger)
    assert "11111" not in client.get("/board/").content.decode()
    assert client.get(f"/board/?store={cast.store.pk}").status_code == 404
    assert client.get(f"/board/lounge/fragment/?store={cast.store.pk}").status_code == 404


def test_the_lounge_masks_plates_and_names_nobody(client, cast):
    make_running_job(cast, plate="浙A12345")
    client.force_login(cast.advisor)
    page = client.get("/board/lounge/").content.decode()
    assert "12345" not in page
    assert "345" in page
    assert "王晓明" not in page
    assert cast.technician.name not in page.partition("lounge-rows")[2]


def test_the_lounge_shows_the_ready_first_and_not_what_is_promised_for_another_day(cast):
    running, ready, far = (make_job(cast, plate=f"浙A0000{n}") for n in (1, 2, 3))
    set_order(running, promised_at=clock.at(clock.today(), 12))
    set_order(ready, status="ready", promised_at=clock.at(clock.today(), 17))
    set_order(far, promised_at=clock.now() + timedelta(days=2))
    assert [row.plate for row in lounge(cast.store)] == ["浙A00002", "浙A00001"]


def test_empty_boards_say_what_will_stand_there(client, cast):
    client.force_login(cast.dispatcher)
    for url in ("/board/", "/board/lounge/"):
        assert 'class="empty' in client.get(url).content.decode()


@pytest.mark.parametrize("url", ["/board/fragment/", "/board/lounge/fragment/"])
def test_a_fragment_of_150_jobs_takes_as_many_queries_as_one_of_3_at_most_twelve(
    client, cast, django_assert_max_num_queries, url
):
    make_planned_job(cast)
    client.force_login(cast.dispatcher)
    client.get(url)  # the first request of a session writes it
    counts = []
    for more in (3, 147):
        many_jobs(cast, more)
        with django_assert_max_num_queries(12) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_what_another_reader_has_drawn_costs_one_query_besides_the_log_in(cast):
    make_running_job(cast)
    readers = [Client(), Client()]
    for reader, user in zip(readers, (cast.dispatcher, cast.team_lead), strict=True):
        reader.force_login(user)
        reader.get("/board/fragment/")  # the first request of a session writes it
    # Snapshots count the whole server's transactions, those of other tests beside this one too.
    for _quiet_moment in range(200):
        before = state_of_data()
        drawn = readers[0].get("/board/fragment/").content
        with CaptureQueriesContext(connection) as asked:
            shared = readers[1].get("/board/fragment/").content
        if state_of_data() == before:
            break
    assert shared == drawn
    assert len(asked) == 3  # session, user with store, and:
    assert "pg_current_snapshot" in asked.captured_queries[-1]["sql"]
