"""The boards on their screens: they move by themselves."""

import pytest
from playwright.sync_api import expect

from apps.core import clock
from apps.workorders.models import WorkOrder
from apps.workshop import services
from tests.harness.browser import DESK
from tests.workshop.factories import make_finished_job, make_planned_job, many_jobs

TV = (1920, 1080)


@pytest.fixture
def board(cast, new_context, sign_in):
    """``board(url, viewport)``: a screen that shows ``url``, live."""

    def show(url: str, viewport=DESK):
        page = new_context(viewport=viewport).new_page()
        sign_in(page, cast.advisor)
        page.goto(url)
        expect(page.locator("#live-badge[data-state=live]")).to_be_visible()
        return page

    return show


def test_a_car_moves_on_when_its_work_is_submitted(cast, board):
    job = make_finished_job(cast, plate="浙A80808")
    page = board("/board/")
    expect(page.locator(".stage-repair .car-card")).to_have_count(1)
    services.submit_for_qc(job.order, by=cast.technician)
    expect(page.locator(".stage-quality .car-card")).to_have_count(1, timeout=5000)
    expect(page.locator(".stage-repair .car-card")).to_have_count(0)


def test_filters_stay_when_the_board_moves(cast, board):
    job = make_planned_job(cast, plate="浙A80808")
    page = board("/board/")
    page.locator("[name=plate]").fill("80808")
    page.locator("[name=plate]").press("Enter")
    page.wait_for_url("**plate=80808**")
    expect(page.locator(".car-card")).to_have_count(1)
    page.locator("h1").click()
    job.start(technician=cast.technician, by=cast.technician)
    expect(page.locator(".car-note")).to_contain_text(cast.technician.name, timeout=5000)
    assert page.locator("[name=plate]").input_value() == "80808"


def test_the_lounge_screen_moves_too_and_turns_pages_when_it_is_full(cast, board):
    job = make_finished_job(cast)
    page = board("/board/lounge/", TV)
    expect(page.locator(".lounge-row.is-repair")).to_have_count(1)
    services.submit_for_qc(job.order, by=cast.technician)
    expect(page.locator(".lounge-row.is-quality")).to_have_count(1, timeout=5000)
    many_jobs(cast, 40)
    WorkOrder.objects.update(promised_at=clock.at(clock.today(), 16))
    page.reload()
    shown = page.locator(".lounge-row:visible")
    expect(shown.first).to_be_visible()
    assert 8 <= shown.count() < 41
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
