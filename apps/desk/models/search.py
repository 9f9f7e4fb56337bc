"""Prefix search over everything that has a key."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet

from apps.accounts.models import Store


def fold(text: str) -> str:
    """What keys and queries are compared as: half-width, lower case, without blanks and dots."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if c.isalnum())


class SearchKeyManager(models.Manager["SearchKey"]):
    """Writes and reads keys."""

    def put(
        self,
        kind: str,
        object_id: int,
        keys: Iterable[str],
        *,
        store: Store | int | None = None,
    ) -> None:
        """Replace the keys of one row. Two statements."""
        store_id = store.pk if isinstance(store, Store) else store
        self.filter(kind=kind, object_id=object_id).delete()
        self.bulk_create(
            SearchKey(kind=kind, object_id=object_id, key=key, store_id=store_id)
            for key in sorted({fold(k)[:60] for k in keys} - {""})
        )

    def starting(self, text: str, *, limit: int = 60) -> QuerySet[SearchKey]:
        """Keys that start with ``text``, shortest first; empty for an empty text."""
        folded = fold(text)
        if not folded:
            return self.none()
        # A range and not LIKE: the index is used whatever the plan knows about the pattern.
        return self.filter(key__gte=folded, key__lt=folded + "\U0010ffff").order_by("key")[:limit]


class SearchKey(models.Model):
    """One spelling under which a row can be found: a plate, its tail, a phone tail, initials …"""

    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    store = models.ForeignKey(Store, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=60, db_collation="C")

    objects = SearchKeyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "key"], name="search_key_once"),
        ]
        indexes = [models.Index(fields=["key", "kind", "object_id"], name="search_key_prefix")]

    def __str__(self) -> str:
        return self.key
