"""From the customer's phone at night to the confirmed appointment, as hands do it."""

import re

import pytest
from playwright.sync_api import expect

from apps.appointments import online_round
from apps.appointments.models import Appointment, OnlineRequest
from apps.core import clock
from tests.appointments.factories import make_customer, make_package, make_vehicle
from tests.appointments.online_house import code_of, wide
from tests.harness.browser import PHONE


@pytest.fixture
def store(cast):
    store = wide(cast)
    make_package(store)
    make_vehicle(store, "浙A12345", owner=make_customer(store, "李明", "+8613812345678"))
    return store


def test_an_online_request_becomes_a_confirmed_appointment(cast, store, new_context, page, sign_in):
    phone = new_context(viewport=PHONE).new_page()
    phone.goto(f"/book/{store.code}/")
    phone.get_by_text("Package K001").click()
    expect(phone.locator("#when")).to_contain_text("¥")
    phone.locator("#when .slot").nth(3).click()
    phone.get_by_label("您的姓名").fill("李明")
    phone.get_by_label("您的手机号").fill("13812345678")
    phone.get_by_label("车牌").fill("浙a12345")
    phone.get_by_role("button", name="获取验证码").click()
    expect(phone.locator("#id_code")).to_be_visible()
    request = OnlineRequest.objects.get()
    phone.locator("#id_code").fill(code_of(request))
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("status")).to_contain_text("已收到您的申请")
    request.refresh_from_db()

    online_round.distribute(store, now=clock.at(request.starts_at.date(), 9, 1))
    request.refresh_from_db()
    sign_in(page, request.assigned_to)
    page.goto("/work/")
    page.get_by_role("link", name=re.compile(request.number)).first.click()
    expect(page.locator("input[name=vehicle]:checked")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^确认")).click()
    expect(page.locator("#toasts")).to_contain_text("已确认")
    appointment = Appointment.objects.get()
    assert (appointment.status, appointment.vehicle.plate) == ("confirmed", "浙A12345")

    phone.reload()
    expect(phone.get_by_role("status")).to_contain_text(appointment.number)
