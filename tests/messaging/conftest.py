"""A house whose messages leave through accounts, and the provider outside."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from apps.core.registry import MessageKind, registry
from apps.customers.models import Customer
from apps.messaging.models import Gateway, Message, MessageTemplate
from tests.messaging.providers import Provider

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE = "+8613812345678"
ANSWERS = {"n": "1", "who": "王芳"}


@pytest.fixture
def provider():
    """The server, which goes with the test."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    cache.clear()  # access tokens of an earlier one
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def note(monkeypatch, settings):
    """One kind of message whose failure is remembered, in a house that sends."""
    settings.SMS_BACKEND = "gateways"
    calls = []
    kind = MessageKind(
        "note",
        "Note",
        lambda m: "",
        lambda store: "%(who)s 您好，第 %(n)s 次",
        lambda m: ANSWERS,
        ("n", "who"),
        failed=lambda m: calls.append(m.pk),
    )
    monkeypatch.setattr(registry, "messages", {"note": kind})
    return calls


@pytest.fixture
def subject(cast):
    """A customer that messages speak of."""
    customer = Customer.objects.create(group=cast.group, number="C1", name="王芳", phone=PHONE)
    customer.store_id = cast.store.pk
    return customer


def connect(cast, provider, name):
    """The store's account at ``name`` on the server, in use, with approved words where it wants some."""
    typed = {
        "http": {"url": f"{provider.url}/sms", "token": "sesame"},
        "alibaba": {
            "sign_name": "湖滨",
            "access_key_id": "AK",
            "access_key_secret": "AS",
            "endpoint": provider.url,
        },
        "tencent": {
            "app_id": "1400",
            "sign_name": "湖滨",
            "secret_id": "SI",
            "secret_key": "SK",
            "region": "ap-guangzhou",
            "endpoint": provider.url,
        },
        "wechat": {"app_id": "wx1", "app_secret": "WS", "token": "cb", "endpoint": provider.url},
    }[name]
    if name in ("alibaba", "tencent"):
        typed["endpoint"] = provider.url
    gateway = Gateway.keep(cast.store, name, typed, by=cast.manager)
    gateway.switch(True, by=cast.manager)
    if gateway.kind.needs_code:
        template = MessageTemplate.keep(cast.store, "note", "{who} 您好，第 {n} 次", by=cast.manager)
        fields = {"thing1": "who", "number2": "n"} if name == "wechat" else {}
        template.approve(gateway, "SMS_1", fields=fields, by=cast.manager)
    return gateway


def plan(subject, key="note-1", at=NOON, **more):
    """One message to be sent."""
    return Message.plan("note", about=subject, key=key, phone=PHONE, at=at, **more)
