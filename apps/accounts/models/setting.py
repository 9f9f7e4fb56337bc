"""Settings with an effective date, and the one registry of what can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.store import Store
from apps.core import clock


@dataclass(frozen=True)
class SettingKind:
    """One thing that can be set: its key ``room.name``, how it is read, its default and unit."""

    key: str
    cast: Callable[[Any], Any]
    default: Any
    label: Any
    unit: Any = ""


KINDS: dict[str, SettingKind] = {}


def declare_setting(key: str, cast: Callable[[Any], Any], default: Any, label: Any, unit: Any = "") -> None:
    """Register a setting; called from a room's ``ready()``."""
    KINDS[key] = SettingKind(key, cast, default, label, unit)


class Setting(models.Model):
    """A value that holds from a day on, for one store or (store empty) for all."""

    key = models.CharField(max_length=80)
    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="+")
    effective_from = models.DateField(_("in force from"))
    value = models.JSONField(_("value"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "store", "effective_from"],
                nulls_distinct=False,
                name="setting_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.effective_from})"

    @classmethod
    def value_of(cls, key: str, store: Store | int | None = None, on: date | None = None) -> Any:
        """The value of ``key`` in force on ``on`` (default today). One query.

        A store's own value beats the general one; without any row the declared default
        holds. Raises KeyError for a key that no room declared.
        """
        kind = KINDS[key]
        store_id = store.pk if isinstance(store, Store) else store
        rows = cls.objects.filter(key=key, effective_from__lte=on or clock.today()).filter(
            models.Q(store_id=store_id) | models.Q(store=None)
        )
        row = rows.order_by(models.F("store_id").asc(nulls_last=True), "-effective_from").first()
        return kind.cast(row.value) if row else kind.default
