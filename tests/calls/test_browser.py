"""What an agent's hands do: next call by key, no answer, and it comes back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from apps.calls.models import Attempt, Call
from tests.calls.factories import make_call
from tests.customers.factories import make_vehicle
from tests.harness.browser import PHONE

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    """``at(moment)``: the business clock of the served pages; it starts at ten."""

    def set_to(moment):
        monkeypatch.setattr("apps.core.clock.now", lambda: moment)

    set_to(TEN)
    return set_to


def test_an_agent_takes_the_next_call_by_key_nobody_answers_and_it_comes_back(cast, page, sign_in, at):
    call = make_call(cast, closes_on=TEN.date() + 3 * DAY)
    sign_in(page, cast.agent)
    page.goto("/calls/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/calls/{call.pk}/")
    expect(page.locator(".page-actions a[href^='tel:']")).to_be_visible()
    page.keyboard.press("2")
    page.wait_for_url("**/calls/")
    expect(page.locator("tbody tr")).to_have_count(0)
    assert Attempt.objects.get().outcome == "no_answer"
    at(TEN + DAY + timedelta(hours=4))
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("n")
    page.wait_for_url(f"**/calls/{call.pk}/")
    page.keyboard.press("1")
    page.wait_for_url("**/#form")
    expect(page.locator("#id_person_spoken_to")).to_be_focused()
    page.locator("#id_note").fill("车况良好，没有问题")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/calls/")
    assert Call.objects.get().state == "done"


def test_digits_typed_into_the_note_choose_no_outcome(cast, page, sign_in, at):
    call = make_call(cast)
    call.claim(by=cast.agent)
    sign_in(page, cast.agent)
    page.goto(f"/calls/{call.pk}/")
    page.get_by_label("本次拨打备注").press_sequentially("1234567")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{page.url}")
    assert not Attempt.objects.exists()


def test_the_list_follows_what_colleagues_do_without_a_reload(cast, page, sign_in, at):
    call = make_call(cast, vehicle=make_vehicle(cast))
    sign_in(page, cast.agent)
    page.goto("/calls/")
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")
    expect(page.locator("tbody tr")).to_have_count(1)
    call.record_attempt("busy", by=cast.manager)
    expect(page.locator("tbody tr")).to_have_count(0)


def test_on_a_phone_nothing_sticks_out_and_the_number_is_at_the_thumb(cast, new_context, sign_in, at):
    page = new_context(viewport=PHONE).new_page()
    call = make_call(cast, topic="制动盘到货时间已确认，周三上午可以安装，预计两个小时完成" * 2)
    call.claim(by=cast.agent)
    sign_in(page, cast.agent)
    for url in ("/calls/", f"/calls/{call.pk}/", f"/calls/numbers/{call.customer_id}/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    page.goto(f"/calls/{call.pk}/")
    expect(page.locator(".page-actions a[href^='tel:']")).to_be_in_viewport()
