"""A store's own words for the calls of a queue, in versions."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock
from apps.core.locks import one_at_a_time
from apps.desk.models import Event

LONGEST = 3_000


class ScriptQuerySet(StoreOwnedQuerySet):
    """Sets of scripts."""

    def of(self, store_id: int, queue: str) -> Self:
        """All versions, the latest first."""
        return self.filter(store_id=store_id, queue=queue).order_by("-version")


class Script(models.Model):
    """One version (话术). It is never changed; an empty one means the house's standard words again."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    queue = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    text = models.TextField(_("what is said"), max_length=LONGEST, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScriptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "queue", "version"], name="script_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.version}"

    @classmethod
    @transaction.atomic
    def keep(cls, store: Store, queue: str, text: str, *, by: User) -> Script | None:
        """The next version; the last one when it says the same (None when nothing was ever written)."""
        one_at_a_time(f"script:{store.pk}:{queue}")
        last = cls.objects.of(store.pk, queue).first()
        if text == (last.text if last else ""):
            return last
        version = last.version + 1 if last else 1
        fields = {"text": text, "made_by": by, "made_at": clock.now()}
        script = cls.objects.create(store=store, queue=queue, version=version, **fields)
        Event.record("script.changed", about=script, by=by, facts={"queue": queue, "version": version})
        return script

    @classmethod
    def text_of(cls, store_id: int, queue: str) -> str:
        """The words in force; empty where the standard ones are. One query."""
        return cls.objects.of(store_id, queue).values_list("text", flat=True).first() or ""
