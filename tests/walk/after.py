"""After the car has left: the call, the scores, the complaint, the manager's day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from apps.callbacks.models import PostRepair, Response
from apps.calls.models import Call
from apps.complaints.models import Complaint
from apps.core import workdays
from tests.walk.front import NAME
from tests.walk.hand import Walk
from tests.walk.workshop import order_of_the_day

SCORES = {"booking": 9, "greeting": 9, "advisor": 10, "facility": 8, "quality": 5, "price": 8}
SCORES |= {"hand_back": 9, "follow_up": 9, "overall": 7}
SAID = "方向盘还是有点抖"


def due_window(day: date) -> tuple[date, date]:
    """The call exists from the delivery on, due within five working days: brakes are safety."""
    call = Call.objects.get()
    assert (call.opens_on, call.closes_on) == workdays.window(day, 1, 5)
    assert (call.role, call.topic, call.customer.name) == (
        "reception_supervisor",
        order_of_the_day().number,
        NAME,
    )
    return call.opens_on, call.closes_on


def not_yet(walk: Walk, cast: Any) -> None:
    """Before the window opens the agent has nothing to do."""
    with walk.step("queue before the window", cast.roles["reception_supervisor"]) as hand:
        hand.go("/calls/")
        expect(hand.find("#calls .row-link")).to_have_count(0)


def call(walk: Walk, cast: Any) -> None:
    """Claimed with "next call", reached, the survey asked; not content: on to the complaint."""
    with walk.step("post-repair call with survey", cast.roles["reception_supervisor"]) as hand:
        hand.go("/calls/")
        expect(hand.find("#calls .row-link", has_text=NAME)).to_be_visible()
        hand.at_once(".page-actions .btn-primary")
        hand.page.wait_for_url(re.compile(r"/calls/\d+/$"))
        assert Call.objects.get().claimed_by == cast.roles["reception_supervisor"]
        hand.sees("138 1234 5678")
        hand.at_once("[name=outcome][value=reached]")
        form = hand.find("#form")
        expect(form.locator("fieldset").first).to_be_enabled()
        hand.tick(form.locator("[name=solved][value=partly]"))
        hand.fill(form.locator("[name=satisfaction]"), "6")
        hand.fill(form.locator("[name=suggestions]"), SAID)
        hand.click(form.locator("details summary"))
        for code, score in SCORES.items():
            hand.fill(form.locator(f"[name=survey-{code}]"), str(score))
        for code in ("listened", "recommend"):
            hand.tick(form.locator(f"[name=survey-{code}][value=yes]"))
        hand.click(form.locator(".btn-primary"))
        hand.page.wait_for_url("**/complaints/new/?order=*")
    finished = Call.objects.get()
    assert (finished.state, finished.finished_by) == ("done", cast.roles["reception_supervisor"])
    assert PostRepair.objects.get().satisfaction == 6
    response = Response.objects.get()
    assert response.advisor == cast.advisor
    given = response.answers.exclude(score=None).values_list("question__code", "score")
    assert dict(given) == SCORES


def complain(walk: Walk, cast: Any) -> None:
    """From the finished call the complaint is taken in; its clock runs for 24 hours."""
    with walk.step("complaint from the call", cast.roles["reception_supervisor"]) as hand:
        hand.go("/calls/")
        hand.at_once("a.filter-chip[href*='show=finished']")
        hand.at_once("#calls .row-link", has_text=NAME)
        hand.at_once("a[href*='/complaints/new/']")
        hand.fill("[name=words]", SAID)
        hand.tick("[name=cause][value=workmanship]")
        hand.at_once(".page-actions .btn-primary")
        hand.page.wait_for_url(re.compile(r"/complaints/\d+/$"))
        hand.sees("24")
    complaint = Complaint.objects.get()
    assert complaint.due_at - complaint.opened_at == timedelta(hours=24)
    assert (complaint.order, complaint.taken_by) == (order_of_the_day(), cast.roles["reception_supervisor"])


def report(walk: Walk, cast: Any) -> None:
    """The index by advisor, as figures and as a chart."""
    with walk.step("CSI report", cast.manager) as hand:
        hand.go("/csi/")
        expect(hand.find("svg.chart[aria-label$='服务顾问']")).to_contain_text("周敏")
        expect(hand.find("table .row-link")).to_have_text("周敏")
        expect(hand.find(".kpi").nth(2)).to_contain_text("1")


def day_page(walk: Walk, cast: Any) -> None:
    """The manager's day: the complaint by its clock."""
    with walk.step("the manager's day", cast.manager) as hand:
        hand.go("/today/")
        expect(hand.find("[aria-labelledby=today-complaints]")).to_contain_text(NAME)
        expect(hand.find("[aria-labelledby=today-complaints]")).to_contain_text(SAID)
