"""What hands do on the tablet."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.desk.models import File
from apps.reception import services
from apps.reception.models import Damage, Interview, Visit, WalkAround
from tests.harness.browser import TABLET
from tests.reception.factories import make_appointment, make_customer_vehicle, make_damage, make_visit, png


@pytest.fixture
def tablet(new_context, sign_in, cast, browser_errors):
    """The advisor's tablet, with a finger."""
    page = new_context(viewport=TABLET, has_touch=True).new_page()
    sign_in(page, cast.advisor)
    yield page
    assert not browser_errors


def open_walk_around(page: Page, live, visit) -> None:
    page.goto(f"{live.url}/reception/visits/{visit.pk}/walk-around/")
    expect(page.locator("[data-marks][data-ready]")).to_be_visible()


def tap(page: Page, zone: str) -> None:
    """A finger on the middle of the zone's first shape."""
    box = page.locator(f'polygon[data-zone="{zone}"]').first.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#mark-sheet")).to_be_visible()


def mark(page: Page, zone: str, kind: str, *, note: str = "", photo: bytes | None = None) -> None:
    tap(page, zone)
    page.locator(f'.kind:has(input[value="{kind}"])').tap()
    if note:
        page.locator("#mark-note").fill(note)
    if photo is not None:
        page.locator('input[name="photo"]').set_input_files(
            {"name": "p.png", "mimeType": "image/png", "buffer": photo}
        )
    page.locator("#mark-form .btn-primary").tap()


def sign(page: Page) -> None:
    canvas = page.locator("[data-signature-pad] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 100, steps=5)
    page.mouse.up()


def test_from_the_plate_to_the_interview(cast, live, tablet):
    vehicle = make_customer_vehicle(cast, plate="浙A12345", name="李小红")
    make_appointment(cast, vehicle=vehicle)
    tablet.goto(live + "/reception/arrival/")
    tablet.locator("#plate").fill("浙a·12345")
    tablet.keyboard.press("Enter")
    tablet.locator(".gate-arrive .btn-primary").tap()
    expect(tablet.locator("#toasts")).to_contain_text("浙A12345")
    visit = Visit.objects.get()

    tablet.goto(live + "/reception/queue/")
    tablet.locator(".queue-row .btn").tap()
    tablet.wait_for_url("**/walk-around/")
    expect(tablet.locator("[data-marks][data-ready]")).to_be_visible()
    mark(tablet, "left_front_door", "scratch", note="10 cm", photo=png((3000, 2000)))
    expect(tablet.locator(".mark-row")).to_have_count(1)
    mark(tablet, "bonnet", "chip")
    expect(tablet.locator(".mark-row:not(.is-unsent)")).to_have_count(2)

    tablet.locator('[name="odometer_km"]').fill("48210")
    tablet.locator('.pick:has(input[value="engine"])').tap()
    tablet.locator('[name="valuables_reminded"]').tap()
    sign(tablet)
    tablet.locator(".walk-form .btn-primary").tap()
    tablet.wait_for_url("**/interview/")
    walk = WalkAround.objects.get(visit=visit)
    assert walk.signed_at
    assert walk.signed_name == "李小红"
    assert {d.zone for d in Damage.objects.filter(visit=visit)} == {"left_front_door", "bonnet"}
    assert File.objects.filter(kind="reception.damage").count() == 1

    tablet.locator('[name="customer_words"]').fill("方向盘抖动")
    tablet.locator("[data-chip]").first.tap()
    tablet.locator(".talk form .btn-primary").tap()
    tablet.wait_for_url(re.compile(rf"/reception/visits/{visit.pk}/$"))
    assert Interview.objects.get(visit=visit).symptoms["when"]


def test_a_reload_in_the_middle_loses_nothing_and_doubles_nothing(cast, live, tablet, browser_errors):
    visit = make_visit(cast)
    open_walk_around(tablet, live, visit)
    mark(tablet, "roof", "dent")
    expect(tablet.locator(".mark-row:not(.is-unsent)")).to_have_count(1)
    tablet.context.set_offline(True)
    mark(tablet, "boot", "crack", note="kept", photo=png())
    expect(tablet.locator(".mark-row.is-unsent")).to_have_count(1)
    tablet.locator('[name="odometer_km"]').fill("777")
    sign(tablet)
    assert Damage.objects.count() == 1

    browser_errors.clear()  # the browser names the missing network
    tablet.context.set_offline(False)
    open_walk_around(tablet, live, visit)
    expect(tablet.locator(".mark-row:not(.is-unsent)")).to_have_count(2)
    expect(tablet.locator('[name="odometer_km"]')).to_have_value("777")
    assert tablet.locator('[name="signature_png"]').input_value().startswith("data:image/png")
    kept = Damage.objects.get(zone="boot")
    assert (kept.note, kept.photo is not None) == ("kept", True)
    open_walk_around(tablet, live, visit)
    expect(tablet.locator(".mark-row")).to_have_count(2)
    assert Damage.objects.count() == 2


def test_a_refused_photo_brings_the_sheet_back_with_the_note(cast, live, tablet):
    visit = make_visit(cast)
    open_walk_around(tablet, live, visit)
    mark(tablet, "roof", "dent", note="by the rail", photo=b"no picture")
    expect(tablet.locator('[data-error="photo"]')).to_be_visible()
    expect(tablet.locator("#mark-note")).to_have_value("by the rail")
    assert not Damage.objects.exists()
    tablet.locator("#mark-form .btn-primary").tap()
    expect(tablet.locator(".mark-row:not(.is-unsent)")).to_have_count(1)
    assert Damage.objects.get().note == "by the rail"


def test_a_refused_form_keeps_the_signature_drawn(cast, live, tablet):
    visit = make_visit(cast)
    open_walk_around(tablet, live, visit)
    sign(tablet)
    tablet.locator(".walk-form .btn-primary").tap()
    expect(tablet.locator(".form-errors")).to_be_visible()
    drawn = (
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v)"
    )
    tablet.wait_for_function(f"({drawn})(document.querySelector('[data-signature-pad] canvas'))")
    assert tablet.locator('[name="signature_png"]').input_value().startswith("data:image/png")


def test_a_mark_is_set_and_an_earlier_one_removed_by_keyboard_alone(cast, live, page, sign_in):
    visit = make_visit(cast)
    old = make_damage(make_visit(cast, status="left"), "boot", "rust")
    make_damage(visit, "boot", "rust", carried_from=old)
    sign_in(page, cast.advisor)
    open_walk_around(page, live, visit)
    page.locator(".zone-list > summary").focus()
    page.keyboard.press("Enter")
    page.locator('[data-zone-button="left_mirror"]').focus()
    page.keyboard.press("Enter")
    page.locator('#mark-sheet input[name="kind"]').first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mark-row:not(.is-unsent)")).to_have_count(2)
    assert Damage.objects.get(carried_from=None, visit=visit).zone == "left_mirror"

    page.locator(".mark-row.is-earlier button").focus()
    page.keyboard.press("Enter")
    page.locator('#confirm-dialog [value="yes"]').press("Enter")
    expect(page.locator(".mark-row")).to_have_count(1)
    assert not Damage.objects.filter(visit=visit).exclude(carried_from=None).exists()


def test_an_open_queue_hears_of_an_arrival(cast, live, page, sign_in):
    sign_in(page, cast.advisor)
    page.goto(live + "/reception/queue/")
    expect(page.locator("#live-badge")).to_have_attribute("data-state", "live")
    services.arrive(cast.store, by=cast.guard, vehicle=make_customer_vehicle(cast, name="李小红"))
    expect(page.locator(".queue-row")).to_contain_text("李小红")
    expect(page.locator("[data-elapsed]")).to_have_text(re.compile(r"^\d:\d\d$"))


def test_the_page_says_at_once_which_rule_asks_for_the_signature(cast, live, tablet):
    open_walk_around(tablet, live, make_visit(cast))
    leaves, long_work = (tablet.locator(f"[data-rule={rule}]") for rule in ("customer_leaves", "long_work"))
    expect(leaves).to_be_visible()
    tablet.locator('[name="waits_here"]').tap()
    expect(tablet.locator("[data-optional]")).to_be_visible()
    tablet.locator('[name="expected_hours"]').fill("4.5")
    expect(long_work).to_be_visible()
    expect(leaves).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_no_page_is_wider_than_its_screen(cast, live, new_context, sign_in, width, browser_errors):
    name = "杭州湖滨新区汽车租赁服务有限责任公司第一分公司"
    visit = make_visit(cast, vehicle=make_customer_vehicle(cast, name=name), status="waiting")
    make_damage(visit)
    make_appointment(cast, vehicle=make_customer_vehicle(cast, name="Anna Schmidt-Wachowiak-Löwenstein"))
    page = new_context(viewport=(width, 800)).new_page()
    sign_in(page, cast.advisor)
    row = f"visits/{visit.pk}/"
    for path in ("arrival/", "queue/", "visits/", row, f"{row}walk-around/", f"{row}interview/", "welcome/"):
        page.goto(f"{live.url}/reception/{path}", wait_until="domcontentloaded")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not browser_errors
