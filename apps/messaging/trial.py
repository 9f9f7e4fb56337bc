"""A test message, sent like any other."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Store
from apps.core import clock
from apps.core.registry import MessageKind
from apps.desk.nudge import nudge
from apps.messaging.models import Gateway, Message

TEST = "messaging.test"
USELESS_AFTER = timedelta(minutes=10)


def send(gateway: Gateway, phone: str) -> Message:
    """Plan it for now. It goes the way that messages of this store go."""
    now = clock.now()
    message = Message.plan(
        TEST,
        about=gateway,
        key=f"{TEST}:{gateway.pk}",
        phone=phone,
        at=now,
        useless_after=now + USELESS_AFTER,
        answers_customer=True,
    )
    nudge("messaging.send_due")
    return message


def _words(_store: Store) -> str:
    return _("%(store)s: this is a test message.")


KIND = MessageKind(
    TEST,
    gettext_lazy("Test message"),
    lambda message: "",
    _words,
    lambda message: {"store": message.store.name},
    ("store",),
)
