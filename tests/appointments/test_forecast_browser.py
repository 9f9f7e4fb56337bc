"""An agent's proactive call: what is due, booked in the middle of it, completed; by keys."""

import re

import pytest
from playwright.sync_api import expect

from apps.appointments import forecast, proactive
from apps.appointments.models import Appointment, ProactiveCall
from apps.core import clock
from tests.appointments.factories import furnish, make_customer, make_package, make_vehicle
from tests.harness.browser import Keys
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("midmorning")]


@pytest.fixture
def due(cast, model):
    """A car whose service is due, with its package, in the advisor's queue."""
    furnish(cast.store)
    package = make_package(cast.store)
    package.service_km = model.service_every_km
    package.save(update_fields=["service_km"])
    owner = make_customer(cast.store, "王小明", "+8613812345678", advisor=cast.advisor)
    car = make_vehicle(cast.store, "浙A60006", owner=owner, model=model)
    item = forecast.DueItem(clock.today(), f"service-{package.service_km}", "service", package.service_km)
    return proactive.schedule(cast.store, car, [item], now=clock.now())


def test_a_customer_is_called_and_booked_without_losing_the_call(cast, page, sign_in, due):
    sign_in(page, cast.advisor)
    page.goto(due.call.get_absolute_url())
    hand = Keys(page)
    hand.press("n")
    expect(page.locator(".call-script")).to_contain_text("10,000 公里保养")
    hand.press("1")
    page.wait_for_url("**/#form")
    hand.click(page.locator(".due-list").get_by_role("link", name="预约"))
    expect(page.locator("input[name=item]")).to_have_count(1)
    expect(page.locator("#id_channel")).to_have_value("proactive")
    hand.press("Alt+t")
    expect(page.locator(".slot input").first).to_be_focused()
    hand.press("Control+Enter")
    page.wait_for_url(re.compile(rf"{due.call.get_absolute_url()}#form$"))
    booked = Appointment.objects.get()
    expect(page.locator("#form")).to_contain_text(booked.number)
    expect(page.locator("input[name=result][value=booked]")).to_be_checked()
    expect(page.locator("#id_again_on")).not_to_be_visible()
    hand.click(page.get_by_role("button", name="完成"))
    page.wait_for_url("**/calls/")
    assert hand.actions == 6, "recorded in docs/jobs.md"
    due = ProactiveCall.objects.get()
    assert (due.result, due.appointment, due.call.state) == ("booked", booked, "done")
