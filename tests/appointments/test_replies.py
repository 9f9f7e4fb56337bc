"""1 confirms, 3 cancels, 2 brings three other times; everything else is read by a person. Each reply once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Setting
from apps.appointments import replies, services
from apps.appointments.models import Appointment
from apps.capacity.models import CapacityDay
from apps.core import clock
from apps.customers.models import Customer
from apps.desk.models import Event, Task
from apps.messaging import services as messaging
from apps.messaging.courtesy import Courtesy
from apps.messaging.gateways import FileBackend
from apps.messaging.models import Message, Reply
from apps.messaging.replies import hear
from apps.messaging.words import Words
from tests.appointments.factories import fill, make_appointment, make_customer, make_vehicle
from tests.appointments.online_house import wide
from tests.capacity.factories import tomorrow

PHONE = "+8613812345678"
URL = "/api/v1/messages/replies/"


@pytest.fixture
def store(cast):
    return wide(cast)


@pytest.fixture
def booked(cast, store, tmp_path):
    """An appointment in five days whose confirmation has gone out."""
    car = make_vehicle(store, "浙A12345", owner=make_customer(store, "李明", PHONE))
    appointment = make_appointment(store, starts_at=tomorrow(10, days=5), vehicle=car)
    sent(tmp_path)
    return appointment


def sent(tmp_path):
    messaging.send_due(now=clock.now(), through=FileBackend(tmp_path))


def replied(cast, text, reference="R-1", phone=PHONE):
    reply, _new = hear(
        store=cast.store, phone=phone, text=text, reference=reference, by=cast.roles["information_clerk"]
    )
    return reply


def fresh(appointment):
    return Appointment.objects.get(pk=appointment.pk)


def test_one_confirms(cast, booked):
    assert replied(cast, " １ ").outcome == "done"
    assert fresh(booked).status == "confirmed"
    assert Event.objects.get(kind="appointment.replied").personal == {"text": "1"}
    assert replied(cast, "1", "R-2").done == replies.CONFIRMED, "confirmed again is confirmed"


def test_three_cancels_and_frees_the_time(cast, booked):
    replied(cast, "3")
    assert fresh(booked).status == "cancelled"
    assert not booked.holder.reservations.exists()


def test_two_brings_three_other_times_on_three_days(cast, booked):
    assert replied(cast, "2").done == replies.OFFERED
    message = Message.objects.get(kind=replies.OFFER)
    offers = [timezone.localtime(datetime.fromisoformat(text)) for text in message.params["offers"]]
    assert len({at.date() for at in offers}) == 3
    assert all(at.time() == timezone.localtime(booked.arrives_at).time() for at in offers)
    assert fresh(booked).arrives_at == booked.arrives_at
    words = Words().of(message, None).text
    assert words.count("=") == 3
    assert "22 = " in words


def test_one_of_the_three_is_taken_by_its_number(cast, booked):
    replied(cast, "2")
    offers = Message.objects.get(kind=replies.OFFER).params["offers"]
    assert replied(cast, "22", "R-2").done == replies.MOVED
    assert fresh(booked).arrives_at == datetime.fromisoformat(offers[1])
    assert replied(cast, "23", "R-3").outcome == "passed_on", "those times belonged to the old one"


def test_a_time_that_has_gone_meanwhile_brings_three_others(cast, store, booked):
    replied(cast, "2")
    (first, *_rest) = Message.objects.get(kind=replies.OFFER).params["offers"]
    for n in range(2):
        car = make_vehicle(store, f"浙A9999{n}", owner=make_customer(store, "王", f"+861390000000{n}"))
        make_appointment(store, starts_at=datetime.fromisoformat(first), vehicle=car)
    assert replied(cast, "21", "R-2").done == replies.OFFERED
    assert Message.objects.filter(kind=replies.OFFER).count() == 2
    assert fresh(booked).arrives_at == booked.arrives_at


def test_after_three_rounds_somebody_calls(cast, booked):
    for n in range(replies.MOST_OFFERS):
        assert replied(cast, "2", f"R-{n}").outcome == "done"
    assert replied(cast, "2", "R-9").outcome == "passed_on"
    assert Task.objects.get(kind="appointment.reply").owner == booked.advisor


@pytest.mark.parametrize("text", ["能早点吗", "11", "21", "", "12"])
def test_what_is_not_clear_is_read_by_the_advisor(cast, booked, text):
    assert replied(cast, text).outcome == "passed_on"
    task = Task.objects.get(kind="appointment.reply")
    assert (task.owner, task.params["text"]) == (booked.advisor, text)
    assert fresh(booked).status == "booked"


def test_a_reply_after_the_end_changes_nothing_and_is_read(cast, booked):
    services.cancel(booked, reason="车卖了", by=cast.advisor)
    assert replied(cast, "1").outcome == "passed_on"
    assert fresh(booked).status == "cancelled"


def test_the_same_reply_twice_is_one(cast, booked):
    assert replied(cast, "2") == replied(cast, "2")
    assert Message.objects.filter(kind=replies.OFFER).count() == 1


@pytest.mark.parametrize("word", ["T", "td", "退订", "ＴＤ", "STOP"])
def test_opting_out_is_done_at_once_and_kept(cast, booked, tmp_path, word):
    assert replied(cast, word).outcome == "opt_out"
    assert not Customer.objects.get(phone=PHONE).accepts_messages
    reminder = Message.objects.get(kind="appointment.reminder_72")
    assert messaging.why_not(reminder, Courtesy([reminder], clock.now()), reminder.planned_at)
    assert fresh(booked).status == "booked"


def test_a_number_on_no_file_can_opt_out_too(cast, store, tmp_path):
    owner = make_customer(store, "李明", PHONE)
    car = make_vehicle(store, "浙A12345", owner=owner)
    driver = "+8613700000001"
    appointment = make_appointment(
        store, starts_at=tomorrow(10, days=5), vehicle=car, contact_phone=driver, contact_name="司机"
    )
    sent(tmp_path)
    replied(cast, "T", phone=driver)
    reminder = Message.objects.about(appointment).get(kind="appointment.reminder_72")
    assert messaging.why_not(reminder, Courtesy([reminder], clock.now()), reminder.planned_at)
    assert Customer.objects.get(pk=owner.pk).accepts_messages


def test_nobody_knows_the_number_so_the_supervisor_reads_it(cast, store):
    assert replied(cast, "1", phone="+8613700000009").outcome == "passed_on"
    assert Task.objects.get(kind="message.reply").role == "reception_supervisor"


def test_a_reply_a_week_later_speaks_of_nothing(cast, booked):
    Message.objects.filter(state="sent").update(sent_at=clock.now() - timedelta(days=8))
    assert replied(cast, "3").message is None
    assert fresh(booked).status == "booked"


def test_the_messages_ask_only_where_the_gateway_hears(cast, booked):
    message = Message.objects.about(booked).get(kind="appointment.reminder_72")
    assert "回复" not in Words().of(message, None).text
    Setting.objects.create(
        key="messaging.replies", store=cast.store, effective_from=clock.today(), value=True
    )
    assert "回复" in Words().of(message, None).text


def test_no_room_in_two_weeks_is_a_call(cast, store, booked):
    fill_all(store)
    assert replied(cast, "2").outcome == "passed_on"


def fill_all(store):
    for day in range(1, 30):
        CapacityDay.objects.update_or_create(
            store=store,
            day=tomorrow(days=day).date(),
            defaults={"is_closed": True, "closed_reason": "盘点"},
        )


def test_the_gateways_account_passes_replies_on(cast, booked, client):
    client.force_login(cast.roles["information_clerk"])
    body = {"phone": "13812345678", "text": "1", "reference": "G-1"}
    first = client.post(URL, body, content_type="application/json")
    again = client.post(URL, body, content_type="application/json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["outcome"] == "done"
    assert Reply.objects.count() == 1
    wrong = client.post(URL, body | {"phone": "1"}, content_type="application/json")
    assert "phone" in wrong.json()["fields"]
    page = client.get(f"/appointments/{booked.pk}/").content.decode()
    assert "预约已确认" in page


@pytest.mark.parametrize("who", ["technician", "stranger"])
def test_others_pass_nothing_on(cast, client, who):
    client.force_login(getattr(cast, who))
    body = {"phone": "13812345678", "text": "1", "reference": "G-1"}
    assert client.post(URL, body, content_type="application/json").status_code == 403


def test_a_channel_of_another_group_reaches_nothing_of_ours(cast, booked):
    account = cast.stranger
    hear(store=account.store, phone=PHONE, text="3", reference="X", by=account)
    hear(store=account.store, phone=PHONE, text="T", reference="Y", by=account)
    assert fresh(booked).status == "booked"
    assert Customer.objects.get(phone=PHONE).accepts_messages


def test_a_full_house_is_not_offered(cast, store, booked):
    for n in range(2):
        car = make_vehicle(store, f"浙A8888{n}", owner=make_customer(store, "王", f"+861391000000{n}"))
        fill(store, vehicle=car)
    assert all(start.date() != tomorrow().date() for start in replies.three(fresh(booked), clock.now()))
