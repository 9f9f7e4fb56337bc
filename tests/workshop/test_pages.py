"""Pages of dispatcher and technician: what they do, whom they refuse, what a second press does."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.capacity.models import Reservation
from apps.core import clock
from apps.desk.models import File, Task
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking, Job
from tests.workshop.factories import (
    bays,
    colleague,
    make_finished_job,
    make_house,
    make_job,
    make_planned_job,
    make_running_job,
    many_jobs,
    plan,
    technician_of,
)
from tests.workshop.test_flow import photo

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
POSTS = (
    "delay",
    "plan",
    "plan_remove",
    "submit_for_qc",
    "take",
    "protect",
    "start",
    "pause",
    "finish",
    "finding",
    "photo",
)


def wish(cast, hour=14, **fields):
    """What the plan's form sends."""
    return {
        "bay": bays(cast)[0].pk,
        "technician": technician_of(cast.technician).pk,
        "starts_at": f"{clock.today():%Y-%m-%d}T{hour:02d}:00",
        **fields,
    }


def test_the_board_shows_lanes_bars_and_the_queue_by_promise(client, cast):
    make_running_job(cast, plate="浙A11111")
    make_job(cast, plate="浙A22222")
    soon = make_job(cast, plate="浙A33333")
    WorkOrder.objects.update(promised_at=clock.at(clock.today(), 17))
    WorkOrder.objects.filter(pk=soon.order_id).update(promised_at=clock.at(clock.today(), 12))
    client.force_login(cast.dispatcher)
    page = client.get("/dispatch/").content.decode()
    assert page.count("data-lane=") == 3
    assert "bar-work" in page
    assert page.index("33333") < page.index("22222")


def test_the_board_by_technician_has_a_lane_for_each(client, cast):
    make_running_job(cast)
    WorkOrder.objects.update(promised_at=clock.at(clock.today(), 17))
    client.force_login(cast.dispatcher)
    page = client.get("/dispatch/?by=technician&day=nonsense").content.decode()
    assert page.count("data-lane=") == 2
    assert "bar-work" in page


def test_an_empty_house_says_what_to_do_first(client, cast):
    client.force_login(cast.dispatcher)
    page = client.get("/dispatch/").content.decode()
    assert "tracks-scroll" not in page
    assert 'class="empty' in page


def test_planning_answers_the_board_with_the_job_on_it_and_a_toast(client, cast):
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    answer = client.post(reverse("workshop:plan", args=[job.pk]), wish(cast), **HTMX)
    assert answer.status_code == 200
    assert f"/jobs/{job.pk}/" in answer.content.decode()
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["toast"]["level"] in ("success", "warning")
    assert "job-settled" in told
    assert Job.objects.get().state == "planned"


def test_the_plain_form_plans_as_well_and_leads_back(client, cast):
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    assert reverse("workshop:plan", args=[job.pk]) in client.get(f"/jobs/{job.pk}/").content.decode()
    answer = client.post(reverse("workshop:plan", args=[job.pk]), wish(cast))
    assert (answer.status_code, answer.url) == (302, "/dispatch/")


def test_a_drop_on_a_bay_finds_the_technician_itself(client, cast):
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    client.post(reverse("workshop:plan", args=[job.pk]), wish(cast, technician=""), **HTMX)
    assert Job.objects.get().technician is not None


def test_a_refused_plan_answers_409_with_the_sentence(client, cast):
    plan(cast, make_job(cast, plate="浙A44444"), at=clock.at(clock.today(), 14))
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    answer = client.post(reverse("workshop:plan", args=[job.pk]), wish(cast), **HTMX)
    assert answer.status_code == 409
    assert "浙A44444" in answer.json()["detail"]
    assert Job.objects.get(pk=job.pk).state == "unplanned"


@pytest.mark.parametrize("field", ["starts_at", "bay"])
def test_a_wrong_field_is_told_beside_it_and_the_rest_is_kept(client, cast, field):
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    answer = client.post(reverse("workshop:plan", args=[job.pk]), wish(cast, **{field: "nonsense"}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "has-error" in page
    assert f'value="{technician_of(cast.technician).pk}" selected' in page


def test_pressing_twice_plans_once(client, cast):
    job = make_job(cast)
    client.force_login(cast.dispatcher)
    for _n in range(2):
        client.post(reverse("workshop:plan", args=[job.pk]), {**wish(cast), "_once": "the same press"})
    assert Reservation.objects.filter(holder__isnull=False).count() == 2


def test_a_stale_tab_is_refused_and_changes_nothing(client, cast):
    """The job began while the dispatcher's panel was open."""
    job = make_running_job(cast)
    client.force_login(cast.dispatcher)
    for name, data in (("plan", wish(cast)), ("plan_remove", {})):
        assert client.post(reverse(f"workshop:{name}", args=[job.pk]), data, **HTMX).status_code == 409
    assert Job.objects.get().state == "in_work"


@pytest.mark.parametrize("name", POSTS)
def test_acts_are_posts_only_and_strangers_find_nothing(client, cast, name):
    job = make_running_job(cast)
    url = reverse(f"workshop:{name}", args=[job.order_id if name == "submit_for_qc" else job.pk])
    client.force_login(cast.dispatcher)
    assert client.get(url).status_code == 405
    for outsider in (cast.neighbour, cast.stranger):
        type(outsider).objects.filter(pk=outsider.pk).update(role="dispatcher")
        client.force_login(outsider)
        assert client.post(url).status_code == 404
    client.force_login(cast.cashier)
    assert client.post(url).status_code == 403
    assert Job.objects.get().state == "in_work"


def test_who_may_only_look_sees_no_handles(client, cast):
    job = make_job(cast)
    client.force_login(cast.advisor)
    page = client.get("/dispatch/").content.decode()
    assert "data-drag=" not in page
    assert "data-drop" not in page
    panel = client.get(f"/jobs/{job.pk}/", **HTMX).content.decode()
    assert "/plan/" not in panel


def test_another_store_s_board_is_not_shown(client, cast):
    client.force_login(cast.dispatcher)
    assert client.get(f"/dispatch/?store={cast.other_store.pk}").status_code == 404
    client.force_login(cast.group_manager)
    assert client.get(f"/dispatch/?store={cast.other_store.pk}").status_code == 200


# The technician ---------------------------------------------------------------------------------------


def post(client, name, job, **data):
    return client.post(reverse(f"workshop:{name}", args=[job.pk]), data)


def test_a_technician_works_through_a_job(client, cast):
    job = make_job(cast)
    client.force_login(cast.technician)
    assert post(client, "take", job).status_code == 302
    assert post(client, "start", job).status_code == 409  # covers first
    assert post(client, "start", job, protection="1").status_code == 302
    assert post(client, "pause", job, reason="tool").status_code == 302
    assert post(client, "start", job).status_code == 302
    assert post(client, "finish", job, work_done="").status_code == 422
    answer = post(client, "finish", job, work_done="更换机油机滤", cause="到期保养")
    assert answer.url == reverse("workshop:my_job", args=[job.pk])
    assert "qc-submission" in client.get(answer.url).content.decode()
    url = reverse("workshop:submit_for_qc", args=[job.order_id])
    assert client.post(url, {"next": "mine"}).url == "/my-jobs/"
    assert WorkOrder.objects.get(pk=job.order_id).status == "awaiting_qc"
    assert list(Clocking.objects.order_by("pk").values_list("end_reason", flat=True)) == ["tool", "finished"]


def test_my_jobs_are_sorted_by_what_i_may_do(client, cast):
    running = make_running_job(cast, plate="浙A10001")
    planned = plan(cast, make_job(cast, plate="浙A10002"), at=clock.at(clock.today(), 15))
    free = make_job(cast, plate="浙A10003")
    theirs = plan(cast, make_job(cast, plate="浙A10004"), bay=bays(cast)[1], user=colleague(cast))
    client.force_login(cast.technician)
    page = client.get("/my-jobs/").content.decode()
    order = [page.index(f"/my-jobs/{job.pk}/") for job in (running, planned, free)]
    assert order == sorted(order)
    assert f"/my-jobs/{theirs.pk}/" not in page
    assert client.get(f"/my-jobs/{theirs.pk}/").status_code == 404


def test_a_technician_cannot_stop_a_colleague(client, cast):
    make_house(cast)
    job = make_running_job(cast, user=colleague(cast))
    job.technician.team = technician_of(cast.technician).team
    job.technician.save()
    client.force_login(cast.technician)
    assert post(client, "pause", job, reason="break").status_code == 409
    assert post(client, "finish", job, work_done="ok").status_code == 409
    client.force_login(cast.team_lead)
    assert post(client, "pause", job, reason="break").status_code == 302
    assert Job.objects.get().state == "paused"


def test_a_team_lead_clocks_the_technician_the_job_is_planned_for(client, cast):
    job = make_planned_job(cast)
    client.force_login(cast.team_lead)
    post(client, "start", job)
    assert Clocking.objects.get().technician == cast.technician


def test_a_finding_with_a_photo_reaches_the_advisor(client, cast):
    job = make_running_job(cast)
    client.force_login(cast.technician)
    answer = post(client, "finding", job, text="右前减震器漏油", photo=photo())
    assert answer.status_code == 302
    assert Task.objects.get(kind="workshop.finding").owner == cast.advisor
    kept = File.objects.get(kind="workshop.photo")
    assert client.get(reverse("desk:file", args=[kept.pk])).status_code == 200
    client.force_login(cast.stranger)
    assert client.get(reverse("desk:file", args=[kept.pk])).status_code == 404


@pytest.mark.parametrize("name", ["finding", "photo"])
def test_what_is_no_photo_is_told_and_what_was_typed_is_kept(client, cast, name):
    job = make_running_job(cast)
    client.force_login(cast.technician)
    wrong = SimpleUploadedFile("virus.png", b"MZ", "image/png")
    answer = post(client, name, job, text="右前减震器漏油", photo=wrong)
    assert answer.status_code == 422
    if name == "finding":
        assert "右前减震器漏油" in answer.content.decode()
    assert not File.objects.filter(kind="workshop.photo").exists()


def test_script_in_text_stays_text(client, cast):
    job = make_running_job(cast)
    client.force_login(cast.technician)
    post(client, "finding", job, text="<script>alert(1)</script>")
    page = client.get(f"/my-jobs/{job.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_order_s_page_lists_its_jobs(client, cast):
    job = make_finished_job(cast)
    client.force_login(cast.advisor)
    assert f"/jobs/{job.pk}/" in client.get(f"/work-orders/{job.order_id}/").content.decode()


# Queries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "limit"),
    [("/dispatch/fragment/", 12), ("/dispatch/fragment/?by=technician", 12), ("/my-jobs/fragment/", 12)],
)
def test_the_fragment_asks_as_much_for_150_jobs_as_for_3(
    client, cast, django_assert_max_num_queries, url, limit
):
    client.force_login(cast.dispatcher if "dispatch" in url else cast.technician)
    counts = []
    for more in (3, 147):
        many_jobs(cast, more)
        client.get(url)
        with django_assert_max_num_queries(limit) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
