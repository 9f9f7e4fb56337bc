"""What hands do: building an estimate, signing on the screen, answering a link on a phone."""

import re

import pytest

from apps.workorders import services
from apps.workorders.models import Authorisation
from tests.harness.browser import PHONE
from tests.parts.factories import make_part, make_stock
from tests.workorders.factories import labour, make_authorised_order, make_operation, make_order, part

pytestmark = pytest.mark.django_db(transaction=True)


def scribble(page) -> None:
    """Sign with a finger or a mouse."""
    canvas = page.locator("[data-signature-pad] canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for x, y in ((90, 40), (130, 110), (180, 50), (230, 100)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def test_an_advisor_builds_an_estimate_and_the_customer_signs_on_the_screen(cast, page, sign_in):
    order = make_order(cast, [])
    make_operation(cast, name="四轮定位", hours="1.2")
    make_stock(cast, make_part(cast, name="刹车油 DOT4"), 5)
    sign_in(page, cast.advisor)
    page.goto(f"/work-orders/{order.pk}/")

    box = page.locator("[data-catalogue]")
    for word in ("四轮", "刹车油"):
        box.fill(word)
        page.locator("#catalogue-hits [aria-current]").wait_for()
        box.press("Enter")
        page.locator("#order-lines", has_text=word).wait_for()
        assert box.input_value() == ""

    page.locator("#order-lines .line-link", has_text="四轮定位").click()
    side = page.locator("#side")
    side.locator("[name=unit_price]").fill("200")
    side.get_by_role("button", name="保存").click()
    page.locator("#order-lines", has_text="240.00").wait_for()
    assert "328.00" not in page.locator("#order-side").inner_text()
    assert re.search(r"308\.00", page.locator("#order-side").inner_text())
    assert side.inner_text() == ""

    page.keyboard.press("n")
    page.get_by_role("heading", name="客户答复").wait_for()
    scribble(page)
    page.get_by_role("button", name="签字确认").click()
    page.locator("#order-status", has_text="已授权").wait_for()
    consent = Authorisation.objects.get()
    assert len(consent.accepted) == 2
    assert consent.signature.read().startswith(b"\x89PNG")


def test_an_unsigned_form_comes_back_with_a_sentence(cast, page, sign_in):
    order = make_order(cast)
    version = services.freeze(order, by=cast.advisor)
    sign_in(page, cast.advisor)
    page.goto(f"/work-orders/{order.pk}/versions/{version.number}/")
    page.get_by_role("button", name="签字确认").click()
    page.locator(".field-error", has_text="尚未签字").wait_for()
    assert not Authorisation.objects.exists()


def test_a_customer_accepts_one_line_and_declines_another_on_a_phone(cast, live, new_context):
    order = make_authorised_order(cast)
    yes, no = services.add_lines(
        order, [labour(cast, name="更换前刹车片"), part(cast, name="空调滤芯")], by=cast.advisor
    )
    _link, url = services.send_link(order, by=cast.advisor)
    page = new_context(viewport=PHONE, has_touch=True).new_page()
    page.goto("/l/" + url.split("/l/")[1])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0], "nothing hangs over the edge of the phone"
    page.locator(f"label:has([name=line_{yes.pk}][value=yes])").click()
    page.locator(f"label:has([name=line_{no.pk}][value=no])").click()
    page.get_by_label("您的姓名").fill("王晓明")
    scribble(page)
    page.get_by_role("button", name="签字并提交").click()
    page.get_by_role("status").wait_for()
    yes.refresh_from_db()
    no.refresh_from_db()
    assert (yes.state, no.state) == ("authorised", "declined")
    assert Authorisation.objects.get(method="link").given_by == "王晓明"


def test_the_clerk_issues_with_one_press(cast, page, sign_in):
    order = make_authorised_order(cast)
    demand = order.lines.get(kind="part").demand
    sign_in(page, cast.parts_clerk)
    page.goto("/parts/to-issue/")
    page.get_by_role("button", name="发料").first.click()
    page.locator("tr", has_text=order.number).get_by_role("button", name="退料").wait_for()
    demand.refresh_from_db()
    assert demand.state == "issued"
