"""Everything that went to a customer's number, or did not, and why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_noop

from apps.core import clock
from apps.messaging.models import Gateway, Message, Reply
from tests.appointments.factories import make_appointment, make_customer, make_vehicle
from tests.capacity.factories import tomorrow

PHONE = "+8613812345678"


@pytest.fixture
def booked(cast, client):
    client.force_login(cast.advisor)
    owner = make_customer(cast.store, "李明", PHONE)
    return make_appointment(cast.store, starts_at=tomorrow(10), vehicle=make_vehicle(cast.store, owner=owner))


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def url(booked):
    return f"/outbox/customers/{booked.customer_id}/"


def test_it_says_what_is_planned_what_is_not_sent_and_why(client, booked):
    page = text(client.get(url(booked)))
    assert "提前 24 小时提醒" in page
    assert "预约时已过该提醒时间" in page, "the 72 h reminder was never planned, and says why"


def test_the_customers_page_leads_to_it(client, booked):
    page = text(client.get(f"/customers/{booked.customer_id}/"))
    assert url(booked) in page


def test_state_and_kind_narrow_it(client, booked):
    Message.objects.filter(kind="appointment.booked").update(state="sent", sent_at=clock.now())
    rows = client.get(url(booked), {"state": "sent"}).context["messages_"]
    assert [m.kind for m in rows] == ["appointment.booked"]
    rows = client.get(url(booked), {"kind": "appointment.reminder_24"}).context["messages_"]
    assert {m.kind for m in rows} == {"appointment.reminder_24"}
    assert len(client.get(url(booked), {"state": "x", "kind": "x"}).context["messages_"]) == 4


def test_the_pages_ask_as_often_for_many_as_for_one(cast, client, booked, django_assert_max_num_queries):
    typed = {"url": "https://sms.example.com/", "token": "t"}
    gateway = Gateway.keep(cast.store, "http", typed, by=cast.manager)
    row = Message.objects.about(booked).first()
    Message.objects.bulk_create(
        Message(
            store=row.store, kind=row.kind, key=f"k{n}", subject=row.subject, object_id=row.object_id,
            phone=row.phone, planned_at=row.planned_at, created_at=row.created_at, gateway=gateway,
            state="sent",
        )
        for n in range(40)
    )  # fmt: skip
    pages = (url(booked), "/outbox/", f"/appointments/{booked.pk}/", f"/customers/{booked.customer_id}/")
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(35):
            text(client.get(page))


def test_replies_stand_beside_it(cast, client, booked):
    Reply.objects.create(
        store=cast.store, taken_by=cast.advisor, reference="1", phone=PHONE, text="能早点吗",
        outcome="passed_on", done=gettext_noop("Not read yet"), received_at=clock.now(),
    )  # fmt: skip
    assert "能早点吗" in text(client.get(url(booked)))


def test_who_has_no_number_gets_nothing_and_sees_nobody_elses(cast, client, booked):
    nobody = make_customer(cast.store, "无号", "")
    page = client.get(f"/outbox/customers/{nobody.pk}/")
    assert page.context["messages_"] == page.context["replies"] == []


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_another_store_finds_nothing(cast, client, booked, who):
    client.force_login(getattr(cast, who))
    assert client.get(url(booked)).status_code == 404


def test_it_costs_the_same_for_4_and_100(cast, client, booked):
    text(client.get(url(booked)))
    costs = []
    for count in (0, 96):
        for n in range(count):
            Message.plan("appointment.booked", about=booked, key=f"x{n}", phone=PHONE, at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url(booked))
        costs.append(len(queries))
    assert len(page.context["messages_"]) == 100
    assert costs[1] <= costs[0]
