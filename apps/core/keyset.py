"""Pages of a list that cost the same on page 1 and on page 20,000.

A cursor holds the order values of the row at the edge of the page; the next page starts behind it.
Draw the result with ``{% pager page %}``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Q, QuerySet

PAGE_SIZE = 50
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page:
    """Rows with the cursors of their neighbours; ``total`` is exact up to ``COUNT_CAP``."""

    rows: list[Any]
    previous: str | None
    next: str | None
    total: int
    capped: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page(
    queryset: QuerySet, params: Mapping[str, str], *, order: Sequence[str], size: int = PAGE_SIZE
) -> Page:
    """The page that ``params`` (a request's GET) ask for with ``after`` or ``before``. Two queries.

    ``order`` names plain, never empty columns of the row, ``-`` for descending, the last one unique.
    A cursor that is no cursor gives the first page.
    """
    backwards = "before" in params
    key = _decoded(queryset, order, params.get("before") or params.get("after") or "")
    directed = [_turned(name) for name in order] if backwards and key else list(order)
    found = queryset.order_by(*directed)
    if key:
        found = found.filter(_behind(directed, key))
    rows = list(found[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards and key:
        rows.reverse()
    has_previous = more if backwards and key else bool(key)
    has_next = True if backwards and key else more
    count = queryset.order_by()[: COUNT_CAP + 1].count()
    return Page(
        rows=rows,
        previous=_cursor(rows[0], order) if rows and has_previous else None,
        next=_cursor(rows[-1], order) if rows and has_next else None,
        total=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _behind(order: Sequence[str], key: list[Any]) -> Q:
    """Rows that come after ``key``; the first column's bound stands alone so that an index is used."""
    behind = Q()
    equal = Q()
    for name, value in zip(order, key, strict=True):
        column, operator = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        behind |= equal & Q((f"{column}__{operator}", value))
        equal &= Q((column, value))
    first, operator = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return Q((f"{first}__{operator}", key[0])) & behind


def _cursor(row: Any, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, cls=DjangoJSONEncoder).encode()).decode().rstrip("=")


def _decoded(queryset: QuerySet, order: Sequence[str], cursor: str) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            return None
        columns = [_column(queryset, name.lstrip("-")) for name in order]
        return [column.to_python(value) for column, value in zip(columns, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return None


def _column(queryset: QuerySet, name: str) -> Field:
    meta = queryset.model._meta
    return meta.pk if name == "pk" else meta.get_field(name)
