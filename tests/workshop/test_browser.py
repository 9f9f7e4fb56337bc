"""By hand, in a real browser: dispatcher and technician look at the same workshop."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.core import clock
from apps.desk.models import Task
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking, Job
from tests.harness.browser import DESK, PHONE, TABLET
from tests.workorders.factories import labour, make_authorised_order, make_vehicle, make_visit, part
from tests.workshop.factories import (
    bays,
    colleague,
    make_house,
    make_job,
    make_planned_job,
    plan,
    technician_of,
)
from tests.workshop.test_flow import photo

BOARD = "#dispatch"


@pytest.fixture
def person(new_context, sign_in):
    """``person(user, viewport=…)``: that user's own browser."""

    def make(user, viewport=DESK):
        page = new_context(viewport=viewport).new_page()
        sign_in(page, user)
        return page

    return make


def relaxed(*jobs: Job) -> None:
    """No promise is in danger."""
    WorkOrder.objects.filter(pk__in=[j.order_id for j in jobs]).update(
        promised_at=clock.at(clock.today(), 17, 45)
    )


def unreloaded(page) -> bool:
    return page.evaluate("window.stillHere === true")


def test_the_open_board_shows_a_technician_s_start_by_itself(cast, person):
    job = make_planned_job(cast)
    relaxed(job)
    dispatcher, technician = person(cast.dispatcher), person(cast.technician, TABLET)
    dispatcher.goto("/dispatch/")
    dispatcher.evaluate("window.stillHere = true")
    expect(dispatcher.locator("#live-badge[data-state=live]")).to_be_visible()
    expect(dispatcher.locator(".bar-work")).to_have_count(0)
    technician.goto(f"/my-jobs/{job.pk}/")
    technician.get_by_role("button", name="开工").click()
    expect(dispatcher.locator(".bar-work")).to_have_count(1, timeout=5000)
    assert unreloaded(dispatcher)
    place = dispatcher.locator(".bar-work").evaluate("node => [node.style.left, node.style.width]")
    assert all(re.fullmatch(r"[\d.]+%", value) and value != "0%" for value in place)


def test_one_click_plans_a_suggestion(cast, person):
    job = make_job(cast, plate="浙A31313")
    page = person(cast.dispatcher)
    page.goto("/dispatch/")
    page.locator(".job-card").click()
    expect(page.locator(".suggestion").first).to_be_visible()
    page.locator(".suggestion").first.click()
    expect(page.locator(".job-card")).to_have_count(0)
    expect(page.locator(f".bar[data-drag='{job.pk}']")).to_be_visible()
    expect(page.locator("#job-slot > *")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("浙A31313")
    assert Job.objects.get().state == "planned"


def drag(page, source, lane, hour: float) -> None:
    """Take ``source`` by its left end and let it go on ``lane`` at ``hour``."""
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")
    board = page.locator(".tracks")
    first, last = (float(board.get_attribute(f"data-{name}")) for name in ("from", "to"))
    box, track = source.bounding_box(), lane.bounding_box()
    x = track["x"] + track["width"] * (hour - first) / (last - first)
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=3)
    page.mouse.move(x + 1, track["y"] + track["height"] / 2, steps=8)
    page.mouse.up()


def lane_of(page, resource):
    return page.locator(f".track[data-lane='{resource.pk}']")


def test_a_queued_job_is_dragged_to_a_bay_and_a_bar_to_another_time(cast, person):
    job = make_job(cast)
    relaxed(job)
    page = person(cast.dispatcher)
    page.goto("/dispatch/")
    card = page.locator(f".job-card[data-drag='{job.pk}']")
    drag(page, card, lane_of(page, bays(cast)[1]), 14)
    bar = page.locator(f".bar[data-drag='{job.pk}']")
    expect(bar).to_be_visible()
    job.refresh_from_db()
    assert (job.bay, job.planned_from) == (bays(cast)[1], clock.at(clock.today(), 14))
    drag(page, bar, lane_of(page, bays(cast)[0]), 12.5)
    expect(lane_of(page, bays(cast)[0]).locator(f".bar[data-drag='{job.pk}']")).to_be_visible()
    job.refresh_from_db()
    assert (job.bay, job.planned_from) == (bays(cast)[0], clock.at(clock.today(), 12, 30))


def test_a_refused_drop_says_why_and_the_bar_stays(cast, person, browser_errors):
    taken = plan(cast, make_job(cast, plate="浙A66666"), at=clock.at(clock.today(), 14))
    job = plan(cast, make_job(cast), at=clock.at(clock.today(), 12), bay=bays(cast)[1], user=colleague(cast))
    relaxed(taken, job)
    page = person(cast.dispatcher)
    page.goto("/dispatch/")
    bar = page.locator(f".bar[data-drag='{job.pk}']")
    before = bar.bounding_box()
    drag(page, bar, lane_of(page, taken.bay), 14)
    expect(page.locator("#toasts")).to_contain_text("浙A66666")
    assert bar.bounding_box() == before
    expect(page.locator(".drag-ghost")).to_have_count(0)
    job.refresh_from_db()
    assert job.planned_from == clock.at(clock.today(), 12)
    assert [error for error in browser_errors if "409" not in error] == []


def test_a_click_on_a_bar_opens_the_job_and_escape_leads_back(cast, person):
    make_planned_job(cast)
    page = person(cast.dispatcher)
    page.goto("/dispatch/")
    page.locator(".bar[data-drag]").click()
    expect(page.locator("#job-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#job-open")).to_have_count(0)


def test_planning_by_hand_keeps_what_was_chosen_when_a_field_is_wrong(cast, person):
    job = make_job(cast)
    page = person(cast.dispatcher)
    page.goto("/dispatch/")
    page.locator(".job-card").click()
    page.locator(".plan-by-hand summary").click()
    page.locator("#job-slot [name=bay]").last.select_option(str(bays(cast)[1].pk))
    page.locator("#job-slot [name=starts_at]").last.fill(f"{clock.today():%Y-%m-%d}T15:00")
    page.locator(".plan-by-hand button").click()
    expect(page.locator(f".bar[data-drag='{job.pk}']")).to_be_visible()
    job.refresh_from_db()
    assert (job.bay, job.planned_from) == (bays(cast)[1], clock.at(clock.today(), 15))


@pytest.mark.parametrize("viewport", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_technician_works_a_job_with_gloves(cast, person, viewport, tmp_path):
    make_house(cast)
    order = make_authorised_order(
        cast,
        [labour(cast, "0.5"), part(cast)],
        visit=make_visit(cast, make_vehicle(cast, plate="浙A90909")),
        customer_words="刹车有异响",
    )
    job = make_job(cast, order=order)
    plan(cast, job)
    page = person(cast.technician, viewport)
    page.goto("/my-jobs/")
    page.locator(".my-card").first.click()
    expect(page.get_by_text("刹车有异响")).to_be_visible()
    expect(page.get_by_text("机油滤清器")).to_be_visible()
    small = page.evaluate(
        "[...document.querySelectorAll('.page-content button, .page-content .check-row')]"
        ".filter(n => n.offsetHeight && n.offsetHeight < 47.5).map(n => n.textContent.trim())"
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".check-row").click()
    page.get_by_role("button", name="开工").click()
    expect(page.locator(".job-clock [data-running]")).to_have_text(re.compile(r"^0:00:0\d$"))
    _report(page, tmp_path)
    assert Task.objects.get(kind="workshop.finding").note == "右前减震器漏油"
    page.get_by_role("button", name="等待配件").click()
    page.get_by_role("button", name="继续").click()
    page.locator("[name=work_done]").fill("更换机油机滤，检查制动系统")
    page.get_by_role("button", name="完工", exact=True).click()
    page.get_by_role("button", name="提交质检").click()
    expect(page).to_have_url(re.compile(r"/my-jobs/$"))
    assert WorkOrder.objects.get().status == "awaiting_qc"
    assert [c.end_reason for c in Clocking.objects.order_by("pk")] == ["parts", "finished"]


def _report(page, tmp_path) -> None:
    picture = tmp_path / "leak.png"
    picture.write_bytes(photo().read())
    page.locator("#finding summary").click()
    page.locator("#finding [name=text]").fill("右前减震器漏油")
    page.locator("#finding [name=photo]").set_input_files(picture)
    page.locator("#finding button").click()
    expect(page.locator("#toasts")).not_to_be_empty()


def test_my_jobs_change_while_the_page_is_open(cast, person):
    job = make_job(cast)
    job.line.operation.skill = "electrical"
    job.line.operation.save()
    page = person(colleague(cast), PHONE)
    page.goto("/my-jobs/")
    expect(page.locator("#live-badge[data-state=live]")).to_be_attached()
    expect(page.locator(".my-card")).to_have_count(0)
    job.line.operation.skill = "general"
    job.line.operation.save()
    job.dispatch(
        bays(cast)[0], technician_of(colleague(cast)), clock.now() + timedelta(minutes=2), by=cast.dispatcher
    )
    expect(page.locator(".my-card")).to_have_count(1, timeout=5000)
