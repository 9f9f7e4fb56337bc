"""Every provider's protocol against a server that speaks it, and everything that can go wrong there."""

import dataclasses
from datetime import timedelta

import pytest

from apps.core import wire
from apps.core.errors import DomainError
from apps.core.registry import registry
from apps.messaging import services
from apps.messaging.gateways import alibaba, base, tencent
from apps.messaging.models import Follower, Gateway, Message, MessageTemplate
from tests.messaging import providers
from tests.messaging.conftest import NOON, connect, plan

MINUTE = timedelta(minutes=1)
SMS = ["http", "alibaba", "tencent"]
ALL = [*SMS, "wechat"]


@pytest.fixture
def hasty(monkeypatch):
    """A third of a second is as good as ten to find out that nobody answers."""
    for module in (wire, alibaba, tencent):
        monkeypatch.setattr(module, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(wire.call, "__kwdefaults__", wire.call.__kwdefaults__ | {"timeout": 0.3})


@pytest.fixture
def account(request, cast, provider, note, subject):
    """The store's account at the provider that the test names; a follower where it is a service account."""
    gateway = connect(cast, provider, request.param)
    if request.param == "wechat":
        Follower.objects.create(gateway=gateway, openid="o1", customer=subject, since=NOON)
    return gateway


def fresh(message):
    return Message.objects.get(pk=message.pk)


@pytest.mark.parametrize("account", ALL, indirect=True)
def test_a_message_goes_with_our_reference_and_comes_back_with_theirs(account, provider, subject):
    message = plan(subject)
    services.send_due(now=NOON)
    [taken] = provider.taken
    sent = fresh(message)
    assert (sent.state, sent.gateway, sent.provider_id) == ("sent", account, "B1")
    assert taken["reference"] == sent.reference
    assert sent.text == "王芳 您好，第 1 次"
    assert taken["phone"] == {"alibaba": "13812345678", "wechat": "o1"}.get(
        account.provider, "+8613812345678"
    )


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("http", "王芳 您好，第 1 次"),
        (
            "alibaba",
            {"TemplateCode": "SMS_1", "TemplateParam": '{"who": "王芳", "n": "1"}', "SignName": "湖滨"},
        ),
        ("tencent", {"TemplateId": "SMS_1", "TemplateParamSet": ["王芳", "1"], "SmsSdkAppId": "1400"}),
        (
            "wechat",
            {"template_id": "SMS_1", "data": {"thing1": {"value": "王芳"}, "number2": {"value": "1"}}},
        ),
    ],
    indirect=["account"],
)
def test_variables_go_as_each_provider_wants_them(account, said, provider, subject):
    plan(subject)
    services.send_due(now=NOON)
    told = provider.taken[0]["told"]
    assert told == said if isinstance(said, str) else said.items() <= told.items()


@pytest.mark.parametrize("account", SMS, indirect=True)
def test_what_is_refused_is_tried_again_and_then_somebodys_call(account, provider, subject, note):
    provider.moods.extend([providers.REFUSE] * 4)
    message = plan(subject)
    for minute in (0, 2, 6, 14):
        services.send_due(now=NOON + minute * MINUTE)
    assert fresh(message).state == "failed"
    assert note == [message.pk]
    assert provider.taken == []


@pytest.mark.parametrize("account", SMS, indirect=True)
@pytest.mark.parametrize("mood", [providers.SILENT, providers.TORN])
def test_what_was_taken_without_an_answer_is_found_out_and_never_sent_twice(
    account, mood, provider, subject, hasty
):
    provider.moods.append(mood)
    message = plan(subject)
    services.send_due(now=NOON)
    assert fresh(message).state == "unknown"
    services.send_due(now=NOON + MINUTE)
    services.settle_open(now=NOON + MINUTE)
    assert fresh(message).state == "sent"
    assert len(provider.taken) == 1


@pytest.mark.parametrize("account", SMS, indirect=True)
def test_what_nobody_took_and_nobody_answered_waits_for_a_person_unless_the_provider_is_sure(
    account, provider, subject, hasty
):
    provider.moods.append(providers.LOSES)
    message = plan(subject)
    services.send_due(now=NOON)
    for minute in range(1, 90):
        services.settle_open(now=NOON + minute * MINUTE)
    state = fresh(message).state
    assert state == ("planned" if account.provider == "http" else "unknown")
    assert list(Message.objects.unresolved()) == ([] if state == "planned" else [fresh(message)])


@pytest.mark.parametrize("account", ["http", "wechat"], indirect=True)
def test_an_error_of_the_provider_says_nothing_about_the_message(account, provider, subject):
    provider.moods.append(providers.BROKEN)
    message = plan(subject)
    services.send_due(now=NOON)
    assert fresh(message).state == "unknown"


@pytest.mark.parametrize("account", ALL, indirect=True)
def test_a_provider_that_is_not_there_has_certainly_taken_nothing(account, provider, subject):
    provider.shutdown()
    provider.server_close()
    message = plan(subject)
    services.send_due(now=NOON)
    waiting = fresh(message)
    assert (waiting.state, waiting.attempts) == ("planned", 1)
    assert waiting.planned_at == NOON + 2 * MINUTE


@pytest.mark.parametrize("account", ["http"], indirect=True)
def test_the_same_message_twice_is_one_message_to_the_provider(account, provider, subject):
    message = plan(subject)
    services.send_due(now=NOON)
    parcel = base.Parcel(fresh(message).reference, message.phone, "x")
    assert account.backend().send(parcel).outcome is base.Outcome.ACCEPTED
    assert len(provider.taken) == 1


@pytest.mark.parametrize("account", ["wechat"], indirect=True)
def test_an_access_token_is_fetched_once_and_anew_when_it_has_ended(account, provider, subject):
    for n in range(2):
        plan(subject, f"note-{n}")
    services.send_due(now=NOON)
    assert (provider.tokens, len(provider.taken)) == (1, 2)
    provider.tokens = 7  # the account's owner has fetched others meanwhile
    plan(subject, "note-3")
    services.send_due(now=NOON)
    assert len(provider.taken) == 3


@pytest.mark.parametrize("account", ["wechat"], indirect=True)
def test_who_does_not_follow_gets_a_short_message_and_so_does_a_second_try(account, cast, provider, subject):
    connect(cast, provider, "http")
    provider.moods.append(providers.REFUSE)
    message = plan(subject)
    services.send_due(now=NOON)
    services.send_due(now=NOON + 2 * MINUTE)
    assert fresh(message).gateway.provider == "http"
    Follower.objects.update(left_at=NOON)
    other = plan(subject, "note-2")
    services.send_due(now=NOON + 3 * MINUTE)
    assert fresh(other).gateway.provider == "http"
    assert [one["phone"] for one in provider.taken] == ["+8613812345678"] * 2


@pytest.mark.parametrize("account", ["wechat"], indirect=True)
def test_what_proves_a_number_goes_to_the_number(account, cast, provider, subject, monkeypatch):
    connect(cast, provider, "http")
    kind = dataclasses.replace(registry.messages["note"], proves_number=True)
    monkeypatch.setitem(registry.messages, "note", kind)
    plan(subject)
    services.send_due(now=NOON)
    assert [one["phone"] for one in provider.taken] == [subject.phone]


def test_the_code_of_the_online_page_proves_a_number():
    assert registry.messages["online.code"].proves_number


@pytest.mark.parametrize("account", ["http"], indirect=True)
def test_a_provider_is_asked_about_what_it_got_though_the_house_sends_no_more(
    account, provider, subject, hasty, settings
):
    provider.moods.append(providers.SILENT)
    message = plan(subject)
    services.send_due(now=NOON)
    settings.SMS_BACKEND = "file"
    services.settle_open(now=NOON + MINUTE)
    assert fresh(message).state == "sent"


def test_without_an_account_nothing_goes_and_somebody_calls(subject, note):
    message = plan(subject, useless_after=NOON + MINUTE)
    services.send_due(now=NOON)
    assert (fresh(message).state, fresh(message).reason) == ("failed", services.NO_ACCOUNT)
    assert note == [message.pk]


@pytest.mark.parametrize("account", ["alibaba"], indirect=True)
def test_new_words_go_only_when_they_are_approved(account, cast, provider, subject):
    newer = MessageTemplate.keep(cast.store, "note", "{who}：{n}", by=cast.manager)
    plan(subject)
    services.send_due(now=NOON)
    assert provider.taken[0]["told"]["TemplateCode"] == "SMS_1"
    newer.approve(account, "SMS_2", fields={}, by=cast.manager)
    plan(subject, "note-2")
    services.send_due(now=NOON)
    assert provider.taken[1]["told"]["TemplateCode"] == "SMS_2"
    assert Message.objects.get(key="note-2").text == "王芳：1"
    for template in MessageTemplate.objects.all():
        template.approve(account, "", fields={}, by=cast.manager)
    message = plan(subject, "note-3")
    services.send_due(now=NOON)
    assert fresh(message).reason == services.NO_APPROVAL


# -- accounts --------------------------------------------------------------------------------------


def test_secrets_are_sealed_and_an_empty_one_keeps_the_old(cast, provider):
    gateway = connect(cast, provider, "http")
    assert "sesame" not in gateway.sealed
    Gateway.keep(cast.store, "http", {"url": "https://sms.example.com/", "token": ""}, by=cast.manager)
    gateway.refresh_from_db()
    assert gateway.values == {"url": "https://sms.example.com/", "token": "sesame"}


def test_credentials_that_cannot_be_read_send_nothing_and_are_asked_for(
    cast, provider, settings, note, subject
):
    gateway = connect(cast, provider, "http")
    settings.SECRET_KEY = "n" * 50
    message = plan(subject)
    services.send_due(now=NOON)
    assert (fresh(message).state, provider.taken) == ("planned", [])
    with pytest.raises(DomainError) as error:
        gateway.switch(True, by=cast.manager)
    assert error.value.code == "gateway_unready"


def test_one_account_a_channel_is_in_use(cast, provider):
    first, second = connect(cast, provider, "http"), connect(cast, provider, "alibaba")
    connect(cast, provider, "wechat")
    live = Gateway.objects.live().order_by("pk").values_list("provider", flat=True)
    assert list(live) == ["alibaba", "wechat"]
    second.switch(False, by=cast.manager)
    assert not Gateway.objects.filter(pk=first.pk, is_active=True).exists()


def test_an_account_that_lacks_something_cannot_be_used(cast):
    gateway = Gateway.keep(
        cast.store, "http", {"url": "https://sms.example.com/", "token": ""}, by=cast.manager
    )
    with pytest.raises(DomainError, match=r"Access token|令牌"):
        gateway.switch(True, by=cast.manager)


@pytest.mark.parametrize("account", ["http"], indirect=True)
def test_a_provider_that_sends_us_elsewhere_is_not_followed(account, provider, subject):
    provider.moods.append(providers.ELSEWHERE)
    message = plan(subject)
    services.send_due(now=NOON)
    assert provider.calls == ["/sms"], "the token goes nowhere else"
    assert fresh(message).state == "unknown"
