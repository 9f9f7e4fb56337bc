"""Undo: exactly what a run made goes again, except what has been used since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, ServiceRecord, StoreAccess, Vehicle, keys
from apps.desk.models import SearchKey, subject_key
from apps.imports.models import ImportedRow, ImportRun
from apps.imports.services import odometers
from apps.imports.services.importing import exclusive

BATCH = 500
Kind = ImportedRow.Kind
HISTORY = {Kind.VISIT: ServiceRecord, Kind.READING: Reading, Kind.STATED: Reading}
"""What lies in a vehicle's file."""

FILES = {Vehicle: keys.VEHICLE, Customer: keys.CUSTOMER}
OnBatch = Callable[[str, int], None]


@dataclass(frozen=True)
class Kept:
    """A customer or vehicle that stays, and the names of the rooms that use it."""

    kind: str
    object_id: int
    name: str
    used_by: tuple[str, ...]


@dataclass
class Undone:
    """How many rows went, by kind; and what stays."""

    removed: dict[str, int] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)

    def count(self, kind: str, rows: int) -> None:
        """Note that ``rows`` of ``kind`` went."""
        self.removed[kind] = self.removed.get(kind, 0) + rows


def undo(run: ImportRun, *, on_batch: OnBatch = lambda kind, rows: None) -> Undone:
    """Remove what ``run`` made, each batch in a transaction of its own; call it again after a kill.

    A vehicle or customer that was changed, booked, visited, called or in any way referred to since then
    stays: a vehicle with its whole file and its owner. Visits that were added to other vehicles go.
    Raises DomainError while an import or undo of the store is running, or if all is undone already.
    """
    done = Undone()
    with exclusive(run.store):
        run.refresh_from_db()
        if run.state == ImportRun.State.UNDONE and not run.made.exists():
            raise DomainError(_("Import %(run)s is undone already.") % {"run": run.pk}, code="import_undone")
        for rows in _batches(run, Kind.VEHICLE):
            _undo_vehicles(run, rows, done)
            on_batch(Kind.VEHICLE, len(rows))
        for kind, table in HISTORY.items():
            for rows in _batches(run, kind):
                _undo_history(run, table, rows, done)
                on_batch(kind, len(rows))
        for kind in (Kind.CUSTOMER, Kind.OWNER):
            for rows in _batches(run, kind):
                _undo_customers(run, rows, done)
                on_batch(kind, len(rows))
        run.rejected.all().delete()
        run.close_undone(len(done.kept))
    return done


def _batches(run: ImportRun, kind: str) -> Iterator[list[ImportedRow]]:
    last = 0
    while batch := list(run.made.filter(kind=kind, pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


@transaction.atomic
def _undo_vehicles(run: ImportRun, rows: list[ImportedRow], done: Undone) -> None:
    """Vehicles that nobody used, with their files."""
    gone = _unused(run, Vehicle, rows, done)
    for kind, table in HISTORY.items():
        made = table._default_manager.filter(run_made(run, kind), vehicle__in=gone)
        ids = list(made.values_list("pk", flat=True))
        table._default_manager.filter(pk__in=ids).delete()
        run.made.filter(kind=kind, object_id__in=ids).delete()
        done.count(kind, len(ids))
    _remove(Vehicle, rows, gone, done)


@transaction.atomic
def _undo_history(run: ImportRun, table: type[models.Model], rows: list[ImportedRow], done: Undone) -> None:
    """Visits and readings that the run added to vehicles which were here before."""
    vehicles = dict(
        table._default_manager.filter(pk__in=[row.object_id for row in rows]).values_list("pk", "vehicle_id")
    )
    list(Vehicle.objects.filter(pk__in=vehicles.values()).select_for_update(no_key=True).values_list("pk"))
    kept = run.made.filter(kind=Kind.VEHICLE, object_id__in=vehicles.values())
    staying = set(kept.values_list("object_id", flat=True))
    going = [row for row in rows if vehicles.get(row.object_id) not in staying]
    table._default_manager.filter(pk__in=[row.object_id for row in going]).delete()
    ImportedRow.objects.filter(pk__in=[row.pk for row in going]).delete()
    odometers.settle(set(vehicles.values()) - staying)
    if going:
        done.count(going[0].kind, len(going))


@transaction.atomic
def _undo_customers(run: ImportRun, rows: list[ImportedRow], done: Undone) -> None:
    """Customers whom nobody used and who own nothing any more."""
    _remove(Customer, rows, _unused(run, Customer, rows, done), done)


def _unused(run: ImportRun, table: type[models.Model], rows: list[ImportedRow], done: Undone) -> set[int]:
    """The ids that may go, under lock; the others are noted as kept."""
    kinds = {row.object_id: row.kind for row in rows}
    locked = table._default_manager.filter(pk__in=kinds).order_by("pk").select_for_update()
    found = {row.pk: row for row in locked}
    used = _used(run, table, found)
    done.kept += [
        Kept(kinds[pk], pk, _name(found[pk]), tuple(sorted(rooms))) for pk, rooms in sorted(used.items())
    ]
    return found.keys() - used.keys()


def _remove(table: type[models.Model], rows: list[ImportedRow], gone: set[int], done: Undone) -> None:
    """Delete the rows, what they are found under, and their traces; those that went before, too."""
    there = table._default_manager.filter(pk__in=[row.object_id for row in rows])
    there.filter(pk__in=gone).delete()
    SearchKey.objects.filter(kind=FILES[table], object_id__in=gone).delete()
    staying = set(there.values_list("pk", flat=True))
    ImportedRow.objects.filter(pk__in=[row.pk for row in rows if row.object_id not in staying]).delete()
    for row in rows:
        done.count(row.kind, row.object_id in gone)


def _name(row: models.Model) -> str:
    match row:
        case Vehicle():
            return f"{row.plate} {row.vin}".strip()
        case Customer():
            return f"{row.number} {row.name}"
    return str(row)


def run_made(run: ImportRun, kind: str) -> Exists:
    """The condition that a row of a table was made by ``run`` as ``kind``."""
    return Exists(run.made.filter(kind=kind, object_id=OuterRef("pk")))


def _used(run: ImportRun, table: type[models.Model], found: dict[int, models.Model]) -> dict[int, set[str]]:
    """``{id: names of the rooms that use it}``. One query per table that can refer to such rows."""
    used: dict[int, set[str]] = {}

    def note(ids: Iterable[int], model: type[models.Model]) -> None:
        room = str(apps.get_app_config(model._meta.app_label).verbose_name)
        for pk in ids:
            used.setdefault(pk, set()).add(room)

    note((pk for pk, row in found.items() if row.version or getattr(row, "merged_into_id", None)), table)  # type: ignore[attr-defined]  # both tables count versions
    for model, name in _references(table):
        rows = model._default_manager.filter(**{f"{name}__in": list(found)})
        for kind, own in HISTORY.items():
            rows = rows.exclude(run_made(run, kind)) if own is model else rows
        if model is StoreAccess:
            rows = rows.exclude(reason="import")
        note(rows.values_list(name, flat=True).distinct(), model)
    subjects = {key: pk for pk, row in found.items() for key in {subject_key(row), row.event_thread}}  # type: ignore[attr-defined]  # both tables have a story
    for model, name in _subjects():
        rows = model._default_manager.filter(**{f"{name}__in": list(subjects)})
        note((subjects[key] for key in rows.values_list(name, flat=True).distinct()), model)
    return used


def _references(table: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every foreign key to ``table`` that the database enforces (row audits keep theirs for good)."""
    for relation in table._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and relation.on_delete is not models.DO_NOTHING:
            yield relation.related_model, relation.field.name


def _subjects() -> Iterator[tuple[type[models.Model], str]]:
    """Every column that names any row by an opaque key: events, tasks, files, links, accounts …"""
    for model in apps.get_models():
        if not model.__module__.startswith("apps."):
            continue
        for field_ in model._meta.concrete_fields:
            if isinstance(field_, models.CharField) and field_.name in ("subject", "thread"):
                yield model, field_.name
