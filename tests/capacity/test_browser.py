"""The manager's roster by hand."""

from datetime import time, timedelta

from django.urls import reverse
from playwright.sync_api import expect

from apps.capacity.models import Duty, Resource, Shift
from apps.capacity.needs import Needs
from apps.capacity.services import reserve
from tests.capacity.factories import narrow_house, tomorrow
from tests.harness.browser import tick


def test_a_manager_gives_a_technician_a_day_off_and_sees_whose_booking_it_breaks(
    cast, page, sign_in, browser_errors
):
    narrow_house(cast)
    early = Shift.objects.create(store=cast.store, name="早班", times=[time(8), time(12), time(13), time(17)])
    reserve(cast.store, needs=Needs.of(timedelta(hours=1), "general"), starts_at=tomorrow(), label="浙A12345")
    sign_in(page, cast.manager)
    page.goto(reverse("capacity:overview"))
    page.get_by_role("link", name="排班").first.click()
    page.get_by_role("link", name="固定班表").click()
    person = Resource.objects.get(kind="technician")
    day = tomorrow().date()
    page.locator(f'select[name="{person.pk}_{day.isoweekday()}"]').select_option(label="早班")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("排班已保存")).to_be_visible()
    page.get_by_role("link", name="按周").click()
    if day.isoweekday() == 1:
        page.get_by_role("link", name="下一周").click()
    square = page.locator(f'select[name="{person.pk}_{day:%Y-%m-%d}"]')
    expect(square.locator("option").first).to_have_text("(早班)")
    square.select_option(label="休息")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("浙A12345")).to_be_visible()
    assert not Duty.objects.filter(day=day).exists(), "nothing is saved yet"
    expect(square).to_have_value("off")
    tick(page.get_by_label("仍然保存"))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("排班已保存")).to_be_visible()
    assert Duty.objects.get(day=day).shift is None
    assert Duty.objects.get(day=None).shift == early
