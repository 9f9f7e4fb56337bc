"""Messages inside the house."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as translate

from apps.accounts.models import User
from apps.core import clock


class NoticeQuerySet(models.QuerySet):
    """Sets of notices."""

    def visible_to(self, user: User) -> Self:
        """A notice is for its reader alone."""
        return self.filter(reader=user)

    def unread(self) -> Self:
        """Not yet opened."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """A line for one person: ``text`` is an English message id, ``params`` fill it."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["reader", "-id"], name="notice_reader")]

    def __str__(self) -> str:
        return translate(self.text) % self.params

    @classmethod
    def tell(cls, readers: list[User], text: str, *, url: str = "", **params: Any) -> None:
        """Leave a line for each of ``readers``. One insert."""
        Notice.objects.bulk_create(
            Notice(reader=reader, text=text, params=params, url=url, at=clock.now()) for reader in readers
        )

    @classmethod
    def retell(cls, readers: models.QuerySet[User], text: str, *, url: str, **params: Any) -> None:
        """Change the lines that ``readers`` have about ``url``: new again, but no second ones. One update."""
        lines = Notice.objects.filter(reader__in=readers, url=url)
        lines.update(text=text, params=params, at=clock.now(), read_at=None)
