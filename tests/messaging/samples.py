"""Rows of the cast's store for each address of this room."""

from apps.core import clock
from apps.messaging.models import Gateway, Message
from tests.appointments.factories import make_customer


def samples(cast) -> dict[str, dict]:
    message = Message.plan("sample", about=cast.advisor, key="sample", phone="+8613812345678", at=clock.now())
    customer = make_customer(cast.store)
    typed = {"url": "https://sms.example.com/", "token": "t"}
    gateway = Gateway.keep(cast.store, "http", typed, by=cast.manager)
    wechat = {"app_id": "wx", "app_secret": "s", "token": "t", "endpoint": "https://127.0.0.1:1"}
    account = Gateway.keep(cast.store, "wechat", wechat, by=cast.manager)
    return {
        "messaging:approve": {"kind": "messaging.test", "pk": gateway.pk},
        "messaging:account_switch": {"provider": "http"},
        "messaging:account_test": {"provider": "http"},
        "messaging:follow": {"pk": customer.pk},
        "messaging:receipts": {"key": gateway.hook_key},
        "messaging:replies": {"key": gateway.hook_key},
        "messaging:wechat": {"key": account.hook_key},
        "messaging:customer": {"pk": customer.pk},
        "messaging:resolve": {"pk": message.pk},
        "api:message-detail": {"pk": message.pk},
    }
