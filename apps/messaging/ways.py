"""Which way a message takes: the store's service account for who follows it, else short message."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings

from apps.core import vault
from apps.core.registry import registry
from apps.customers.models import Customer
from apps.messaging.gateways import Backend, FileBackend
from apps.messaging.models import Follower, Gateway, Message
from apps.messaging.words import Words

SMS, WECHAT = Gateway.Channel.SMS, Gateway.Channel.WECHAT


@dataclass(frozen=True)
class Way:
    """A way to one phone."""

    backend: Backend
    address: str
    gateway: Gateway | None = None


class Ways:
    """Looked up once for a batch: a store costs one query; where it has an account, a message one."""

    def __init__(self, words: Words, through: Backend | None = None) -> None:
        self.words = words
        self.through = FileBackend() if through is None and settings.SMS_BACKEND == "file" else through
        self._of_store = cache(self._look_up)

    def choose(self, message: Message) -> Way | None:
        """The way for this attempt; None where the store has no account. A follower's second try is SMS."""
        if self.through is not None:
            return Way(self.through, message.phone)
        live = self._of_store(message.store_id)
        if WECHAT in live and message.attempts <= 1 and not registry.messages[message.kind].proves_number:
            gateway, backend = live[WECHAT]
            openid = _follower(gateway, message)
            if openid and self.words.speaks(message, gateway):
                return Way(backend, openid, gateway)
        if SMS not in live:
            return None
        gateway, backend = live[SMS]
        return Way(backend, message.phone, gateway)

    def again(self, message: Message) -> Way | None:
        """The way that it went, to ask about it; None when it got no further than this house."""
        if message.gateway is None:
            return Way(self.through, message.phone) if self.through is not None else None
        try:
            return Way(message.gateway.backend(), message.phone, message.gateway)
        except vault.Unreadable:
            return None

    @staticmethod
    def _look_up(store_id: int) -> dict[str, tuple[Gateway, Backend]]:
        found = {}
        for gateway in Gateway.objects.live().filter(store=store_id):
            try:
                found[gateway.channel] = (gateway, gateway.backend())
            except vault.Unreadable:
                continue
        return found


def _follower(gateway: Gateway, message: Message) -> str:
    people = Customer.objects.with_phone(message.phone).filter(group=message.store.group_id)
    rows = Follower.objects.filter(gateway=gateway, left_at=None, customer__in=people)
    return rows.order_by("-since").values_list("openid", flat=True).first() or ""
