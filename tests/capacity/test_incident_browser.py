"""A lift breaks: from the dispatch board to the last record that is ticked off."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.capacity.models import Incident, Resource
from tests.appointments.factories import make_appointment
from tests.capacity.factories import narrow_house, tomorrow
from tests.harness.browser import PHONE
from tests.walk.hand import Hand

TEXT, WHY = "3 号举升机漏油", "密封件下午两点到"
PRIMARY = ".page-actions .btn-primary"


@pytest.fixture
def appointment(cast):
    """Booked in the lift that is going to break."""
    narrow_house(cast)
    return make_appointment(cast.store, starts_at=tomorrow(9))


def local(moment):
    return f"{moment:%Y-%m-%dT%H:%M}"


def open_card(hand, appointment):
    """From the dispatch board, where the dispatcher stands."""
    hand.at_once(f".page-actions a[href='{reverse('capacity:incidents')}']")
    hand.at_once(PRIMARY)
    hand.fill("#id_text", TEXT)
    hand.fill("#id_expected_end_at", local(tomorrow(12)))
    hand.tick(f"input[name=things_bay][value='{Resource.objects.get(kind='bay').pk}']")
    hand.at_once(PRIMARY)
    expect(hand.find("#affected")).to_contain_text(appointment.number)
    expect(hand.find("#id_text")).to_have_value(TEXT)
    assert not Incident.objects.exists()
    hand.tick("#affected input[name=seen]")
    hand.at_once(PRIMARY)
    expect(hand.find("h1")).to_contain_text(TEXT)
    expect(hand.find("#ticked")).to_have_text("0/1")


def estimate_anew(hand):
    hand.at_once("[data-dialog=estimate-dialog]")
    hand.fill("#id_expected_end_at", local(tomorrow(15)))
    hand.fill("#estimate-dialog #id_reason", WHY)
    hand.at_once("#estimate-dialog .btn-primary")
    expect(hand.find(".story")).to_contain_text(WHY)


def end(hand):
    hand.at_once("[data-dialog=end-dialog]")
    hand.at_once("#end-dialog .btn-primary")
    expect(hand.find("[data-dialog=end-dialog]")).to_have_count(0)


def test_a_lift_breaks_and_everybody_concerned_sees_it_until_all_is_rechecked(
    cast, page, new_context, sign_in, appointment
):
    watcher, desk = new_context().new_page(), new_context(viewport=PHONE).new_page()
    for theirs, person in ((watcher, cast.manager), (desk, cast.advisor), (page, cast.dispatcher)):
        sign_in(theirs, person)
    watcher.goto(reverse("board:progress"))
    expect(watcher.locator("#live-badge")).to_have_attribute("data-state", "live")
    page.goto(reverse("workshop:dispatch"))
    dispatcher, booked = Hand(page), reverse("appointments:detail", args=[appointment.pk])

    open_card(dispatcher, appointment)
    expect(watcher.locator("[data-incident]")).to_contain_text(TEXT)
    desk.goto(reverse("desk:notices"))
    desk.get_by_role("link", name=TEXT).click()
    expect(desk.locator("h1")).to_contain_text(TEXT)
    desk.goto(booked)
    expect(desk.locator("[data-incident]")).to_contain_text("12:00")

    estimate_anew(dispatcher)
    expect(watcher.locator("[data-incident]")).to_contain_text("15:00")
    desk.goto(reverse("desk:notices"))
    expect(desk.locator(".list-row")).to_have_count(1)
    expect(desk.locator(".list-row")).to_contain_text(WHY)

    end(dispatcher)
    assert dispatcher.actions == 14, "the figure in docs/jobs.md"
    expect(watcher.locator("[data-incident]")).to_have_count(0)
    desk.goto(booked)
    desk.locator("[data-incident] a").click()
    desk.locator("button[value=called]").click()
    expect(desk.locator("#ticked")).to_have_text("1/1")
    expect(desk.locator(".tbl")).to_contain_text(cast.advisor.name)
    desk.goto(booked)
    expect(desk.locator("#items-title")).to_be_visible()
    expect(desk.locator("[data-incident]")).to_have_count(0)
    assert Incident.objects.get().done_at
