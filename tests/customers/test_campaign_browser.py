"""The warranty clerk's job with a maker's recall, by hand: entered, the list given, the cars found."""

import pytest
from playwright.sync_api import expect

from apps.customers.models import Campaign
from tests.customers.factories import make_vehicle, make_vin
from tests.harness.browser import Keys
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("midmorning")]


def test_a_recall_is_entered_and_the_maker_s_list_mended_on_the_page(cast, page, sign_in):
    for n in (1, 2, 3):
        make_vehicle(cast, vin=make_vin(n), plate=f"浙A0000{n}")
    sign_in(page, cast.roles["warranty_clerk"])
    page.goto("/campaigns/")
    hand = Keys(page)
    hand.click(page.get_by_role("link", name="新建活动"))
    hand.click(page.locator("label", has_text="召回").first)
    hand.click(page.locator("#id_number"))
    hand.type("SR2026-041")
    hand.press("Tab")
    hand.type("气囊传感器召回")
    hand.press("Control+Enter")
    expect(page.get_by_text("档案里还没有涉及的车")).to_be_visible()
    hand.click(page.locator("#id_text"))
    page.keyboard.insert_text(f"VIN\n{make_vin(1)}\n{make_vin(2)}\n{make_vin(3)[:16]}\n{make_vin(9)}\n")
    hand.actions += 1
    hand.click(page.get_by_role("button", name="加入名单"))
    expect(page.locator("#list .notice")).to_contain_text("17 位")
    expect(page.locator("#id_text")).to_have_value(make_vin(3)[:16])
    expect(page.locator("tbody tr")).to_have_count(2)
    hand.click(page.locator("#id_text"))
    hand.press("Control+End")
    hand.type(make_vin(3)[16])
    hand.click(page.get_by_role("button", name="加入名单"))
    expect(page.locator("tbody tr")).to_have_count(3)
    assert hand.actions == 14, "recorded in docs/jobs.md"
    assert Campaign.objects.get().vins.count() == 4
