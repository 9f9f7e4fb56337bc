"""The whole job by hand: a full day, the waiting list, a cancellation elsewhere, yes on the phone."""

import re

import pytest
from playwright.sync_api import expect

from apps.appointments.models import WaitingEntry
from apps.capacity.models import Resource
from apps.messaging.models import Message
from apps.messaging.services import send_due
from tests.appointments.factories import make_customer, make_package, make_vehicle, settle
from tests.appointments.waiting_house import house, midmorning, status
from tests.capacity.factories import tomorrow
from tests.harness.browser import PHONE
from tests.walk.hand import Hand

__all__ = ["house", "midmorning"]
pytestmark = pytest.mark.usefixtures("midmorning")


@pytest.fixture
def caller(house):
    """A known car; tomorrow nobody receives any more once the technician is booked out."""
    make_package(house.store)
    desk = Resource.objects.get(store=house.store, kind="advisor")
    desk.absences.create(during=(tomorrow(16), tomorrow(18)), reason="Training")
    return make_vehicle(house.store, "浙A52018", owner=make_customer(house.store, "李小红", "+8613812345678"))


def put_on_the_list(hand):
    """What is counted in docs/jobs.md: the phone rings, the wished day is full."""
    hand.go("/appointments/")
    hand.click(hand.page.locator(".page-actions .btn-primary"))
    hand.fill("#caller", "52018")
    hand.press("Enter")
    expect(hand.find("#thing")).to_be_focused()
    hand.fill("#thing", "K001")
    hand.press("Enter")
    expect(hand.find("input[name=item]")).to_have_count(1)
    hand.fill("#id_customer_words", "方向盘抖动")
    hand.click(hand.find(f"#day-{tomorrow():%Y%m%d}"))
    expect(hand.find(f"#day-{tomorrow():%Y%m%d}")).to_have_attribute("aria-current", "true")
    hand.click(hand.find("[data-wish]"))
    expect(hand.find("#id_wish-till_day")).to_have_value(f"{tomorrow():%Y-%m-%d}")
    expect(hand.find("#wait")).to_be_focused()
    hand.click(hand.find("#wait"))
    hand.page.wait_for_url(re.compile(r"/appointments/waiting/\d+/$"))


def test_from_the_full_day_to_yes_by_link(house, caller, page, new_context, sign_in):
    sign_in(page, house.advisor)
    page.goto("/")
    hand = Hand(page)
    put_on_the_list(hand)
    assert hand.actions == 10, "as counted in docs/jobs.md"
    entry = WaitingEntry.objects.get()
    assert (entry.customer_words, entry.items.count()) == ("方向盘抖动", 2)
    assert (entry.from_day, entry.till_day) == (tomorrow().date(), tomorrow().date())
    page.goto("/appointments/waiting/")
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")

    desk = new_context().new_page()
    sign_in(desk, house.reception_supervisor)
    desk.goto(f"/appointments/{house.full.pk}/")
    desk.locator(".menu summary").last.click()
    desk.locator("[data-dialog=cancel-dialog]").click()
    desk.locator("#id_cancel-reason").fill("客户出差")
    desk.locator("#cancel-dialog .btn-danger").click()
    expect(desk.locator("#cancel-dialog")).to_have_count(0)
    settle()
    send_due()
    expect(page.locator("#waiting .promised")).to_be_visible()  # without a reload

    message = Message.objects.about(entry).get(state="sent")
    phone = new_context(viewport=PHONE, has_touch=True).new_page()
    phone.goto("/l/" + message.params["url"].split("/l/")[1])
    expect(phone.locator("main")).to_contain_text("08:00")
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0], "nothing hangs over the edge of the phone"
    phone.locator("button[value=accept]").tap()
    expect(phone.get_by_role("status")).to_contain_text("AP-HZ01-")
    assert status(entry) == ["booked"]
    expect(page.locator("#waiting .promised")).to_have_count(0)
    page.goto(f"/appointments/{entry.appointment_id}/")
    expect(page.locator("main")).to_contain_text("方向盘抖动")
    assert entry.appointment.holder.reservations.count() == 3
