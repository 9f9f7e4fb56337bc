"""What providers call: receipts late, out of order, twice; replies; followers of a service account."""

import hashlib
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from apps.customers.models import Customer
from apps.messaging import followers, receipts, services
from apps.messaging.gateways.base import Report
from apps.messaging.models import Follower, Message, Receipt, Reply
from tests.messaging.conftest import NOON, PHONE, connect, plan

MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(request, cast, provider, note, subject):
    return connect(cast, provider, getattr(request, "param", "alibaba"))


@pytest.fixture
def sent(account, subject):
    """A message that the provider took."""
    message = plan(subject)
    services.send_due(now=NOON)
    message.refresh_from_db()
    return message


def fresh(message):
    return Message.objects.get(pk=message.pk)


def told(client, gateway, what, rows, status=200):
    answer = client.post(f"/hooks/messages/{gateway.hook_key}/{what}/", json.dumps(rows), "application/json")
    assert answer.status_code == status
    return answer


def alibaba(message, *, ok=True, at="2026-11-24 12:00:05", **more):
    code = "DELIVERED" if ok else "MOBILE_NOT_ON_SERVICE"
    return {
        "phone_number": "13812345678",
        "success": ok,
        "err_code": code,
        "biz_id": message.provider_id,
        "out_id": message.reference,
        "report_time": at,
    } | more


@pytest.mark.parametrize(
    ("account", "row", "answer"),
    [
        ("alibaba", alibaba, {"code": 0, "msg": "OK"}),
        (
            "tencent",
            lambda m: {"sid": m.provider_id, "report_status": "SUCCESS", "user_receive_time": "x"},
            {"result": 0, "errmsg": "OK"},
        ),
        ("http", lambda m: {"reference": m.reference, "delivered": True, "at": "x"}, {"ok": True}),
    ],
    indirect=["account"],
)
def test_each_provider_s_receipt_finds_its_message(client, account, row, answer, sent):
    assert told(client, account, "receipts", [row(sent)]).json() == answer
    assert (fresh(sent).state, fresh(sent).delivery) == ("sent", "delivered")


def test_the_same_receipt_twice_counts_once(client, account, sent, note):
    for _time in range(2):
        told(client, account, "receipts", [alibaba(sent, ok=False)] * 2)
    assert Receipt.objects.count() == 1
    assert (fresh(sent).state, fresh(sent).delivery) == ("failed", "undelivered")
    assert fresh(sent).reason == "MOBILE_NOT_ON_SERVICE"
    assert note == [sent.pk], "one call, not two"


@pytest.mark.parametrize("order", [(True, False), (False, True)], ids=["then lost", "then arrived"])
def test_an_arrival_is_final_in_whatever_order_it_is_told(client, account, sent, order):
    for n, ok in enumerate(order):
        told(client, account, "receipts", [alibaba(sent, ok=ok, at=f"12:00:0{n}")])
    assert (fresh(sent).state, fresh(sent).delivery) == ("sent", "delivered")


def test_a_receipt_before_the_answer_waits_for_its_message(account, subject, provider):
    """The phone rang while the provider's answer to us was still on its way."""
    message = plan(subject)
    [held] = Message.objects.claim(NOON)
    Message.objects.filter(pk=held.pk).update(gateway=account)
    assert receipts.take_in(account, Report(held.reference, "B1", True), now=NOON)
    assert fresh(message).delivery == ""
    services.settle_open(now=NOON + 3 * MINUTE)  # the worker has died; the provider knows nothing of it
    assert fresh(message).state == "sent", "an arrival settles what the provider could not say"


@pytest.mark.parametrize("account", ["tencent"], indirect=True)
def test_a_receipt_that_knows_only_the_provider_s_number_waits_too(account, subject):
    receipts.take_in(account, Report("", "B1", True), now=NOON)
    message = plan(subject)
    services.send_due(now=NOON)
    assert fresh(message).delivery == "delivered"


def test_an_arrival_settles_what_waits_for_a_person(client, account, sent):
    Message.objects.filter(pk=sent.pk).update(state="unknown", ask_at=None)
    told(client, account, "receipts", [alibaba(sent)])
    assert fresh(sent).state == "sent"
    assert not Message.objects.unresolved().exists()


def test_a_loss_that_nobody_can_make_good_any_more_calls_nobody(client, account, sent, note):
    Message.objects.filter(pk=sent.pk).update(useless_after=NOON)
    told(client, account, "receipts", [alibaba(sent, ok=False)])
    assert fresh(sent).state == "failed"
    assert note == []


def test_a_receipt_of_another_account_touches_nothing(client, account, cast, provider, sent):
    other = connect(cast, provider, "http")
    told(client, other, "receipts", [{"reference": sent.reference, "delivered": False}])
    assert fresh(sent).delivery == ""


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff"], ids=str)
def test_what_cannot_be_read_is_refused_and_changes_nothing(client, account, body):
    for what in ("receipts", "replies"):
        answer = client.post(f"/hooks/messages/{account.hook_key}/{what}/", body, "application/json")
        assert answer.status_code == 400
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("account", ["http"], indirect=True)
def test_signs_that_no_database_takes_are_left_out(client, account, sent):
    row = {"phone": "13812345678", "text": "好\x00\ud800的", "reference": "9\x00"}
    told(client, account, "replies", [row])
    assert (Reply.objects.get().text, Reply.objects.get().reference) == ("好的", "9")


def test_nobody_guesses_the_address(client, account, cast, provider):
    assert client.post("/hooks/messages/x/receipts/", "[]", "application/json").status_code == 404
    assert client.get(f"/hooks/wechat/{account.hook_key}/").status_code == 404
    wechat = connect(cast, provider, "wechat")
    assert client.post(f"/hooks/messages/{wechat.hook_key}/receipts/").status_code == 404


# -- replies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "row"),
    [
        ("alibaba", {"phone_number": "13812345678", "content": "TD", "sequence_id": "9"}),
        ("tencent", {"mobile": "13812345678", "text": "TD", "time": "2026-11-24 12:01:00"}),
        ("http", {"phone": "+86 138 1234 5678", "text": "td", "reference": "9"}),
    ],
    indirect=["account"],
)
def test_a_reply_comes_back_through_its_provider_once(client, account, row, sent, subject):
    for _time in range(2):
        told(client, account, "replies", [row, row | {"phone": "12", "mobile": "12", "phone_number": "12"}])
    [reply] = Reply.objects.all()
    assert (reply.gateway, reply.message, reply.outcome) == (account, sent, "opt_out")
    assert not Customer.objects.get(pk=subject.pk).accepts_messages


# -- the service account ----------------------------------------------------------------------------


def happens(client, gateway, event="", token="cb", status=200, kind="event", **more):
    fields = {"FromUserName": "o1", "MsgType": kind, "Event": event, "CreateTime": "1"} | more
    xml = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    signature = hashlib.sha1("".join(sorted([token, "5", "n"])).encode()).hexdigest()
    query = urlencode({"signature": signature, "timestamp": "5", "nonce": "n", "echostr": "hello"})
    address = f"/hooks/wechat/{gateway.hook_key}/?{query}"
    answer = (
        client.post(address, f"<xml>{xml}</xml>", "text/xml")
        if fields["Event"] or kind == "text"
        else client.get(address)
    )
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def wechat(cast, provider, note, subject):
    return connect(cast, provider, "wechat")


def test_the_account_proves_itself_by_its_signature(client, wechat):
    assert happens(client, wechat) == "hello"
    happens(client, wechat, token="other", status=403)
    happens(client, wechat, "subscribe", token="other", status=403)
    assert not Follower.objects.exists()


def test_who_scans_the_code_at_the_desk_gets_messages_there(client, wechat, subject, provider):
    address = followers.picture_address(wechat, subject)
    scene = address.partition("/q/")[2]
    assert len(scene) <= 64
    for _twice in range(2):
        happens(client, wechat, "subscribe", EventKey=f"qrscene_{scene}")
    assert followers.of_customer(subject, wechat).openid == "o1"
    message = plan(subject)
    services.send_due(now=NOON)
    assert fresh(message).gateway == wechat
    happens(client, wechat, "TEMPLATESENDJOBFINISH", MsgID=fresh(message).provider_id, Status="success")
    assert fresh(message).delivery == "delivered"
    happens(client, wechat, "unsubscribe")
    assert followers.of_customer(subject, wechat) is None


def test_a_follower_without_a_code_or_with_somebody_elses_is_nobodys(client, wechat, subject):
    happens(client, wechat, "subscribe")
    happens(client, wechat, "SCAN", EventKey="1:forged:code")
    assert Follower.objects.get().customer is None
    happens(client, wechat, "SCAN", EventKey=followers.scene_of(subject))
    assert Follower.objects.get().customer == subject


def test_a_follower_s_words_are_his_reply(client, wechat, subject):
    Follower.objects.create(gateway=wechat, openid="o1", customer=subject, since=NOON)
    happens(client, wechat, kind="text", Content="<!DOCTYPE 好>", MsgId="76")
    assert Reply.objects.get().text == "<!DOCTYPE 好>", "words are words"
    Reply.objects.all().delete()
    for _twice in range(2):
        happens(client, wechat, kind="text", Content="TD", MsgId="77")
    assert Reply.objects.get().phone == PHONE
    assert not Customer.objects.get(pk=subject.pk).accepts_messages


def test_entities_and_scraps_are_refused(client, wechat):
    signature = hashlib.sha1("".join(sorted(["cb", "5", "n"])).encode()).hexdigest()
    address = f"/hooks/wechat/{wechat.hook_key}/?signature={signature}&timestamp=5&nonce=n"
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>'
    for body in (bomb, "<xml>", ""):
        assert client.post(address, body, "text/xml").status_code == 400
