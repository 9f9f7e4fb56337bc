"""A store's own words for a kind of message, in versions, and what providers have approved of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.locks import one_at_a_time
from apps.desk.models import Event
from apps.messaging.models.gateway import Gateway

LONGEST = 500


class TemplateQuerySet(StoreOwnedQuerySet):
    """Sets of templates."""

    def of(self, store_id: int, kind: str) -> Self:
        """All versions, the latest first."""
        return self.filter(store_id=store_id, kind=kind).order_by("-version")


class MessageTemplate(models.Model):
    """One version. It is never changed; new words are a new version, and providers approve them anew."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    text = models.CharField(_("text"), max_length=LONGEST)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "version"], name="template_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @classmethod
    @transaction.atomic
    def keep(cls, store: Store, kind: str, text: str, *, by: User) -> MessageTemplate:
        """The next version, or the last one when its words are these. The caller has checked ``text``."""
        one_at_a_time(f"template:{store.pk}:{kind}")
        last = cls.objects.of(store.pk, kind).first()
        if last is not None and last.text == text:
            return last
        version = last.version + 1 if last else 1
        template = cls.objects.create(
            store=store, kind=kind, version=version, text=text, made_by=by, made_at=clock.now()
        )
        Event.record("template.changed", about=template, by=by, facts={"kind": kind, "version": version})
        return template

    @classmethod
    @transaction.atomic
    def approve_current(
        cls,
        gateway: Gateway,
        kind: str,
        code: str,
        *,
        shown: int,
        standard: str,
        fields: Mapping[str, str],
        by: User,
    ) -> None:
        """The provider's code for the words in force, which must be the version that was ``shown``.

        0 is the house's own (``standard``): they become the store's first version, as an approval holds for
        exactly these words. Raises ``stale`` when there are newer ones.
        """
        one_at_a_time(f"template:{gateway.store_id}:{kind}")
        last = cls.objects.of(gateway.store_id, kind).first()
        if (last.version if last else 0) != shown:
            raise DomainError(
                translate("The words have changed meanwhile. Look at them before you type their code."),
                code="stale",
            )
        template = last or cls.keep(gateway.store, kind, standard, by=by)
        template.approve(gateway, code, fields=fields, by=by)

    @transaction.atomic
    def approve(self, gateway: Gateway, code: str, *, fields: Mapping[str, str], by: User) -> None:
        """The provider's code for these words; an empty one takes it back. Raises ``gateway_other_store``."""
        if gateway.store_id != self.store_id:
            raise DomainError(translate("This account belongs to another store."), code="gateway_other_store")
        rows = TemplateApproval.objects.filter(template=self, gateway=gateway)
        if code:
            rows.update_or_create(
                template=self, gateway=gateway, defaults={"code": code, "fields": dict(fields)}
            )
        else:
            rows.delete()
        Event.record("template.approved", about=self, by=by, facts={"code": code, "kind": self.kind})


class TemplateApproval(models.Model):
    """The provider's code of one version; ``fields`` maps its keywords, where it has some, to variables."""

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="approvals")
    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="approvals")
    code = models.CharField(_("approval code"), max_length=80)
    fields = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "gateway"], name="approval_once")]

    def __str__(self) -> str:
        return self.code
