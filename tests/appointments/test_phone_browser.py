"""The ringing phone by hand: few keys, and a second caller who loses nothing of the first."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.appointments.models import Appointment, BookingDraft
from apps.catalog.models import Brand, Package, VehicleModel
from tests.appointments.factories import furnish, make_customer, make_package, make_vehicle
from tests.harness.browser import Keys

NEW = "/appointments/new/"


@pytest.fixture
def desk(cast, page, sign_in):
    """An advisor at the page; the service at 20,000 km has a package."""
    furnish(cast.store)
    package = make_package(cast.store)
    Package.objects.filter(pk=package.pk).update(service_km=10_000)
    model = VehicleModel.objects.create(
        brand=Brand.objects.create(group=cast.group, name="远川"), name="云岭"
    )
    owner = make_customer(cast.store, "李明", "+8613812345678")
    make_vehicle(cast.store, "浙A12345", owner=owner, model=model, odometer_km=19_300)
    sign_in(page, cast.advisor)
    page.goto(NEW)
    expect(page.locator("#caller")).to_be_focused()
    return page


def reads_back(page: Page, text: str) -> None:
    expect(page.locator("#readback .readback-time")).to_contain_text(text)


def test_a_known_caller_with_a_service_due_is_booked_with_five_keys(desk):
    keys = Keys(desk)
    keys.type("12345")
    keys.press("Enter")
    expect(desk.locator("#thing")).to_be_focused()
    keys.press("Alt+s")
    expect(desk.locator("input[name=item]")).to_have_count(1)
    keys.press("Alt+t")
    expect(desk.locator(".slot input").first).to_be_focused()
    reads_back(desk, desk.locator(".slot-at").first.inner_text())
    keys.press("Control+Enter")
    desk.wait_for_url(re.compile(r"/appointments/\d+/$"))
    assert keys.actions == 5, "at most 12 (docs/jobs.md)"
    booked = Appointment.objects.get()
    assert booked.customer.name == "李明"
    assert booked.items.exists()


def test_a_new_caller_is_entered_and_booked_with_eleven_keys(desk):
    keys = Keys(desk)
    keys.type("周杰")
    keys.press("Enter")
    expect(desk.locator("#id_new-phone")).to_be_focused()
    expect(desk.locator("#id_new-name")).to_have_value("周杰")
    keys.type("13900001111")
    keys.press("Tab")
    keys.type("浙B99999")
    keys.press("Enter")
    expect(desk.locator("#thing")).to_be_focused()
    keys.type("K001")
    keys.press("Enter")
    expect(desk.locator("input[name=item]")).to_have_count(1)
    keys.press("Alt+t")
    expect(desk.locator(".slot input").first).to_be_focused()
    reads_back(desk, desk.locator(".slot-at").first.inner_text())
    keys.press("ArrowRight", "Control+Enter")
    desk.wait_for_url(re.compile(r"/appointments/\d+/$"))
    assert keys.actions == 11, "at most 25 (docs/jobs.md)"
    booked = Appointment.objects.get()
    assert (booked.customer.name, booked.vehicle.plate) == ("周杰", "浙B99999")


def test_the_phone_rings_in_the_middle_and_nothing_typed_is_lost(desk, cast):
    keys = desk.keyboard
    keys.type("12345")
    keys.press("Enter")
    expect(desk.locator("#thing")).to_be_focused()
    keys.type("K001")
    keys.press("Enter")
    expect(desk.locator("input[name=item]")).to_have_count(1)
    desk.locator("#id_customer_words").fill("刹车有异响")
    keys.press("Alt+k")
    expect(desk.locator("#caller")).to_be_focused()
    expect(desk.locator(".kept")).to_contain_text("李明")
    keys.type("周杰")
    keys.press("Enter")
    expect(desk.locator("#id_new-phone")).to_be_focused()
    keys.press("Alt+r")
    expect(desk.locator("#id_customer_words")).to_have_value("刹车有异响")
    expect(desk.locator("input[name=item]")).to_have_count(1)
    keys.press("Alt+t")
    reads_back(desk, desk.locator(".slot-at").first.inner_text())
    keys.press("Control+Enter")
    desk.wait_for_url(re.compile(r"/appointments/\d+/$"))
    assert Appointment.objects.get().customer_words == "刹车有异响"
    desk.goto(NEW)
    expect(desk.locator(".kept"), "the second caller waits in his turn").to_contain_text("周杰")
    assert [row.name for row in BookingDraft.objects.all()] == ["周杰"]


def test_a_complaint_goes_to_the_service_manager_while_the_booking_goes_on(desk, cast, page, sign_in):
    keys = Keys(desk)
    keys.type("12345")
    keys.press("Enter")
    expect(desk.locator("#thing")).to_be_focused()
    desk.locator("#id_customer_words").fill("两次都没修好")
    before = keys.actions
    keys.press("Alt+b")
    expect(desk.locator("#id_back-to")).to_be_focused()
    desk.locator("#id_back-to").select_option("service_manager")
    desk.locator("#promise").click()
    expect(desk.locator(".caller-card")).to_contain_text("两次都没修好")
    expect(desk.locator("#id_customer_words")).to_have_value("两次都没修好")
    assert keys.actions - before == 1
    sign_in(page, cast.manager)
    page.goto("/work/")
    expect(page.get_by_text("就 浙A12345 给 李明 回电").first).to_be_visible()


def test_a_page_that_is_simply_left_is_kept_too(desk, cast):
    desk.keyboard.type("12345")
    desk.keyboard.press("Enter")
    expect(desk.locator("#thing")).to_be_focused()
    desk.locator("#id_customer_words").fill("方向盘抖动")
    desk.goto("/work/")
    for _again in range(30):  # what was kept on leaving may arrive after the next page is drawn
        if desk.get_by_text("李明").count():
            break
        desk.reload()
    expect(desk.get_by_text("李明")).to_be_visible()
    assert BookingDraft.objects.get().data["customer_words"] == ["方向盘抖动"]
