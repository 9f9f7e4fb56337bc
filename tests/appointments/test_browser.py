"""Booking by hand: the keyboard alone, and two clerks at the same moment."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.appointments.models import Appointment
from tests.appointments.factories import furnish, make_appointment, make_customer, make_package, make_vehicle
from tests.capacity.factories import narrow_house, tomorrow
from tests.harness.browser import tick

NEW = "/appointments/new/"


@pytest.fixture
def callers(cast):
    """Two known cars."""
    return [
        make_vehicle(cast.store, plate, owner=make_customer(cast.store, name, phone))
        for plate, name, phone in (
            ("浙A12345", "李明", "+8613812345678"),
            ("浙B88888", "韩梅", "+8613987654321"),
        )
    ]


def test_an_advisor_books_a_known_caller_with_the_keyboard_alone(cast, callers, page, sign_in):
    furnish(cast.store)
    make_package(cast.store)
    sign_in(page, cast.advisor)
    page.goto(NEW)
    keys = page.keyboard
    keys.type("12345")
    keys.press("Enter")  # before the answer is there: it waits for it
    expect(page.get_by_text("李明").first).to_be_visible()
    expect(page.locator("#thing")).to_be_focused()
    keys.type("K001")
    keys.press("Enter")
    expect(page.locator("input[name=item]")).to_have_count(1)
    expect(page.locator("#thing")).to_be_focused()
    expect(page.locator("#thing")).to_have_value("")
    page.locator("#day-" + f"{tomorrow():%Y%m%d}").focus()
    keys.press("Enter")
    expect(page.locator(f"#day-{tomorrow():%Y%m%d}")).to_have_attribute("aria-current", "true")
    first = page.locator(".slot input").first
    while not first.evaluate("node => node === document.activeElement"):
        keys.press("Tab")
    keys.press("Space")
    expect(page.locator("#readback .readback-time")).to_contain_text("08:00")
    keys.press("ArrowRight")
    expect(page.locator("#readback .readback-time")).to_contain_text("08:15")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/appointments/\d+/$"))
    appointment = Appointment.objects.get()
    assert appointment.arrives_at == tomorrow(8, 15)
    assert appointment.customer.name == "李明"
    assert appointment.items.count() == 2


def test_of_two_clerks_who_take_the_last_slot_one_is_told_and_loses_nothing(
    cast, callers, new_context, sign_in
):
    narrow_house(cast)
    pages = []
    for clerk, car in zip((cast.advisor, cast.reception_supervisor), callers, strict=True):
        page = new_context().new_page()
        sign_in(page, clerk)
        page.goto(f"{NEW}?vehicle={car.pk}&day={tomorrow():%Y-%m-%d}")
        page.locator("#id_customer_words").fill("方向盘抖动")
        tick(page.locator(f"#slot-{int(tomorrow(9).timestamp())}"))
        expect(page.locator("#readback .readback-time")).to_contain_text("09:00")
        pages.append(page)
    for page in pages:
        page.locator(".page-actions .btn-primary").click()
    winner, loser = pages
    winner.wait_for_url(re.compile(r"/appointments/\d+/$"))
    expect(loser.locator("#refused")).to_be_visible()
    expect(loser.locator("#id_customer_words")).to_have_value("方向盘抖动")
    assert Appointment.objects.count() == 1
    tick(loser.locator("#alt-1"))
    expect(loser.locator("#readback .readback-time")).to_contain_text("09:30")
    loser.locator(".page-actions .btn-primary").click()
    loser.wait_for_url(re.compile(r"/appointments/\d+/$"))
    assert sorted(Appointment.objects.values_list("arrives_at", flat=True)) == [
        tomorrow(9),
        tomorrow(9, 30),
    ]


def test_changing_the_work_changes_hours_price_and_slots_at_once(cast, callers, page, sign_in):
    furnish(cast.store)
    package = make_package(cast.store)
    sign_in(page, cast.advisor)
    page.goto(f"{NEW}?vehicle={callers[0].pk}&add=package:{package.pk}&day={tomorrow():%Y-%m-%d}")
    expect(page.locator("#items-title + .count")).to_have_text("1")
    page.locator("#quantity-0").fill("3")
    page.locator("#quantity-0").press("Enter")
    expect(page.locator(".items tfoot")).to_contain_text("2,034.00")
    expect(page.locator(".slot small").first).to_have_text("11:15")
    page.locator("button[name=remove]").click()
    expect(page.locator("input[name=item]")).to_have_count(0)


def test_a_time_ticked_while_an_earlier_change_is_being_answered_stays_ticked(cast, callers, page, sign_in):
    furnish(cast.store)
    sign_in(page, cast.advisor)
    page.goto(f"{NEW}?vehicle={callers[0].pk}&day={tomorrow():%Y-%m-%d}")
    held = []
    page.route("**/draft/", lambda route: held.append(route), times=1)
    page.locator("#id_contact_name").fill("李先生")
    with page.expect_request("**/draft/"):
        page.locator("#id_contact_name").press("Tab")
    tick(page.locator(".slot input").nth(6))
    held[0].continue_()
    expect(page.locator("#readback .readback-time")).to_contain_text("09:30")
    expect(page.locator(".slot input").nth(6)).to_be_checked()


def test_an_answer_that_comes_while_a_time_is_pressed_swallows_no_press(cast, callers, page, sign_in):
    furnish(cast.store)
    sign_in(page, cast.advisor)
    page.goto(f"{NEW}?vehicle={callers[0].pk}&day={tomorrow():%Y-%m-%d}")
    slot = page.locator(".slot").nth(6)
    page.locator("#id_contact_name").fill("李先生")
    slot.hover()
    with page.expect_response("**/draft/") as answer:
        page.mouse.down()  # leaves the field: its change is sent, and answered under the finger
    answer.value.finished()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()
    expect(page.locator("#readback .readback-time")).to_contain_text("09:30")
    expect(slot.locator("input")).to_be_checked()


def test_the_list_shows_a_new_booking_without_a_reload(cast, callers, page, sign_in):
    furnish(cast.store)
    sign_in(page, cast.advisor)
    page.goto(reverse("appointments:list") + f"?day={tomorrow():%Y-%m-%d}")
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")
    make_appointment(cast.store, vehicle=callers[0])
    expect(page.locator("#day .row-link")).to_have_text("09:00")
