"""A long closed history by COPY, for measurements: delivered orders, their lines, cars and keys.

Rows are as the verbs would have left them, without reservations, ledger entries or events.
Triggers are off in this session only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, models, transaction

from apps.catalog.models import LabourOperation, Part
from apps.core import clock, phones, pinyin, plates
from apps.customers.models import Customer, StoreAccess, Vehicle
from apps.demo.house import House, bulk_vin
from apps.demo.texts import people
from apps.desk.models import SearchKey
from apps.desk.models.search import fold
from apps.workorders.models import Line, OrderVersion, WorkOrder

LINES = 5
ORDERS_PER_CAR = 5
CENT = Decimal("0.01")


def lay(house: House, orders: int) -> None:
    """Add ``orders`` delivered orders with five lines each; a fifth as many cars and customers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cars = max(1, orders // ORDERS_PER_CAR)
        # Asked now: while rows are being copied the connection answers no questions.
        now = clock.now()
        first = lay_cars(house, range(cars), now)
        first |= {model: first_id(cursor, model) for model in (WorkOrder, OrderVersion, Line)}
        copy(WorkOrder, _orders(house, orders, cars, first, now))
        copy(OrderVersion, _versions(house, orders, first, now))
        operations = list(LabourOperation.objects.filter(group=house.group).order_by("pk"))
        stock = list(Part.objects.filter(group=house.group).order_by("pk"))
        copy(Line, _lines(orders, first, operations, stock))
        copy(SearchKey, _order_keys(house, orders, first, first_id(cursor, SearchKey)))
        for model in (WorkOrder, OrderVersion, Line, SearchKey):
            advance(cursor, model)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def lay_cars(house: House, numbers: range, now: datetime) -> dict[type[models.Model], int]:
    """Add a customer with a car for each of ``numbers`` (never the same twice); the first id of each."""
    with connection.cursor() as cursor:
        first: dict[type[models.Model], int] = {m: first_id(cursor, m) for m in (Customer, Vehicle)}
        copy(Customer, _customers(house, numbers, first, now))
        copy(StoreAccess, _accesses(house, numbers, first, first_id(cursor, StoreAccess), now))
        copy(Vehicle, _vehicles(house, numbers, first))
        copy(SearchKey, _car_keys(numbers, first, first_id(cursor, SearchKey)))
        for model in (Customer, StoreAccess, Vehicle, SearchKey):
            advance(cursor, model)
    return first


def copy(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """COPY ``rows`` (by field name) into the model's table; what a row leaves out has its default."""
    fields = model._meta.concrete_fields
    defaults = {f.attname: (None if f.primary_key else f.get_default()) for f in fields}
    columns = ", ".join(connection.ops.quote_name(f.column or f.attname) for f in fields)
    with connection.cursor() as cursor:
        statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
        with cursor.copy(statement) as target:
            for row in rows:
                values = defaults | row
                target.write_row([f.get_db_prep_save(values[f.attname], connection) for f in fields])


def first_id(cursor: Any, model: type[models.Model]) -> int:
    """The id from which rows may be copied into the model's table."""
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {connection.ops.quote_name(model._meta.db_table)}")
    return cursor.fetchone()[0]


def advance(cursor: Any, model: type[models.Model]) -> None:
    """Let the table's own ids go on after the copied ones."""
    table = connection.ops.quote_name(model._meta.db_table)
    last = f"(SELECT max(id) FROM {table})"
    cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), {last})", [model._meta.db_table])


def _name(n: int) -> str:
    return people.SURNAMES[n % len(people.SURNAMES)] + people.GIVEN[(n // 20) % len(people.GIVEN)]


def _phone(n: int) -> str:
    return f"+8615{(n // 100_000_000) % 10}{n % 100_000_000:08d}"


def _plate(n: int) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return f"{people.PREFIX[0]}{letters[n // 100_000 % 24]}{n % 100_000:05d}"


def _customers(house: House, numbers: range, first: dict, now: datetime) -> Iterator[dict[str, Any]]:
    for at, n in enumerate(numbers):
        name = _name(n)
        yield {
            "id": first[Customer] + at,
            "group_id": house.group.pk,
            "number": f"H{n:07d}",
            "name": name,
            "sort_key": pinyin.sort_key(name)[:120],
            "phone": _phone(n),
            "advisor_id": house.advisors[n % 3].pk,
            "known_since": (now - timedelta(days=n % 2000)).date(),
        }


def _accesses(
    house: House, numbers: range, first: dict, start: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for at in range(len(numbers)):
        yield {
            "id": start + at,
            "store_id": house.store.pk,
            "customer_id": first[Customer] + at,
            "reason": "import",
            "since": now,
        }


def _vehicles(house: House, numbers: range, first: dict) -> Iterator[dict[str, Any]]:
    for at, n in enumerate(numbers):
        model = house.models[n % len(house.models)]
        yield {
            "id": first[Vehicle] + at,
            "group_id": house.group.pk,
            "vin": bulk_vin(n),
            "plate": _plate(n),
            "model_id": model.pk,
            "energy": model.energy,
            "owner_id": first[Customer] + at,
            "odometer_km": 5_000 + n % 90_000,
        }


def _orders(house: House, orders: int, cars: int, first: dict, now: datetime) -> Iterator[dict[str, Any]]:
    for n in range(orders):
        opened = now - timedelta(minutes=30 * (orders - n) + 60)
        labour, parts = _totals(n)
        yield {
            "id": first[WorkOrder] + n,
            "store_id": house.store.pk,
            "number": f"WO-H-{n:08d}",
            "vehicle_id": first[Vehicle] + n % cars,
            "customer_id": first[Customer] + n % cars,
            "advisor_id": house.advisors[n % 3].pk,
            "status": WorkOrder.Status.DELIVERED,
            "odometer_km": 5_000 + n % 90_000,
            "promised_at": opened + timedelta(hours=3),
            "labour_total": labour,
            "parts_total": parts,
            "total": labour + parts,
            "opened_at": opened,
            "closed_at": opened + timedelta(hours=4),
        }


def _totals(n: int) -> tuple[Decimal, Decimal]:
    rows = [_line(n, position) for position in range(LINES)]
    labour = sum((r["amount"] for r in rows if r["kind"] == "labour"), Decimal(0))
    return labour, sum((r["amount"] for r in rows if r["kind"] == "part"), Decimal(0))


def _line(n: int, position: int) -> dict[str, Any]:
    if position < 3:
        hours = Decimal(5 + (n + position) % 20) / 10
        return {
            "kind": "labour",
            "quantity": hours,
            "unit_price": Decimal("280.00"),
            "amount": (hours * 280).quantize(CENT),
        }
    price = Decimal(4_000 + (n * 7 + position) % 60_000) / 100
    return {"kind": "part", "quantity": Decimal(1), "unit_price": price, "amount": price}


def _versions(house: House, orders: int, first: dict, now: datetime) -> Iterator[dict[str, Any]]:
    for n in range(orders):
        labour, parts = _totals(n)
        yield {
            "id": first[OrderVersion] + n,
            "order_id": first[WorkOrder] + n,
            "number": 1,
            "template_version": "history",
            "content": {},
            "sha256": f"{n:064x}",
            "total": labour + parts,
            "made_at": now,
        }


def _lines(
    orders: int, first: dict, operations: list[LabourOperation], stock: list[Part]
) -> Iterator[dict[str, Any]]:
    ids = count(first[Line])
    for n in range(orders):
        for position in range(LINES):
            row = _line(n, position)
            thing = (
                operations[(n + position) % len(operations)]
                if row["kind"] == "labour"
                else stock[(n + position) % len(stock)]
            )
            yield row | {
                "id": next(ids),
                "order_id": first[WorkOrder] + n,
                "position": position,
                "operation_id": thing.pk if row["kind"] == "labour" else None,
                "part_id": thing.pk if row["kind"] == "part" else None,
                "code": thing.code,
                "description": thing.name,
                "agreed_amount": row["amount"],
                "authorised_in_id": first[OrderVersion] + n,
            }


def _car_keys(numbers: range, first: dict, start: int) -> Iterator[dict[str, Any]]:
    ids = count(start)
    for at, n in enumerate(numbers):
        name, plate, number = _name(n), _plate(n), phones.display(_phone(n))
        digits = fold(number)
        customer = {
            name,
            pinyin.full(name),
            pinyin.initials(name),
            digits,
            digits[-4:],
            digits[-7:],
            f"H{n:07d}",
        }
        vehicle = {
            plate,
            *(plates.tail(plate, k) for k in (3, 4, 5, 6)),
            bulk_vin(n)[-6:],
            bulk_vin(n)[-8:],
            bulk_vin(n),
        }
        for kind, object_id, keys in (
            ("customer", first[Customer] + at, customer),
            ("vehicle", first[Vehicle] + at, vehicle),
        ):
            for key in sorted({fold(k) for k in keys}):
                yield {"id": next(ids), "kind": kind, "object_id": object_id, "key": key}


def _order_keys(house: House, orders: int, first: dict, start: int) -> Iterator[dict[str, Any]]:
    ids = count(start)
    for n in range(orders):
        for key in sorted({fold(f"WO-H-{n:08d}"), f"{n:08d}"}):
            yield {
                "id": next(ids),
                "kind": "workorder",
                "object_id": first[WorkOrder] + n,
                "key": key,
                "store_id": house.store.pk,
            }
