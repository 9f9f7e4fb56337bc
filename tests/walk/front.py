"""From the old system's files to the interview."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management import call_command
from playwright.sync_api import Page, expect

from apps.appointments.models import Appointment
from apps.callbacks import surveys
from apps.catalog.models import Package
from apps.core import clock
from apps.customers.models import Vehicle
from apps.delivery.models import CustodyItem
from apps.messaging.models import Message
from apps.reception.models import Visit
from tests.appointments.factories import furnish, make_operation, make_package, make_part
from tests.harness.browser import TABLET
from tests.imports.files import make_vin, write_csv, write_xlsx
from tests.reception.factories import png
from tests.walk.hand import Hand, Walk

PLATE, NAME, VIN = "浙A52018", "李小红", make_vin(1)
WORDS = "方向盘抖动，请检查"
PEOPLE = {
    "advisor": "周敏",
    "guard": "何师傅",
    "parts_clerk": "沈芳",
    "dispatcher": "吴海涛",
    "technician": "陈志远",
    "inspector": "郑小军",
    "cashier": "孙丽",
    "agent": "林静",
    "manager": "赵国强",
}


def open_house(cast: Any) -> None:
    """People with names, bays and hours, and a price list; the shelves are empty."""
    for role, name in PEOPLE.items():
        person = getattr(cast, role)
        person.name = name
        person.save(update_fields=["name"])
    furnish(cast.store)
    surveys.seed(cast.group)
    make_operation(cast.store, "M001", name="更换机油机滤")
    make_part(cast.store, "P001", name="全合成机油 0W-20", unit="升")
    Package.objects.filter(pk=make_package(cast.store).pk).update(name="小保养套餐")
    make_operation(cast.store, "D001", name="四轮动平衡", flat_rate_hours=Decimal("0.6"))
    make_part(cast.store, "P002", name="空调滤芯", price=Decimal("86.35"), unit="件")
    make_operation(
        cast.store, "B001", name="更换前制动片", flat_rate_hours=Decimal("0.8"), is_safety_relevant=True
    )
    make_part(cast.store, "P003", name="前制动片", price=Decimal("486.50"), unit="套")


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
        hand.sees(PLATE[2:])
        expect(hand.find(".ledger, #ledger, .tbl").filter(has_text="72").first).to_be_visible()
    _promised(day)


def _promised(day: date) -> None:
    """The confirmation is due at once; a reminder each for 72, 24 and 1 hour before."""
    appointment = Appointment.objects.get()
    assert appointment.arrives_at == clock.at(day, 9, 30)
    rows = {m.kind: m for m in Message.objects.about(appointment)}
    for hours in (72, 24, 1):
        reminder = rows.pop(f"appointment.reminder_{hours}")
        assert reminder.state == "planned"
        assert reminder.planned_at <= appointment.arrives_at - timedelta(hours=hours)
    (confirmation,) = rows.values()
    assert (confirmation.kind, confirmation.phone) == ("appointment.booked", "+8613812345678")


def stock_up(walk: Walk, cast: Any) -> None:
    """What was ordered for the booking comes in."""
    with walk.step("goods received", cast.parts_clerk) as hand:
        hand.go("/stock/")
        hand.at_once(".page-actions .btn-primary")
        for code, quantity in (("P001", "12"), ("P002", "3"), ("P003", "2")):
            hand.fill("#id_code", code)
            hand.fill("#id_quantity", quantity)
            hand.fill("#id_shelf", "A1-01")
            hand.press("Enter")
            expect(hand.find("#toasts")).to_contain_text(f"入库 {quantity}")
            expect(hand.find("#id_code")).to_have_value("")


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
    hand.actions += 1
    photo = {"name": "scratch.png", "mimeType": "image/png", "buffer": png()}
    hand.find('#mark-form input[name="photo"]').set_input_files(photo)  # type: ignore[arg-type]
    hand.at_once("#mark-form .btn-primary")
    expect(hand.page.locator(".mark-row:not(.is-unsent)")).to_have_count(1)


def interview(walk: Walk, cast: Any) -> None:
    """The advisor listens and writes it down."""
    with walk.step("interview", cast.advisor, viewport=TABLET) as hand:
        find_visit(hand.page, hand)
        hand.click(hand.page.locator(".steps a[href$='/interview/']"))
        hand.fill('[name="customer_words"]', WORDS)
        hand.click(hand.page.locator("[data-chip]").first)
        hand.click(hand.page.locator(".talk form .btn-primary"))
        hand.page.wait_for_url(re.compile(rf"/reception/visits/{Visit.objects.get().pk}/$"))
        for kind in ("key", "licence"):
            hand.choose("[name=kind]", kind)
            hand.at_once("form[action$='/custody/'] .btn")
            hand.page.wait_for_load_state("load")
        expect(hand.find("section:has(form[action$='/custody/']) .list-row")).to_have_count(2)
    visit = Visit.objects.get()
    assert (visit.vehicle.vin, visit.walk_around.odometer_km) == (VIN, 48210)
    assert visit.walk_around.signed_at
    assert visit.interview.customer_words == WORDS
    assert CustodyItem.objects.filter(visit=visit, returned_at=None).count() == 2


def find_visit(page: Page, hand: Hand) -> None:
    """From the queue to the visit that this advisor is busy with."""
    hand.go("/reception/queue/")
    hand.click(page.locator("a.row-link", has_text=NAME).first)
