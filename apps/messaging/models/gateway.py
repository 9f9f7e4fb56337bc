"""A store's account at a provider of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core.errors import DomainError
from apps.core.registry import Option
from apps.customers.models import Customer
from apps.desk.models import Account, Event
from apps.messaging.gateways import NAMES, PROVIDERS, Backend, is_installed


class GatewayQuerySet(StoreOwnedQuerySet):
    """Sets of gateways."""

    def live(self) -> Self:
        """Those in use."""
        return self.filter(is_active=True)


class Gateway(Account):
    """One account. What is secret is sealed; the page shows only whether it is there."""

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", editable=False)
    provider = models.CharField(_("provider"), max_length=10, choices=NAMES)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, editable=False)

    objects = GatewayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "channel"], condition=Q(is_active=True), name="one_gateway_per_channel"
            ),
            models.UniqueConstraint(fields=["store", "provider"], name="one_account_per_provider"),
            models.CheckConstraint(
                condition=Q(provider="wechat", channel="wechat") | (~Q(provider="wechat") & Q(channel="sms")),
                name="gateway_channel_of_provider",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_provider_display())

    @property
    def kind(self) -> type[Backend]:
        return PROVIDERS[self.provider]

    @property
    def asked(self) -> Sequence[Option]:
        return self.kind.OPTIONS

    def backend(self) -> Backend:
        """The way to the phone. Raises vault.Unreadable."""
        return self.kind(self.values)

    @classmethod
    @transaction.atomic
    def keep(cls, store: Store, provider: str, typed: dict[str, str], *, by: User) -> Self:
        """Make or change the account. An empty secret keeps what is there, another option its default.

        Raises ``not_installed``.
        """
        if not is_installed(provider):
            raise DomainError(
                translate("The package for %(provider)s is not installed: %(package)s.")
                % {"provider": dict(NAMES)[provider], "package": PROVIDERS[provider].PACKAGE},
                code="not_installed",
            )
        is_wechat = provider == "wechat"
        channel = cls.Channel.WECHAT if is_wechat else cls.Channel.SMS
        gateway, _new = cls.objects.select_for_update(no_key=True).get_or_create(
            store=store, provider=provider, defaults={"channel": channel}
        )
        gateway.fill(typed)
        gateway.save(update_fields=["options", "sealed"])
        Event.record("gateway.changed", about=gateway, by=by, facts={"provider": provider})
        return gateway

    @transaction.atomic
    def switch(self, on: bool, *, by: User) -> None:
        """Use it, in place of the other one of its channel, or use it no more. Raises ``gateway_unready``."""
        rows = Gateway.objects.select_for_update(no_key=True).filter(store=self.store, channel=self.channel)
        list(rows.order_by("pk"))
        if on:
            self.guard_ready()
            rows.exclude(pk=self.pk).update(is_active=False)
        self.is_active = on
        self.save(update_fields=["is_active"])
        Event.record("gateway.switched", about=self, by=by, facts={"on": on, "provider": self.provider})


class Follower(models.Model):
    """Who follows a store's service account, and whose file it is, once known."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="followers")
    openid = models.CharField(max_length=64)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="followers")
    since = models.DateTimeField(_("since"))
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "openid"], name="follower_once")]
        indexes = [
            models.Index(fields=["customer"], name="follower_customer", condition=Q(left_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.openid
