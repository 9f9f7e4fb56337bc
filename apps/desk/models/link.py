"""Links for people without a login."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from apps.accounts.models import Store, User
from apps.core import clock
from apps.desk.models.event import subject_key


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class LinkManager(models.Manager["Link"]):
    """Issues and opens links."""

    def issue(
        self,
        purpose: str,
        *,
        about: models.Model,
        store: Store,
        expires_at: datetime,
        by: User | None,
    ) -> tuple[Link, str]:
        """A new link and its absolute address. Only the token's digest is stored."""
        token = secrets.token_urlsafe(18)
        link = self.create(
            purpose=purpose,
            subject=subject_key(about),
            object_id=about.pk,
            store=store,
            digest=_digest(token),
            expires_at=expires_at,
            issued_by=by,
        )
        return link, settings.PUBLIC_URL + reverse("desk:link", args=[token])

    def opened_by(self, token: str) -> Link | None:
        """The live link of ``token``, or None when unknown, expired or withdrawn."""
        return (
            self.filter(digest=_digest(token), expires_at__gt=clock.now(), withdrawn_at=None)
            .select_related("store")
            .first()
        )


class Link(models.Model):
    """An expiring address for one purpose and one row, sent to a customer."""

    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    objects = LinkManager()

    class Meta:
        indexes = [models.Index(fields=["subject"], name="link_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"
