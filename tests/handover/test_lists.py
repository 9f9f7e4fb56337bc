"""The sales department's list: judged row by row, planned as far as it is right, given twice without harm."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.catalog.models import Brand, VehicleModel
from apps.core import sheets
from apps.customers.models import Customer
from apps.handover.models import Handover
from tests.customers.factories import make_customer, make_vehicle, make_vin

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
URL = "/handovers/list/"
HEAD = "车架号,车型,客户姓名,手机,销售顾问,开票日期,交车时间,三包"


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


@pytest.fixture
def clerk(cast, client):
    client.force_login(cast.information_clerk)
    return client


def line(n, **cells):
    given = {
        "vin": make_vin(n),
        "model": "云岭",
        "name": f"客户{n}",
        "phone": f"1381234{n:04d}",
        "consultant": "李小红",
        "invoiced": "2026/11/23",
        "at": "2026年11月25日 10:30",
        "statutory": "是",
    }
    return ",".join((given | cells).values())


def test_rows_are_judged_and_nothing_is_saved_before_it_is_asked_for(cast, clerk):
    text = "\n".join([HEAD, line(1), line(2, phone="1381"), line(3, at="2020-01-01 09:00")])
    answer = clerk.post(URL, {"text": text, "_once": "first"})
    assert b'value="first"' not in answer.content, "what is sent next is not the same again"
    rows = answer.context["rows"]
    assert [row.is_good for row in rows] == [True, False, False]
    assert ["phone" in rows[1].form.errors, "planned_at" in rows[2].form.errors] == [True, True]
    assert not Handover.objects.exists()
    assert not Customer.objects.exists()


def test_what_is_right_is_planned_and_the_rest_stays_to_be_mended(cast, clerk):
    brand = Brand.objects.create(group=cast.group, name="远川")
    model = VehicleModel.objects.create(brand=brand, name="云岭")
    text = "\n".join([HEAD, line(1, statutory="否"), line(2, phone="1381"), line(3, vin="LSV1")])
    answer = clerk.post(URL, {"text": text, "go": "1"})
    handover = Handover.objects.get()
    assert handover.vehicle.vin == make_vin(1)
    assert (handover.vehicle.model, handover.is_statutory) == (model, False)
    assert handover.planned_at == datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert handover.invoiced_on.isoformat() == "2026-11-23"
    assert handover.advisor == cast.advisor, "the one with the fewest customers"
    left = list(sheets.of_text(answer.context["form"].initial["text"]))
    assert [row[0] for row in left] == ["车架号", make_vin(2), "LSV1"]
    assert all(row.errors for row in answer.context["rows"])
    mended = "\n".join([HEAD, line(1), line(2)])
    assert clerk.post(URL, {"text": mended, "go": "1"}).url == "/handovers/"
    assert Handover.objects.count() == 2, "the first row was planned already"


def test_an_excel_list_with_dates_in_its_cells(cast, clerk):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(HEAD.split(","))
    book.active.append(
        [
            make_vin(1),
            "云岭",
            "王芳",
            13812340001,
            "李小红",
            datetime(2026, 11, 23),
            datetime(2026, 11, 25, 9),
            "",
        ]
    )
    book.save(out)
    answer = clerk.post(URL, {"file": SimpleUploadedFile("n.xlsx", out.getvalue())})
    assert answer.context["good"] == 1
    clerk.post(URL, {"text": answer.context["form"].initial["text"], "go": "1"})
    handover = Handover.objects.get()
    assert handover.customer.phone == "+8613812340001"
    assert handover.planned_at.astimezone(ZoneInfo("Asia/Shanghai")).hour == 9


def test_a_car_on_file_goes_to_its_owner_when_the_name_is_his(cast, clerk):
    owner = make_customer(cast, name="王芳")
    car = make_vehicle(cast, owner=owner, plate="")
    clerk.post(URL, {"text": f"{HEAD}\n{line(1, vin=car.vin, name='王芳')}", "go": "1"})
    assert Handover.objects.get().customer == owner


@pytest.mark.parametrize("text", ["", "车架号,客户姓名", HEAD, "甲,乙\n1,2"])
def test_what_is_no_list_is_said_beside_the_box_and_kept(text, clerk):
    answer = clerk.post(URL, {"text": text})
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]
    assert text in answer.content.decode()


def test_who_may_not_plan_is_refused(cast, client):
    client.force_login(cast.technician)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"text": HEAD}).status_code == 403
