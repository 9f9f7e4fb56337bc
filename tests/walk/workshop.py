"""From the estimate to the washed car."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from apps.desk import pdf
from apps.parts.models import Demand, StockItem
from apps.quality.models import QualityCheck
from apps.workorders.models import Authorisation, WorkOrder
from apps.workshop.models import Clocking, Job
from tests.harness.browser import TABLET
from tests.walk.front import NAME, find_visit
from tests.walk.hand import Hand, Walk

FOUND = "前制动片磨损到 2 毫米，建议更换"
WRONG = "机油滤清器处有渗油"


def order_of_the_day() -> WorkOrder:
    """The one order, fresh."""
    return WorkOrder.objects.select_related("vehicle", "customer").get()


def _add(hand: Hand, code: str) -> None:
    hand.fill("[data-catalogue]", code)
    expect(hand.find("#catalogue-hits [aria-current]")).to_contain_text(code)
    hand.press("Enter")
    expect(hand.find("[data-catalogue]")).to_have_value("")
    expect(hand.find("#order-lines")).to_contain_text(code)


def estimate(walk: Walk, cast: Any, promise: datetime) -> None:
    """The booked package stands already; labour and a part are added, the time is promised."""
    with walk.step("estimate and promise", cast.advisor) as hand:
        find_visit(hand.page, hand)
        hand.at_once(".page-actions .btn-primary")
        hand.page.wait_for_url(re.compile(r"/work-orders/\d+/$"))
        _add(hand, "D001")
        _add(hand, "P002")
        hand.at_once("#promise-title + .btn")
        hand.fill("#side [name=promised_at]", f"{timezone.localtime(promise):%Y-%m-%dT%H:%M}")
        hand.at_once("#side .btn-primary")
        expect(hand.find("#side")).to_be_empty()
        expect(hand.find("#order-side")).to_contain_text(f"{timezone.localtime(promise):%H:%M}")
    order = order_of_the_day()
    assert sorted(order.lines.values_list("kind", flat=True)) == ["labour", "labour", "part", "part"]
    assert order.promised_at == promise
    assert order.computed_ready_at is not None
    assert order.total == order.labour_total + order.parts_total > 0
    assert order.odometer_km == 48210


def sign(walk: Walk, cast: Any) -> None:
    """The customer reads the frozen version and signs it on the screen; the worker makes the paper."""
    with walk.step("signature on the order", cast.advisor, viewport=TABLET) as hand:
        hand.at_once(f".row-link:has-text('{NAME}')")
        hand.at_once(".page-actions .btn-primary")
        hand.page.wait_for_url(re.compile(r"/versions/\d+/$"))
        hand.sign()
        hand.at_once("#sign .btn-primary")
        expect(hand.find("#order-status")).to_contain_text("已授权")
        assert pdf.make_due()
        hand.at_once("#order-side .row-link")
        expect(hand.find(".page-actions a[href*='/files/']")).to_be_visible()
    consent = Authorisation.objects.select_related("version__pdf").get()
    assert len(consent.accepted) == 4
    assert consent.version.total == order_of_the_day().total
    assert consent.version.pdf.read().startswith(b"%PDF")


def issue_parts(walk: Walk, cast: Any, count: int, name: str = "parts issued") -> None:
    """Everything the customer has consented to goes over the counter."""
    with walk.step(name, cast.parts_clerk) as hand:
        hand.go("/parts/to-issue/")
        issue = hand.find("form[action$='/issue/'] .btn")
        for left in range(count, 0, -1):
            expect(issue).to_have_count(left)
            hand.click(issue.first)
        expect(issue).to_have_count(0)
    demands = Demand.objects.filter(issued__gt=0)
    assert all(d.issued == d.quantity for d in demands)
    assert all(item.on_hand >= 0 for item in StockItem.objects.all())


def dispatch(walk: Walk, cast: Any, count: int, name: str = "dispatch") -> None:
    """Each job to the bay and technician that the board suggests first."""
    with walk.step(name, cast.dispatcher) as hand:
        hand.go("/dispatch/")
        cards = hand.find(".job-card")
        for left in range(count, 0, -1):
            expect(cards).to_have_count(left)
            hand.click(cards.first)
            hand.at_once(".suggestion")
            expect(cards).to_have_count(left - 1)
    planned = Job.objects.filter(state="planned")
    assert {job.technician.person for job in planned.select_related("technician")} == {cast.technician}
    assert all(job.bay_id for job in planned)


def _open_job(hand: Hand, name: str) -> None:
    hand.go("/my-jobs/")
    hand.at_once(".my-card", has_text=name)
    expect(hand.find("#next-step")).to_be_visible()


def _finish(hand: Hand, words: str) -> None:
    hand.fill("[name=work_done]", words)
    hand.at_once("form[action$='/finish/'] .btn-primary")
    expect(hand.find("#toasts")).to_contain_text("已完工")


def work(walk: Walk, cast: Any) -> None:
    """Covers, start, a break, on again; the technician sees worn pads and tells the advisor."""
    with walk.step("start, pause, resume, finding", cast.technician, viewport=TABLET) as hand:
        _open_job(hand, "更换机油机滤")
        hand.tick("[name=protection]")
        hand.click("开工")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "in_work")
        hand.at_once("[name=reason][value=tool]")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "paused")
        hand.click("继续")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "in_work")
        hand.at_once("#finding summary")
        hand.fill("#finding [name=text]", FOUND)
        hand.at_once("#finding .btn-xl")
        hand.sees(FOUND)
    ends = list(Clocking.objects.order_by("pk").values_list("end_reason", flat=True))
    assert ends == ["tool", ""]


def add_work(walk: Walk, cast: Any) -> None:
    """The advisor finds the technician's words among his tasks and prices the work."""
    with walk.step("additional work priced", cast.advisor) as hand:
        hand.sees(FOUND)
        hand.at_once("section[aria-labelledby=list-tasks] .row-link")
        hand.page.wait_for_url(re.compile(r"/work-orders/\d+/$"))
        _add(hand, "B001")
        _add(hand, "P003")
        expect(hand.find("#order-lines .notice-block")).to_be_visible()
    order = order_of_the_day()
    waiting = order.lines.waiting()
    assert waiting.count() == 2
    assert not Job.objects.filter(line__in=waiting).exists()
    assert not Demand.objects.to_issue().exists()


def refuse_unconsented(walk: Walk, cast: Any) -> None:
    """What was ordered is done, but the car does not go on while the customer has not answered."""
    with walk.step("finish; no check without consent", cast.technician, viewport=TABLET) as hand:
        _open_job(hand, "更换机油机滤")
        _finish(hand, "更换机油 4 升、机油滤清器")
        _open_job(hand, "四轮动平衡")
        hand.click("开工")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "in_work")
        _finish(hand, "四轮动平衡，前轮各 15 克")
        hand.click("提交质检")
        hand.sees("未经客户授权")
    assert order_of_the_day().status == "in_work"


def consent(walk: Walk, cast: Any) -> None:
    """The advisor calls: who, which number, what was said, and who listened."""
    with walk.step("consent by phone", cast.advisor) as hand:
        hand.at_once(f"section[aria-labelledby='list-workorders.awaiting'] .row-link:has-text('{NAME}')")
        hand.at_once(".page-actions .btn-primary")
        hand.page.wait_for_url(re.compile(r"/versions/\d+/$"))
        hand.at_once("details.card summary")
        form = hand.find("form[action$='/phone/'], form[action*='phone']")
        for radio in form.locator("[value=yes]").all():
            if not radio.is_checked():
                hand.tick(radio)
        hand.fill(form.locator("[name=said]"), "同意更换前制动片，急用车，尽快完工")
        hand.click(form.locator(".btn").last)
        expect(hand.find("#order-status")).to_be_visible()
    given = Authorisation.objects.get(method="phone")
    assert (given.given_by, given.phone) == (NAME, "+8613812345678")
    assert len(given.accepted) == 2
    assert not order_of_the_day().lines.waiting().exists()


def finish(walk: Walk, cast: Any) -> None:
    """The pads, and over to the check."""
    with walk.step("additional work done", cast.technician, viewport=TABLET) as hand:
        _open_job(hand, "更换前制动片")
        hand.click("开工")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "in_work")
        _finish(hand, "更换前制动片，清洁卡钳")
        hand.click("提交质检")
        hand.page.wait_for_url("**/my-jobs/")
    assert order_of_the_day().status == "awaiting_qc"


def _judge(hand: Hand, *bad: str) -> None:
    hand.at_once(f"section[aria-labelledby=list-quality] .row-link:has-text('{order_of_the_day().number}')")
    expect(hand.find("button[value=pass]")).to_be_visible()
    names = hand.find("input[name^='item-'][value=ok]").evaluate_all("all => all.map(one => one.name)")
    for name in names:
        verdict = "bad" if name.removeprefix("item-") in bad else "ok"
        hand.tick(f"input[name='{name}'][value={verdict}]")


def fail(walk: Walk, cast: Any) -> None:
    """A leak: the oil change is done again, with what must be done."""
    with walk.step("quality check failed", cast.inspector, viewport=TABLET) as hand:
        _judge(hand, "leaks")
        hand.at_once("details.card summary")
        hand.fill("[name=note]", WRONG)
        hand.tick(hand.find(".form-grid:has-text('更换机油机滤') input[type=checkbox]"))
        hand.at_once("button[value=fail]")
        expect(hand.find("#toasts")).to_contain_text(order_of_the_day().number)
    assert order_of_the_day().status == "in_work"
    assert Job.objects.get(rework_reason=WRONG).state == "unplanned"


def rework(walk: Walk, cast: Any) -> None:
    """The technician takes it, does it again and hands it over."""
    with walk.step("rework", cast.technician, viewport=TABLET) as hand:
        _open_job(hand, "更换机油机滤")
        hand.sees(WRONG)
        hand.at_once("form[action$='/taking/'] .btn")
        hand.click("开工")
        expect(hand.find("#job-head")).to_have_attribute("data-state", "in_work")
        _finish(hand, "更换密封圈并重新拧紧，试车无渗漏")
        hand.click("提交质检")
        hand.page.wait_for_url("**/my-jobs/")
    assert order_of_the_day().status == "awaiting_qc"


def check(walk: Walk, cast: Any) -> None:
    """Everything right, driven three kilometres, by somebody who did not do it."""
    with walk.step("quality check passed", cast.inspector, viewport=TABLET) as hand:
        _judge(hand)
        hand.fill("[name=road_test_km]", "3")
        hand.at_once("button[value=pass]")
        expect(hand.find("#toasts")).to_contain_text(order_of_the_day().number)
    rounds = list(QualityCheck.objects.order_by("round").values_list("result", flat=True))
    assert rounds == ["failed", "passed"]
    doers = set(Clocking.objects.values_list("technician", flat=True))
    assert QualityCheck.objects.get(result="passed").checked_by_id not in doers


def wash(walk: Walk, cast: Any) -> None:
    """The customer wished for it: washed and parked."""
    with walk.step("wash", cast.technician, viewport=TABLET) as hand:
        hand.go("/quality/")
        hand.at_once(".row-link")
        hand.fill("[name=parked_at]", "C 区 12")
        hand.fill("[name=keys_at]", "钥匙柜 7")
        hand.at_once("form[action$='/wash/'] .btn-primary")
        expect(hand.find("#toasts")).to_contain_text(order_of_the_day().number)
    order = order_of_the_day()
    assert order.status == "ready"
    assert order.total > Decimal(0)
