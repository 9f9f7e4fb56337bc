"""Sealed history: each minute a store's new events become one link of its chain."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from apps.accounts.models import Store

START = "0" * 64
"""What the first seal of a chain follows."""


def digest(*parts: Any) -> str:
    """SHA-256 of ``parts`` as canonical JSON, in 64 hex digits."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def committed(personal: dict[str, Any]) -> tuple[str, str]:
    """A fresh salt for ``personal`` and the commitment to both; two empty texts when there is nothing."""
    if not personal:
        return "", ""
    salt = secrets.token_hex(16)
    return salt, digest(salt, personal)


class Seal(models.Model):
    """A batch of one store's events (or of those of no store), chained to the batch before.

    ``root`` is the digest of its events in the order of their ids, ``hash`` that of number, size, root and
    the hash before. Which events are in it stands on the events.
    """

    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], nulls_distinct=False, name="seal_number_once_per_store"
            ),
            models.CheckConstraint(condition=Q(number__gt=0, size__gt=0), name="seal_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id or '-'}/{self.number}"

    def chained(self, previous: str) -> str:
        """The hash that this seal must bear after ``previous``."""
        return digest(previous, self.number, self.size, self.root)


def root_of(leaves: Iterable[str]) -> str:
    """The digest of a batch."""
    return digest(*leaves)
