"""Settings of a store: from which day on which value holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Setting, Store, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event


@transaction.atomic
def set_value(key: str, stored: Any, *, store: Store, effective_from: date, by: User) -> Setting:
    """``stored`` (JSON) holds in ``store`` from ``effective_from`` on; the day's earlier entry is replaced.

    Raises DomainError for a day that is over: what was done then stays judged by what held then.
    """
    if effective_from < clock.today():
        raise DomainError(
            _("A setting cannot change a day that is over. Choose today or later."), code="day_past"
        )
    row, _new = Setting.objects.update_or_create(
        key=key, store=store, effective_from=effective_from, defaults={"value": stored}
    )
    facts = {"key": key, "value": stored, "from": effective_from.isoformat()}
    Event.record("setting.set", about=row, by=by, store=store, thread=f"setting:{key}", facts=facts)
    return row


@transaction.atomic
def withdraw(row: Setting, *, by: User) -> None:
    """Take back a value that does not hold yet. Raises DomainError once it does."""
    if row.effective_from <= clock.today():
        raise DomainError(_("This value holds already. Set another one instead."), code="in_force")
    facts = {"key": row.key, "value": row.value, "from": row.effective_from.isoformat()}
    Event.record(
        "setting.withdrawn", about=row, by=by, store=row.store, thread=f"setting:{row.key}", facts=facts
    )
    row.delete()
