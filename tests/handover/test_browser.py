"""A whole handover with gloves on: a tablet beside the car."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from apps.handover.models import Handover
from tests.handover.factories import make_handover
from tests.harness.browser import PHONE, TABLET

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


def tick_everything(page):
    """As a quick hand does: the next box before the last one's answer."""
    for box in page.locator("#checklists input[type=checkbox]").all():
        box.check()
    for count in page.locator("#checklists .count").all():
        every = count.inner_text().split("/")[1].strip()
        expect(count).to_have_text(f"{every} / {every}")


def test_a_car_is_prepared_and_handed_over_on_a_tablet(cast, new_context, sign_in, browser_errors):
    handover = make_handover(cast, planned_at=TEN)
    page = new_context(viewport=TABLET).new_page()
    sign_in(page, cast.manager)
    page.goto(f"/handovers/{handover.pk}/")
    ready = page.locator("form[action$='/readiness/'] button")
    expect(ready).to_be_disabled()
    tick_everything(page)
    ready.click()
    expect(page.locator("form[action$='/delivery/']")).to_be_visible()
    page.locator("#id_odometer_km").fill("12")
    page.locator("#id_km_per_month").fill("1500")
    page.locator("form[action$='/delivery/'] .btn-primary").click()
    expect(page.locator(".form-errors")).to_be_visible()
    expect(page.locator("#id_odometer_km")).to_have_value("12")
    tick_everything(page)
    page.locator("form[action$='/delivery/'] .btn-primary").click()
    expect(page.locator("#delivered")).to_be_visible()
    assert Handover.objects.get().status == "delivered"
    assert not browser_errors


def test_a_refused_tick_is_taken_back_on_the_page(cast, new_context, sign_in):
    handover = make_handover(cast)
    page = new_context(viewport=TABLET).new_page()
    sign_in(page, cast.manager)
    page.goto(f"/handovers/{handover.pk}/")
    Handover.objects.update(status="cancelled", reason="sold on")
    box = page.locator("#checklists input[type=checkbox]").first
    box.click()
    expect(page.locator("#toasts")).not_to_be_empty()
    expect(box).not_to_be_checked()


def test_on_a_phone_nothing_sticks_out(cast, new_context, sign_in):
    page = new_context(viewport=PHONE).new_page()
    handover = make_handover(cast, prepared=True)
    sign_in(page, cast.manager)
    for url in ("/handovers/", f"/handovers/{handover.pk}/", "/handovers/new/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
