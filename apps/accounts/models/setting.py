"""Settings with an effective date, and the one registry of what can be set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.store import Store
from apps.accounts.models.user import User
from apps.core import clock


@dataclass(frozen=True)
class SettingKind:
    """One thing that can be set: its key ``room.name``, how it is read, its default and unit.

    ``cast`` makes the value of what is stored (JSON) and raises ValueError for what makes no sense.
    Numbers go from ``low`` to ``high``; ``choices`` are pairs of value and label. What is neither number,
    yes-or-no nor choice is typed as a line: ``read`` makes what is stored of it, ``show`` the line again.
    """

    key: str
    cast: Callable[[Any], Any]
    default: Any
    label: Any
    unit: Any = ""
    low: int = 0
    high: int = 1_000_000
    choices: tuple[tuple[str, Any], ...] = ()
    read: Callable[[str], Any] | None = None
    show: Callable[[Any], str] = str
    hint: Any = ""

    @property
    def room(self) -> str:
        return self.key.split(".")[0]


KINDS: dict[str, SettingKind] = {}


def declare_setting(
    key: str, cast: Callable[[Any], Any], default: Any, label: Any, unit: Any = "", **more: Any
) -> None:
    """Register a setting (``more``: the other fields of its kind); called from a room's ``ready()``."""
    KINDS[key] = SettingKind(key, cast, default, label, unit, **more)


class SettingQuerySet(models.QuerySet):
    """Sets of settings."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's stores and the general ones."""
        return self.filter(models.Q(store_id__in=user.visible_store_ids) | models.Q(store=None))


class Setting(models.Model):
    """A value that holds from a day on, for one store or (store empty) for all."""

    key = models.CharField(max_length=80)
    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="+")
    effective_from = models.DateField(_("in force from"))
    value = models.JSONField(_("value"))

    objects = SettingQuerySet.as_manager()

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

    @classmethod
    def planned(cls, store: Store) -> dict[str, date]:
        """``{key: day}`` of the store's next change that does not hold yet. One query."""
        rows = cls.objects.filter(store=store, effective_from__gt=clock.today())
        return dict(rows.values_list("key").annotate(models.Min("effective_from")).order_by())

    @classmethod
    def by_day(cls, keys: Iterable[str], store: int, days: Iterable[date]) -> dict[date, dict[str, Any]]:
        """``{day: {key: value}}`` in force on each of ``days``. One query."""
        wanted = list(keys)
        rows = cls.objects.filter(models.Q(store=store) | models.Q(store=None), key__in=wanted)
        ordered = list(rows.order_by(models.F("store_id").asc(nulls_first=True), "effective_from"))
        found = {}
        for day in days:
            values = {key: KINDS[key].default for key in wanted}
            values |= {
                row.key: KINDS[row.key].cast(row.value) for row in ordered if row.effective_from <= day
            }
            found[day] = values
        return found
