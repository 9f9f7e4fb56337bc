"""From the old system's files to the interview."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command
from playwright.sync_api import Page, expect

from apps.customers.models import Vehicle
from apps.reception.models import Visit
from tests.harness.browser import TABLET
from tests.imports.files import make_vin, write_csv, write_xlsx
from tests.walk.hand import Hand, Walk

PLATE, NAME, VIN = "浙A52018", "李小红", make_vin(1)
WORDS = "方向盘抖动，请检查"


def carry_over(folder: Path, cast: Any) -> Vehicle:
    """One customer and her car, out of an old system's export."""
    write_csv(folder, [["客户编号", "客户名称", "手机号码"], ["OLD-1", NAME, "13812345678"]])
    cars = ["车架号", "车牌号", "品牌", "车型", "客户编号", "最近里程"]
    write_xlsx(folder, [cars, [VIN, PLATE, "远川", "云岭 1.5T", "OLD-1", 41200]])
    call_command("import_legacy", folder, store=cast.store.code, verbosity=0)
    return Vehicle.objects.get(vin=VIN)


def book(walk: Walk, cast: Any, day: date) -> None:
    """The phone rings: plate, package, time, done."""
    with walk.step("booking by phone", cast.advisor) as hand:
        hand.go("/appointments/")
        hand.click(hand.page.locator(".page-actions .btn-primary"))
        expect(hand.page.locator("#caller")).to_be_focused()
        hand.fill("#caller", PLATE[-5:])
        hand.press("Enter")
        expect(hand.page.locator("#thing")).to_be_focused()
        hand.fill("#thing", "K001")
        hand.press("Enter")
        expect(hand.page.locator("input[name=item]")).to_have_count(1)
        hand.fill("#id_customer_words", WORDS)
        hand.click(hand.page.locator(f"#day-{day:%Y%m%d}"))
        expect(hand.page.locator(f"#day-{day:%Y%m%d}")).to_have_attribute("aria-current", "true")
        hand.tick(hand.page.locator("label.slot:has(.slot-at:text-is('09:30')) input").first)
        expect(hand.page.locator("#readback .readback-time")).to_contain_text("09:30")
        hand.press("Control+Enter")
        hand.page.wait_for_url(re.compile(r"/appointments/\d+/$"))


def arrive(walk: Walk, cast: Any) -> None:
    """The guard types the end of the plate."""
    with walk.step("arrival by plate", cast.guard, viewport=TABLET) as hand:
        hand.go("/reception/arrival/")
        hand.fill("#plate", PLATE)
        hand.press("Enter")
        expect(hand.page.locator(".gate-card")).to_contain_text("09:30")
        hand.click(hand.page.locator(".gate-arrive .btn-primary"))
        expect(hand.page.locator("#toasts")).to_contain_text(PLATE)


def walk_around(walk: Walk, cast: Any) -> None:
    """The advisor takes the car, marks a scratch, reads the odometer, the customer signs."""
    with walk.step("walk-around", cast.advisor, viewport=TABLET, has_touch=True) as hand:
        hand.go("/reception/queue/")
        hand.click(hand.page.locator(".queue-row .btn"))
        hand.page.wait_for_url("**/walk-around/")
        expect(hand.page.locator("[data-marks][data-ready]")).to_be_visible()
        _mark(hand, "left_front_door", "scratch")
        hand.fill('[name="odometer_km"]', "48210")
        hand.click(hand.page.locator('[name="valuables_reminded"]'))
        hand.sign()
        hand.click(hand.page.locator(".walk-form .btn-primary"))
        hand.page.wait_for_url("**/interview/")


def _mark(hand: Hand, zone: str, kind: str) -> None:
    hand.actions += 1
    box = hand.page.locator(f'polygon[data-zone="{zone}"]').first.bounding_box()
    assert box is not None
    hand.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(hand.page.locator("#mark-sheet")).to_be_visible()
    hand.click(hand.page.locator(f'.kind:has(input[value="{kind}"])'))
    hand.click(hand.page.locator("#mark-form .btn-primary"))
    expect(hand.page.locator(".mark-row:not(.is-unsent)")).to_have_count(1)


def interview(walk: Walk, cast: Any) -> None:
    """The advisor listens and writes it down."""
    with walk.step("interview", cast.advisor, viewport=TABLET) as hand:
        _find(hand.page, hand)
        hand.click(hand.page.locator(".steps a[href$='/interview/']"))
        hand.fill('[name="customer_words"]', WORDS)
        hand.click(hand.page.locator("[data-chip]").first)
        hand.click(hand.page.locator(".talk form .btn-primary"))
        hand.page.wait_for_url(re.compile(rf"/reception/visits/{Visit.objects.get().pk}/$"))


def _find(page: Page, hand: Hand) -> None:
    """From the queue to the visit that this advisor is busy with."""
    hand.go("/reception/queue/")
    hand.click(page.locator("a.row-link", has_text=NAME).first)
