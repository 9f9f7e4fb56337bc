"""Rows that go from state to state by one map, each change under the row's lock and with a version."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class Staged(models.Model):
    """``status`` is written by ``_move`` alone; ``NEXT`` is the whole map, ``REFUSED`` a refusal's code."""

    NEXT: ClassVar[dict[str, set[Any]]]
    REFUSED: ClassVar[str]
    status: Any

    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def lock(self, version: int | None = None) -> None:
        """Reload under a row lock. With ``version`` (what a page showed) a stale tab is refused."""
        rows = type(self)._default_manager.select_for_update(no_key=True)
        self.refresh_from_db(from_queryset=rows)
        if version is not None and version != self.version:
            raise DomainError(
                _("Somebody changed %(row)s meanwhile. Reload the page, then decide.") % {"row": self},
                code="stale",
            )

    def _move(self, to: Any, **fields: Any) -> None:
        if to not in self.NEXT[self.status]:
            raise DomainError(
                _("%(row)s is %(status)s; it cannot become %(to)s.")
                % {"row": self, "status": self.get_status_display(), "to": to.label},  # type: ignore[attr-defined]
                code=self.REFUSED,
            )
        self.status = to
        self.version += 1
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", "version", *fields])  # type: ignore[misc]  # of the heir
