"""A store's account at a provider of messages."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import vault
from apps.core.errors import DomainError
from apps.customers.models import Customer
from apps.desk.models import Event
from apps.messaging.gateways import NAMES, PROVIDERS, Backend, is_installed


def new_hook_key() -> str:
    """What nobody can guess: it stands in the address that a provider calls."""
    return secrets.token_urlsafe(32)


class GatewayQuerySet(StoreOwnedQuerySet):
    """Sets of gateways."""

    def live(self) -> Self:
        """Those in use."""
        return self.filter(is_active=True)


class Gateway(models.Model):
    """One account. What is secret is sealed; the page shows only whether it is there."""

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", editable=False)
    provider = models.CharField(_("provider"), max_length=10, choices=NAMES)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, editable=False)
    options = models.JSONField(default=dict, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    hook_key = models.CharField(max_length=60, unique=True, default=new_hook_key, editable=False)
    is_active = models.BooleanField(_("in use"), default=False, editable=False)

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
    def values(self) -> dict[str, str]:
        """All options, what is secret among them. Raises vault.Unreadable."""
        defaults = {option.name: option.default for option in self.kind.OPTIONS}
        return defaults | self.options | vault.unseal(self.sealed)

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
        names = {option.name: option.secret for option in gateway.kind.OPTIONS}
        gateway.options = {name: typed[name] for name, secret in names.items() if not secret and typed[name]}
        fresh = {name: typed[name] for name, secret in names.items() if secret and typed[name]}
        if fresh:
            gateway.sealed = vault.seal(gateway._known_secrets() | fresh)
        gateway.save(update_fields=["options", "sealed"])
        Event.record("gateway.changed", about=gateway, by=by, facts={"provider": provider})
        return gateway

    def _known_secrets(self) -> dict[str, Any]:
        try:
            return vault.unseal(self.sealed)
        except vault.Unreadable:  # of a key that is gone: what is typed now replaces it
            return {}

    @transaction.atomic
    def switch(self, on: bool, *, by: User) -> None:
        """Use it, in place of the other one of its channel, or use it no more. Raises ``gateway_unready``."""
        rows = Gateway.objects.select_for_update(no_key=True).filter(store=self.store, channel=self.channel)
        list(rows.order_by("pk"))
        if on:
            self._guard_ready()
            rows.exclude(pk=self.pk).update(is_active=False)
        self.is_active = on
        self.save(update_fields=["is_active"])
        Event.record("gateway.switched", about=self, by=by, facts={"on": on, "provider": self.provider})

    def _guard_ready(self) -> None:
        try:
            missing = [option for option in self.kind.OPTIONS if not self.values.get(option.name)]
        except vault.Unreadable:
            raise DomainError(
                translate("The credentials cannot be read with today's key. Type them again."),
                code="gateway_unready",
            ) from None
        if missing:
            raise DomainError(
                translate("Still missing: %(names)s.")
                % {"names": ", ".join(str(option.label) for option in missing)},
                code="gateway_unready",
            )


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
