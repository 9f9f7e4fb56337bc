"""The frame in a real browser: it fits every screen, obeys the keys and the content policy."""

import re

import pytest
from playwright.sync_api import expect

from tests.harness.browser import DESK, PHONE, TABLET

pytestmark = pytest.mark.django_db(transaction=True)


def overflow_px(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def sheet(page, sign_in, cast):
    sign_in(page, cast.administrator)
    page.goto("/styleguide/")
    return page


@pytest.mark.parametrize("viewport", [DESK, TABLET, PHONE])
def test_the_component_sheet_fits_the_screen(sheet, viewport):
    sheet.set_viewport_size({"width": viewport[0], "height": viewport[1]})
    assert overflow_px(sheet) <= 0


def test_the_head_that_grew_on_a_narrow_screen_shrinks_on_a_wide_one(sheet):
    head = sheet.locator(".page-head")
    sheet.evaluate("document.querySelector('.page-titles').style.height = '9rem'")
    expect(sheet.locator("html")).to_have_attribute("style", re.compile(r"--head-h: 1\d\dpx"))
    sheet.evaluate("document.querySelector('.page-titles').style.height = ''")
    expect(sheet.locator("html")).to_have_attribute("style", re.compile(r"--head-h: \d\dpx"))
    assert head.bounding_box()["height"] < 100


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_the_gate_fits_the_screen(page, cast, viewport):
    page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
    page.goto("/login/")
    assert overflow_px(page) <= 0
    expect(page.locator("#id_username")).to_be_focused()


def test_keys_lead_to_the_search_the_list_of_keys_and_the_rows(sheet):
    sheet.keyboard.press("/")
    expect(sheet.locator("#search")).to_be_focused()
    sheet.keyboard.press("Escape")
    sheet.keyboard.press("?")
    expect(sheet.locator("#keys-dialog")).to_be_visible()
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#keys-dialog")).to_be_hidden()
    sheet.keyboard.press("j")
    expect(sheet.locator("tbody .row-link").nth(3)).to_be_focused()  # on from the marked third row
    sheet.keyboard.press("k")
    expect(sheet.locator("tbody .row-link").nth(2)).to_be_focused()


def test_the_appearance_chosen_lasts_over_a_reload(sheet):
    sheet.click(".me")
    sheet.click("[data-choice=dark]")
    sheet.reload()
    assert sheet.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_phone_opens_the_navigation_as_a_drawer_and_escape_closes_it(sheet):
    sheet.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(sheet.locator("#rail")).to_be_hidden()
    sheet.click(".rail-open")
    expect(sheet.locator("#rail")).to_be_visible()
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#rail")).to_be_hidden()


def test_a_destructive_act_waits_for_a_yes(sheet):
    form = sheet.locator("form[data-confirm]")
    form.locator("button").click()
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#confirm-dialog")).to_be_hidden()
    assert "?" not in sheet.url
    form.locator("button").click()
    sheet.locator("#confirm-dialog [value=yes]").click()
    sheet.wait_for_url("**/styleguide/?*")


def test_a_signature_is_kept_as_strokes(sheet):
    canvas = sheet.locator("[data-signature-pad] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    sheet.mouse.move(box["x"] + 40, box["y"] + 40)
    sheet.mouse.down()
    sheet.mouse.move(box["x"] + 120, box["y"] + 80, steps=5)
    sheet.mouse.up()
    assert '"strokes"' in sheet.locator("[name=sample_signature]").input_value()
    sheet.locator("[data-signature-clear]").click()
    assert sheet.locator("[name=sample_signature]").input_value() == ""
