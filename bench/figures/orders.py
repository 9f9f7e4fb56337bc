"""An order with three lines: created and authorised over the API."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import connection, models
from psycopg.types.json import Jsonb
from rest_framework.authtoken.models import Token

from apps.accounts.models import User
from apps.catalog.models import LabourOperation, Part
from apps.customers.models import Vehicle
from apps.desk.models import NumberSeries
from apps.workorders.models import WorkOrder
from bench.figures.base import Job, Size
from bench.measure import Figure, Site, side_by_side, statements

N = 40
WORD = {"method": "phone", "given_by": "Bench", "phone": "13800000000", "said": "Yes", "witness": "Bench"}


def create_order(size: Size) -> dict[str, Figure]:
    """Two requests of a program, over the rows that they leave, written by hand in one transaction."""
    user = User.objects.get(username="advisor")
    site = Site(authorization=f"Token {Token.objects.get_or_create(user=user)[0].key}")
    bodies = _bodies(user)
    _order(site, next(bodies))
    before = _newest()
    with statements() as created:
        pk = _create(site, next(bodies))
    with statements() as authorised:
        _authorise(site, pk)
    by_hand = Replay(before)
    a, b = side_by_side(lambda: _order(site, next(bodies)), by_hand, n=N)
    counts = (len(created), len(authorised))
    return {
        "create_order_ratio": Figure(
            a / b, 15, "×", N, floor=b, note=f"{a:.1f} ms over {b:.2f} ms, {by_hand.count} rows"
        ),
        "create_order_statements": Figure(counts[0], 30, "statements", 1),
        "authorise_order_statements": Figure(counts[1], 30, "statements", 1),
    }


def _bodies(user: User) -> Iterator[bytes]:
    operations = LabourOperation.objects.visible_to(user).active()[:2]
    part = Part.objects.visible_to(user).active().first()
    lines = [{"operation": row.pk} for row in operations] + [{"part": part.pk, "quantity": "1"}]
    cars = Vehicle.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True)[:1000]
    for car in itertools.cycle(list(cars)):
        yield json.dumps({"vehicle": car, "lines": lines}).encode()


def _order(site: Site, body: bytes) -> None:
    _authorise(site, _create(site, body))


def _create(site: Site, body: bytes) -> int:
    return json.loads(site.post("/api/v1/work-orders/", body, 201))["id"]


def _authorise(site: Site, pk: int) -> None:
    site.post(f"/api/v1/work-orders/{pk}/authorise/", json.dumps(WORD).encode(), 200)


def _whole(model: type[models.Model]) -> bool:
    """A table that verbs write with a number as key; rows that triggers write come by themselves."""
    return (
        model._meta.managed
        and not model._meta.proxy
        and isinstance(model._meta.pk, models.AutoField)
        and not any(field.name == "pgh_id" for field in model._meta.fields)
    )


def _newest() -> dict[type[models.Model], int]:
    return {
        model: model._base_manager.aggregate(n=models.Max("pk"))["n"] or 0
        for model in apps.get_models()
        if _whole(model)
    }


class Replay:
    """Writes the rows that one order has left once more: one INSERT per table, in one transaction.

    Keys between these rows follow; unique texts are made new. Parents come before their children.
    """

    def __init__(self, before: dict[type[models.Model], int]) -> None:
        self._rows: dict[type[models.Model], list[dict[str, Any]]] = {}
        for model in _in_order(before):
            rows = list(model._base_manager.filter(pk__gt=before[model]).order_by("pk").values())
            if rows:
                self._rows[model] = rows
        self.count = sum(map(len, self._rows.values()))
        self._series = NumberSeries.objects.filter(
            store=WorkOrder.objects.latest("pk").store_id, series="WO"
        ).last()
        connection.ensure_connection()

    def __call__(self) -> None:
        new: dict[tuple[type[models.Model], int], int] = {}
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "UPDATE desk_numberseries SET last = last WHERE id = %s RETURNING last", [self._series.pk]
            )
            for model, rows in self._rows.items():
                self._insert(cursor, model, rows, new)
            cursor.execute("COMMIT")

    def _insert(self, cursor: Any, model: Any, rows: list[dict], new: dict) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        values = [self._value(field, row[field.attname], new) for row in rows for field in fields]
        one = "(" + ", ".join(["%s"] * len(fields)) + ")"
        names = ", ".join(f'"{field.column}"' for field in fields)
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([one] * len(rows))} '
            f'RETURNING "{model._meta.pk.column}"',
            values,
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            new[model, row[model._meta.pk.attname]] = pk

    @staticmethod
    def _value(field: Any, value: Any, new: dict) -> Any:
        if field.is_relation and value is not None:
            return new.get((field.related_model, value), value)
        if isinstance(field, models.JSONField):
            return Jsonb(value)
        if field.name == "object_id":  # a search key's: unique with its text
            return uuid4().int >> 66
        if isinstance(field, models.UUIDField) and field.unique:
            return uuid4()
        if isinstance(field, models.CharField) and (field.unique or field.name in ("number", "key")):
            return uuid4().hex[: min(field.max_length or 32, 20)]
        return value


def _in_order(before: dict[type[models.Model], int]) -> list[type[models.Model]]:
    """Models with those that they point to before them."""
    done: list[type[models.Model]] = []

    def add(model: Any, above: tuple = ()) -> None:
        if model in done or model in above or model not in before:
            return
        for field in model._meta.concrete_fields:
            if field.is_relation:
                add(field.related_model, (*above, model))
        done.append(model)

    for model in before:
        add(model)
    return done


JOBS = [
    Job(
        ("create_order_ratio", "create_order_statements", "authorise_order_statements"),
        "an order of three lines created and authorised over the API, over its rows written by hand",
        create_order,
    )
]
