"""Dragging on the day and on the week, as a hand does it."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from apps.appointments.items import Ask
from tests.appointments.factories import fill, make_appointment, make_operation, make_vehicle
from tests.capacity.factories import narrow_house, tomorrow


@pytest.fixture
def booked(cast):
    narrow_house(cast)
    long = make_operation(cast.store, "W3.0", flat_rate_hours=Decimal(3))
    make_appointment(cast.store, starts_at=tomorrow(14), asks=[Ask(long)])
    car = make_vehicle(cast.store, "浙A12345")
    return make_appointment(cast.store, starts_at=tomorrow(9), vehicle=car)


def drag(page, bar, hour: float) -> None:
    """Take ``bar`` and hold it so that it would begin at ``hour``."""
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")
    board = page.locator(".tracks")
    first, last = (float(board.get_attribute(f"data-{name}")) for name in ("from", "to"))
    box, track = bar.bounding_box(), page.locator(".track[data-lane]").first.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 12, steps=3)
    expect(page.locator("#openings i").first).to_be_attached()
    x = track["x"] + track["width"] * (hour - first) / (last - first)
    page.mouse.move(x + 4, track["y"] + track["height"] / 2, steps=6)


def test_a_bar_is_dragged_to_another_hour_and_moved_after_a_yes(cast, page, sign_in, booked):
    sign_in(page, cast.advisor)
    page.goto(f"/appointments/day/?day={tomorrow():%Y-%m-%d}")
    drag(page, page.locator(f".bar[data-drag='{booked.pk}']"), 11.25)
    expect(page.locator(".drag-ghost")).to_contain_text("11:00")
    page.mouse.up()
    dialog = page.locator("#proposal-dialog")
    expect(dialog).to_contain_text("11:00")
    expect(dialog.get_by_role("button", name="改期")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(booked.number)
    expect(page.locator(f".bar[data-drag='{booked.pk}']")).to_contain_text("11:00")
    booked.refresh_from_db()
    assert booked.arrives_at == tomorrow(11)


def test_a_refused_hour_says_why_in_the_hand_and_offers_others(cast, page, sign_in, booked):
    sign_in(page, cast.advisor)
    page.goto(f"/appointments/day/?day={tomorrow():%Y-%m-%d}")
    bar = page.locator(f".bar[data-drag='{booked.pk}']")
    drag(page, bar, 15.25)
    ghost = page.locator(".drag-ghost.is-refused")
    expect(ghost).to_be_visible()
    why = ghost.locator("span").inner_text().partition(" ")[2]
    assert why
    page.mouse.up()
    dialog = page.locator("#proposal-dialog")
    expect(dialog.locator(".slot")).to_have_count(3)
    expect(dialog.locator("[role=alert]")).to_contain_text(why)
    dialog.get_by_role("button", name="保持不变").click()
    expect(dialog).not_to_be_visible()
    expect(page.locator("#openings i")).to_have_count(0)
    booked.refresh_from_db()
    assert booked.arrives_at == tomorrow(9)


def test_a_card_is_dragged_to_a_full_day_and_takes_one_of_the_times_offered(cast, page, sign_in, booked):
    other = make_vehicle(cast.store, "浙A54321")
    fill(cast.store, days=2, vehicle=other)
    sign_in(page, cast.advisor)
    page.goto(f"/appointments/week/?week={tomorrow():%Y-%m-%d}")
    card = page.locator(f".week-card[data-drag='{booked.pk}']")
    target = page.locator(f".week-day[data-day='{tomorrow(9, days=2):%Y-%m-%d}']")
    if not target.count():  # tomorrow is a Sunday
        pytest.skip("the next day is in another week")
    box, day = card.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 20, steps=3)
    page.mouse.move(day["x"] + 40, day["y"] + 60, steps=6)
    expect(page.locator(".drag-ghost")).to_contain_text("09:00")
    page.mouse.up()
    dialog = page.locator("#proposal-dialog")
    expect(dialog.locator("[role=alert]")).to_be_visible()
    dialog.locator(".slot").nth(1).click()
    dialog.get_by_role("button", name="改期").click()
    expect(page.locator("#toasts")).to_contain_text(booked.number)
    booked.refresh_from_db()
    assert booked.arrives_at != tomorrow(9)


def test_let_go_beside_the_hours_nothing_is_asked_and_nothing_stays_hatched(cast, page, sign_in, booked):
    sign_in(page, cast.advisor)
    page.goto(f"/appointments/day/?day={tomorrow():%Y-%m-%d}")
    drag(page, page.locator(f".bar[data-drag='{booked.pk}']"), 15.25)
    expect(page.locator("#openings i").first).to_be_attached()
    page.mouse.move(5, 5, steps=3)
    page.mouse.up()
    expect(page.locator("#openings i")).to_have_count(0)
    expect(page.locator("#proposal-dialog")).not_to_be_visible()


def test_a_click_without_a_drag_still_opens_the_appointment(cast, page, sign_in, booked):
    sign_in(page, cast.advisor)
    page.goto(f"/appointments/day/?day={tomorrow():%Y-%m-%d}")
    page.locator(f".bar[data-drag='{booked.pk}']").click()
    page.wait_for_url(f"**/appointments/{booked.pk}/")
