"""Stock as pages: search, low stock, keyset pages by part number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.functional import cached_property

from apps.accounts.models import User
from apps.parts.models import StockItem

PAGE = 50
CAP = 1000


class StockListing:
    """Stock for ``query`` (GET parameters ``q low after before``), by part number. Two queries.

    Cursors are ``code|id``: a part number may stand in several stores that the reader sees.
    """

    def __init__(self, user: User, query: Mapping[str, str]) -> None:
        self.user = user
        self.q = query.get("q", "").strip()[:40]
        self.low = query.get("low") == "1"
        self.after, self.before = (_cursor(query.get(name, "")) for name in ("after", "before"))

    @cached_property
    def _filtered(self) -> Any:
        items = StockItem.objects.visible_to(self.user)
        if self.low:
            items = items.low()
        if self.q:
            items = items.filter(Q(part__code__istartswith=self.q) | Q(part__name__icontains=self.q))
        return items

    @cached_property
    def rows(self) -> list[StockItem]:
        """The page's stock items with their parts."""
        items = self._filtered.select_related("part", "store")
        if self.before:
            code, pk = self.before
            items = items.filter(Q(part__code__lt=code) | Q(part__code=code, pk__lt=pk))
            rows = list(items.order_by("-part__code", "-pk")[: PAGE + 1])
            self._more_before, self._more_after = len(rows) > PAGE, True
            return rows[:PAGE][::-1]
        if self.after:
            code, pk = self.after
            items = items.filter(Q(part__code__gt=code) | Q(part__code=code, pk__gt=pk))
        rows = list(items.order_by("part__code", "pk")[: PAGE + 1])
        self._more_before, self._more_after = bool(self.after), len(rows) > PAGE
        return rows[:PAGE]

    @property
    def page(self) -> dict:
        """What ``{% pager %}`` draws; at most 1,000 are counted."""
        rows = self.rows
        total = self._filtered.order_by().values("pk")[: CAP + 1].count()
        return {
            "previous": f"{rows[0].part.code}|{rows[0].pk}" if rows and self._more_before else None,
            "next": f"{rows[-1].part.code}|{rows[-1].pk}" if rows and self._more_after else None,
            "total": min(total, CAP),
            "capped": total > CAP,
        }


def _cursor(text: str) -> tuple[str, int] | None:
    code, bar, pk = text.rpartition("|")
    return (code[:30], int(pk)) if bar and pk.isdigit() and len(pk) < 19 else None
