"""Accepted rows become customers, vehicles and visits: a batch at a time, by the customers' rules.

What ``register()`` does for one row is done here for many: the same normal forms (the engine has made
them), sort keys, store access, search keys. No event is written per row; the run is the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.core import clock, pinyin
from apps.customers import services as customers
from apps.customers.models import Customer, Reading, ServiceRecord, StoreAccess, Vehicle
from apps.imports.legacy.synonyms import COMPANIES, CUSTOMERS, ENERGIES, GEARBOXES, HISTORY, PERSONS, VEHICLES
from apps.imports.legacy.verdicts import Verdict
from apps.imports.models import ImportedRow, ImportRun
from apps.imports.services import odometers, remarks
from apps.imports.services.catalogue import Advisors, Models
from apps.imports.services.lookups import Lookups

LONGEST_MODEL = 80


class Writer:
    """Writes batches of one run. ``file`` is the table's name, for the trace back to the row."""

    def __init__(self, run: ImportRun, lookups: Lookups) -> None:
        self.run = run
        self.store: Store = run.store
        self.lookups = lookups
        self.advisors = Advisors(self.store)
        self.models = Models(self.store)

    def write(self, kind: str, file: str, verdicts: Sequence[Verdict]) -> None:
        """Write the rows of one batch; call it inside a transaction. Six to twelve statements."""
        if not verdicts:
            return
        match kind:
            case "customers":
                self._write_customers(file, verdicts)
            case "vehicles":
                self._write_vehicles(file, verdicts)
            case _:
                self._write_visits(file, verdicts)

    def _write_customers(self, file: str, verdicts: Sequence[Verdict]) -> None:
        numbers = self._free_numbers([verdict.cleaned["number"] for verdict in verdicts])
        made = [self._customer(v, number) for v, number in zip(verdicts, numbers, strict=True)]
        self._add_customers(made)
        self._trace(CUSTOMERS, file, verdicts, [customer.pk for customer in made])

    def _free_numbers(self, numbers: list[str]) -> list[str]:
        """The numbers as they are; one that is somebody's at another store gets this store's code."""
        taken = set(
            Customer.objects.filter(group_id=self.store.group_id, number__in=numbers).values_list(
                "number", flat=True
            )
        )
        suffix = f"@{self.store.code}"
        return [f"{n[: 30 - len(suffix)]}{suffix}" if n in taken else n for n in numbers]

    def _customer(self, verdict: Verdict, number: str) -> Customer:
        row = verdict.cleaned
        advisor = self.advisors.named(row["advisor"])
        kind = row["customer_kind"].lower()
        pairs = [
            ("number", row["number"] if number != row["number"] else ""),
            ("advisor", "" if advisor else row["advisor"]),
            ("address", row["address"]),
            ("email", row["email"]),
            ("channel", _("E-mail") if row["channel"] == "email" else ""),
            ("customer_kind", "" if kind in COMPANIES | PERSONS else row["customer_kind"]),
            *row["extra"].items(),
        ]
        return Customer(
            group_id=self.store.group_id,
            number=number,
            name=row["name"],
            sort_key=pinyin.sort_key(row["name"])[:120],
            kind=Customer.Kind.COMPANY if kind in COMPANIES else Customer.Kind.PERSON,
            phone=row["phone"],
            gender=row["gender"],
            advisor_id=advisor,
            preferred_channel="" if row["channel"] == "email" else row["channel"],
            remarks=remarks.lines(CUSTOMERS, pairs, first=row["note"]),
            known_since=row["registered_on"],
        )

    def _add_customers(self, made: list[Customer]) -> None:
        Customer.objects.bulk_create(made)
        now = clock.now()
        StoreAccess.objects.bulk_create(
            StoreAccess(store=self.store, customer=customer, reason="import", since=now) for customer in made
        )
        customers.index_customers(made)

    def _write_vehicles(self, file: str, verdicts: Sequence[Verdict]) -> None:
        owners = self._owners(file, verdicts)
        made = [self._vehicle(v, owner) for v, owner in zip(verdicts, owners, strict=True)]
        Vehicle.objects.bulk_create(made)
        customers.index_vehicles(made)
        self._trace(VEHICLES, file, verdicts, [vehicle.pk for vehicle in made])
        stated = [
            Reading(vehicle=car, odometer_km=km, read_on=self.run.as_of, source=Reading.Source.IMPORT)
            for car in made
            if (km := car.odometer_km) is not None
        ]
        self._add_readings(ImportedRow.Kind.STATED, stated)

    def _owners(self, file: str, verdicts: Sequence[Verdict]) -> list[int]:
        """The owner of each row; one that is not known is put on file, to be found later."""
        ids = [self.lookups.owner_of(verdict.cleaned["customer_number"]) for verdict in verdicts]
        missing = [verdict for verdict, pk in zip(verdicts, ids, strict=True) if pk is None]
        waiting = self._waiting_owners(file, missing) if missing else {}
        return [waiting[v.key] if pk is None else pk for v, pk in zip(verdicts, ids, strict=True)]

    def _waiting_owners(self, file: str, verdicts: Sequence[Verdict]) -> dict[str, int]:
        numbers = [f"?{verdict.key}" for verdict in verdicts]
        here = Customer.objects.filter(group_id=self.store.group_id, number__in=numbers)
        known = {number[1:]: pk for number, pk in here.values_list("number", "pk")}
        made = [self._waiting_owner(verdict) for verdict in verdicts if verdict.key not in known]
        self._add_customers(made)
        ImportedRow.objects.bulk_create(
            ImportedRow(run=self.run, store=self.store, kind=ImportedRow.Kind.OWNER, object_id=owner.pk)
            for owner in made
        )
        return known | {owner.number[1:]: owner.pk for owner in made}

    def _waiting_owner(self, verdict: Verdict) -> Customer:
        name = _("Owner to be found %(tail)s") % {"tail": verdict.key[-6:]}
        return Customer(
            group_id=self.store.group_id,
            number=f"?{verdict.key}",
            name=name,
            sort_key=pinyin.sort_key(name)[:120],
            remarks=remarks.lines(VEHICLES, [("customer_number", verdict.cleaned["customer_number"])]),
        )

    def _vehicle(self, verdict: Verdict, owner_id: int) -> Vehicle:
        row = verdict.cleaned
        model = self.models.named(row["brand"], row["model"])
        written = row["model"] if row["model"].startswith(row["brand"]) else f"{row['brand']} {row['model']}"
        energy = ENERGIES.get(row["energy"].lower(), "")
        gearbox = GEARBOXES.get(row["gearbox"].lower(), "")
        cut = model is None and len(written) > LONGEST_MODEL
        pairs = [
            (
                "customer_number",
                "" if self.lookups.owner_of(row["customer_number"]) else row["customer_number"],
            ),
            ("model", written if cut else ""),
            ("energy", "" if energy else row["energy"]),
            ("gearbox", "" if gearbox else row["gearbox"]),
            ("displacement", row["displacement"]),
            *row["extra"].items(),
        ]
        return Vehicle(
            group_id=self.store.group_id,
            vin=row["vin"],
            plate=row["plate"],
            model_id=model,
            model_text="" if model else written.strip()[:LONGEST_MODEL],
            energy=energy,
            colour=row["colour"],
            engine_number=row["engine_number"],
            gearbox=gearbox,
            purchased_on=row["purchased_on"],
            licensed_on=row["licensed_on"],
            insured_until=row["insurance_due_on"],
            inspection_due_on=row["inspection_due_on"],
            owner_id=owner_id,
            odometer_km=row["mileage_km"],
            remarks=remarks.lines(VEHICLES, pairs),
        )

    def _write_visits(self, file: str, verdicts: Sequence[Verdict]) -> None:
        vins = {verdict.cleaned["vin"] for verdict in verdicts}
        cars = Vehicle.objects.filter(group_id=self.store.group_id, vin__in=vins).order_by("pk")
        ids = dict(cars.select_for_update(no_key=True).values_list("vin", "pk"))
        made = [self._visit(verdict, ids[verdict.cleaned["vin"]]) for verdict in verdicts]
        ServiceRecord.objects.bulk_create(made)
        self._trace(HISTORY, file, verdicts, [record.pk for record in made])
        readings = [
            Reading(
                vehicle_id=record.vehicle_id,
                odometer_km=record.odometer_km,
                read_on=record.arrived_on,
                source=Reading.Source.IMPORT,
                is_backwards=not verdict.cleaned["reading_counts"],
            )
            for record, verdict in zip(made, verdicts, strict=True)
            if record.odometer_km is not None
        ]
        self._add_readings(ImportedRow.Kind.READING, readings)
        odometers.settle(ids.values())

    def _visit(self, verdict: Verdict, vehicle_id: int) -> ServiceRecord:
        row = verdict.cleaned
        return ServiceRecord(
            vehicle_id=vehicle_id,
            store=self.store,
            reference=row["number"] or f"IMP-{row['arrived_on']:%Y%m%d}-{verdict.fingerprint.hex()[:8]}",
            arrived_on=row["arrived_on"],
            left_on=row["left_on"],
            odometer_km=row["mileage_km"],
            description=remarks.of_visit(row),
            advisor_name=row["advisor"],
            labour_amount=row["labour_amount"] or Decimal(),
            parts_amount=row["parts_amount"] or Decimal(),
            total_amount=row["total_amount"] or Decimal(),
            is_imported=True,
        )

    def _add_readings(self, kind: str, readings: list[Reading]) -> None:
        Reading.objects.bulk_create(readings)
        ImportedRow.objects.bulk_create(
            ImportedRow(run=self.run, store=self.store, kind=kind, object_id=reading.pk)
            for reading in readings
        )

    def _trace(self, kind: str, file: str, verdicts: Sequence[Verdict], ids: list[int]) -> None:
        ImportedRow.objects.bulk_create(
            ImportedRow(
                run=self.run,
                store=self.store,
                kind=kind,
                object_id=pk,
                key=verdict.key,
                fingerprint=verdict.fingerprint,
                file=file,
                row=verdict.row,
                outcome=verdict.outcome,
                reasons=list(verdict.reasons),
            )
            for verdict, pk in zip(verdicts, ids, strict=True)
        )
