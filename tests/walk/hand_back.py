"""From the settlement to the gate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from playwright.sync_api import expect

from apps.customers.models import ServiceRecord
from apps.delivery.models import CustodyItem, GatePass, Settlement
from apps.desk import pdf
from apps.desk.models import PdfJob
from apps.money.models import Payment, Posting
from apps.money.selectors import balance
from tests.harness.browser import TABLET
from tests.walk.front import PLATE
from tests.walk.hand import Walk
from tests.walk.workshop import order_of_the_day

CASH = Decimal("200.05")


def settle(walk: Walk, cast: Any) -> None:
    """The advisor freezes the figures."""
    with walk.step("settlement", cast.advisor) as hand:
        hand.at_once("section[aria-labelledby=list-delivery] .row-link")
        hand.at_once("form[action$='/settlement/'] .btn-primary")
        hand.sees(f"{order_of_the_day().total:,.2f}")
    settlement, order = Settlement.objects.get(), order_of_the_day()
    assert settlement.total == order.total == sum(line.amount for line in order.lines.all())
    assert balance(settlement.account) == settlement.customer_total == settlement.total


def pay(walk: Walk, cast: Any) -> None:
    """Part of it in cash, the rest by WeChat: to the fen."""
    settlement = Settlement.objects.get()
    with walk.step("payment", cast.cashier) as hand:
        hand.at_once("section[aria-labelledby=list-delivery] .row-link")
        form = hand.find("form[action$='/payments/']")
        hand.tick(form.locator("[value=cash]"))
        hand.fill(form.locator("[name=amount]"), str(CASH))
        hand.click(form.locator(".btn-primary"))
        expect(form.locator("[name=amount]")).to_have_value(str(settlement.total - CASH))
        hand.tick(form.locator("[value=wechat]"))
        hand.fill(form.locator("[name=reference]"), "4200002468")
        hand.click(form.locator(".btn-primary"))
        expect(form).to_have_count(0)
    amounts = dict(Payment.objects.values_list("method", "amount"))
    assert amounts == {"cash": CASH, "wechat": settlement.total - CASH}
    assert balance(settlement.account) == 0
    assert sum(Posting.objects.values_list("amount", flat=True)) == 0


def hand_over(walk: Walk, cast: Any) -> None:
    """Explained at the car, key and licence given back, the gate pass issued."""
    assert pdf.make_due()
    with walk.step("hand-back", cast.advisor, viewport=TABLET) as hand:
        hand.at_once("section[aria-labelledby=list-delivery] .row-link")
        expect(hand.find("a[href*='/files/']")).to_be_visible()
        for box in hand.find("[name=explained], [name=returned]").all():
            hand.tick(box)
        hand.fill("[name=callback_wish]", "工作日 14:00 以后")
        hand.at_once("form[action$='/hand-back/'] .btn-primary")
        hand.sees(GatePass.objects.get().number)
    assert not CustodyItem.objects.filter(returned_at=None).exists()
    assert PdfJob.objects.get(kind="delivery.settlement").file.read().startswith(b"%PDF")
    order = order_of_the_day()
    assert order.status == "delivered"
    assert ServiceRecord.objects.get(reference=order.number).total_amount == order.total


def drive_off(walk: Walk, cast: Any) -> None:
    """The guard compares pass and plate and lets the car out."""
    with walk.step("gate", cast.guard, viewport=TABLET) as hand:
        hand.go("/gate/")
        hand.sees(GatePass.objects.get().number)
        hand.at_once("form[action$='/exit/'] .btn-primary")
        expect(hand.find("#toasts")).to_contain_text(PLATE)
    gate_pass = GatePass.objects.get()
    assert (gate_pass.let_out_by, gate_pass.owed) == (cast.guard, 0)
    assert order_of_the_day().visit.status == "left"
