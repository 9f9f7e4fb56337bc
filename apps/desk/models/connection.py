"""A store's connections to systems outside: what they ask for, the secret part sealed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Self

from django.db import models, transaction
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import vault
from apps.core.errors import DomainError
from apps.core.registry import ConnectionKind, Option, registry
from apps.desk.models.event import Event


def new_hook_key() -> str:
    """What nobody can guess: it stands in the address that the other side calls."""
    return secrets.token_urlsafe(32)


class Account(models.Model):
    """What is filled in for a system outside. Secrets are sealed; pages show only whether they are there."""

    options = models.JSONField(default=dict, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    hook_key = models.CharField(max_length=60, unique=True, default=new_hook_key, editable=False)
    is_active = models.BooleanField(_("in use"), default=False, editable=False)

    class Meta:
        abstract = True

    @property
    def asked(self) -> Sequence[Option]:
        """What the other side asks for."""
        raise NotImplementedError

    @property
    def values(self) -> dict[str, str]:
        """All options, what is secret among them. Raises vault.Unreadable."""
        defaults = {option.name: option.default for option in self.asked}
        return defaults | self.options | vault.unseal(self.sealed)

    def has(self, name: str) -> bool:
        """Whether ``name`` is filled in, and readable."""
        try:
            return bool(self.values.get(name))
        except vault.Unreadable:
            return False

    def fill(self, typed: dict[str, str]) -> None:
        """Take what was typed; an empty secret keeps what is there. The caller saves."""
        names = {option.name: option.secret for option in self.asked}
        self.options = {name: typed[name] for name, secret in names.items() if not secret and typed[name]}
        fresh = {name: typed[name] for name, secret in names.items() if secret and typed[name]}
        if fresh:
            self.sealed = vault.seal(self._known_secrets() | fresh)

    def _known_secrets(self) -> dict[str, Any]:
        try:
            return vault.unseal(self.sealed)
        except vault.Unreadable:  # of a key that is gone: what is typed now replaces it
            return {}

    def guard_ready(self) -> None:
        """Raises ``gateway_unready`` unless everything is filled in."""
        try:
            missing = [option for option in self.asked if not self.values.get(option.name)]
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


class ConnectionQuerySet(StoreOwnedQuerySet):
    """Sets of connections."""

    def live(self, kind: str) -> Self:
        """Those of one kind that are in use."""
        return self.filter(kind=kind, is_active=True)


class Connection(Account):
    """One system outside (``kind``, declared by the room that speaks with it) of one store."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(max_length=20, editable=False)
    used_since = models.DateTimeField(null=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind"], name="one_connection_of_a_kind")]

    def __str__(self) -> str:
        return str(self.told.label)

    @property
    def told(self) -> ConnectionKind:
        """What the room says of it."""
        return registry.connections[self.kind]

    @property
    def asked(self) -> Sequence[Option]:
        return self.told.options

    @classmethod
    @transaction.atomic
    def keep(cls, store: Store, kind: str, typed: dict[str, str], *, by: User) -> Connection:
        """Make or change it. An empty secret keeps what is there."""
        row, _new = cls.objects.select_for_update(no_key=True).get_or_create(store=store, kind=kind)
        row.fill(typed)
        row.save(update_fields=["options", "sealed"])
        Event.record("connection.changed", about=row, by=by, facts={"kind": kind})
        return row

    @transaction.atomic
    def switch(self, on: bool, *, by: User, now: Any = None) -> None:
        """Use it from now on, or no more. Raises ``gateway_unready``."""
        row = type(self).objects.select_for_update(no_key=True).get(pk=self.pk)
        if on:
            row.guard_ready()
        if row.is_active != on:
            row.is_active, row.used_since = on, now if on else row.used_since
            row.save(update_fields=["is_active", "used_since"])
            Event.record("connection.switched", about=row, by=by, facts={"on": on, "kind": row.kind})
        self.is_active, self.used_since = row.is_active, row.used_since
