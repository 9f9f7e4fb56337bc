"""The front desk's job in a real browser: a caller's file in one go, on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from apps.customers.models import Vehicle
from tests.customers.factories import make_customer, make_vin
from tests.harness.browser import DESK, PHONE


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_known_phone_is_offered_while_typing_and_a_new_caller_entered(
    viewport, cast, live, new_context, sign_in, browser_errors
):
    make_customer(cast, name="单雄信", phone="+8613812345678")
    page = new_context(viewport=viewport).new_page()
    sign_in(page, cast.advisor)
    page.goto(live + "/customers/new/")
    expect(page.locator("[name=phone]")).to_be_focused()
    page.keyboard.type("138 1234 5678")
    expect(page.locator("#known")).to_contain_text("单雄信")
    page.locator("[name=phone]").fill("13900001111")
    expect(page.locator("#known")).not_to_contain_text("单雄信")
    page.locator("[name=name]").fill("欧阳修远")
    page.locator("[name=v-plate]").fill("浙a12")
    page.locator("[name=v-vin]").fill(make_vin(7))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_v-plate_error")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("欧阳修远")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    page.locator("[name=v-plate]").fill("浙a·12345")
    page.locator("[name=v-odometer_km]").fill("48210")
    page.locator(".form-actions .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/customers/\d+/$"))
    expect(page.locator(".plate")).to_contain_text("12345")
    assert Vehicle.objects.get(plate="浙A12345").odometer_km == 48_210
    assert not browser_errors
