"""What the database knows of a batch, told to the ledger before the batch is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q, QuerySet

from apps.accounts.models import Store
from apps.customers.models import Customer, Reading, ServiceRecord, Vehicle
from apps.imports.legacy import history
from apps.imports.legacy.customers import customer_key
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.synonyms import CUSTOMERS, HISTORY, VEHICLES
from apps.imports.legacy.tables import Skipped
from apps.imports.legacy.verdicts import Draft, Outcome, Verdict
from apps.imports.models import ImportedRow, ImportRun

MERGES_FOLLOWED = 5


class Lookups:
    """Reads for one import. Nothing grows: what it remembers is of the present batch."""

    def __init__(self, store: Store, *, as_of: date, run: ImportRun | None) -> None:
        self.store = store
        self.as_of = as_of
        self.run = run
        self.owners: dict[str, int] = {}
        """Customer key → id, for the owners that the present batch of vehicles names."""
        self._own: dict[str, ImportedRow] = {}

    def prepare(self, kind: str, drafts: list[Draft], ledger: Ledger) -> None:
        """Let ``ledger`` learn what is known of ``drafts``. Three to six queries a batch."""
        self._own = {}
        match kind:
            case "customers":
                self._prepare_customers(drafts, ledger)
            case "vehicles":
                self._prepare_vehicles(drafts, ledger)
            case _:
                self._prepare_visits(drafts, ledger)

    def owner_of(self, number: str) -> int | None:
        """The id of the owner whom a row of the present batch names, if the store knows one."""
        return self.owners.get(customer_key(number)) if number else None

    def settle(self, file: str, line: Verdict | Skipped) -> tuple[Verdict | Skipped, bool]:
        """The verdict to report, and whether its row is still to be written.

        A row that this run wrote before it was interrupted gets the verdict it got then.
        """
        if isinstance(line, Skipped):
            return line, False
        own = self._own.get(line.key)
        if own is None or own.row != line.row or own.file != file:
            return line, line.imports
        return Verdict(line.row, Outcome(own.outcome), tuple(own.reasons), key=line.key), False

    def _prepare_customers(self, drafts: list[Draft], ledger: Ledger) -> None:
        self._learn_imported(CUSTOMERS, [draft.key for draft in drafts], ledger)
        numbers = {n for draft in drafts for n in (draft.key, draft.cleaned["number"])} - {""}
        for number in self._people().filter(number__in=numbers).values_list("number", flat=True):
            ledger.learn(CUSTOMERS, customer_key(number))
        phones = {draft.cleaned["phone"] for draft in drafts} - {""}
        for phone in self._people().filter(phone__in=phones).values_list("phone", flat=True):
            ledger.accept_phone(phone)

    def _prepare_vehicles(self, drafts: list[Draft], ledger: Ledger) -> None:
        self._learn_imported(VEHICLES, [draft.key for draft in drafts], ledger)
        self._learn_vehicles({draft.key for draft in drafts}, ledger)
        self._learn_plates({draft.cleaned["plate"] for draft in drafts}, ledger)
        self.owners = self.customers({draft.cleaned["customer_number"] for draft in drafts})
        for key in self.owners:
            ledger.learn(CUSTOMERS, key)

    def _prepare_visits(self, drafts: list[Draft], ledger: Ledger) -> None:
        self._learn_plates({draft.cleaned["plate"] for draft in drafts}, ledger)
        for draft in drafts:
            history.settle_plate(draft, ledger)
        vins = {draft.cleaned["vin"] for draft in drafts}
        self._learn_vehicles(vins, ledger)
        self._learn_imported(HISTORY, [history.key_of(draft) for draft in drafts], ledger)
        numbers = {draft.cleaned["number"] for draft in drafts} - {""}
        ours = ServiceRecord.objects.filter(vehicle__group_id=self.store.group_id, reference__in=numbers)
        for number, vin in ours.filter(vehicle__vin__in=vins).values_list("reference", "vehicle__vin"):
            ledger.learn(HISTORY, f"{number}|{vin}")
        self._learn_readings({vin for vin in vins if vin and ledger.reading(vin) is None}, ledger)

    def _learn_imported(self, kind: str, keys: list[str], ledger: Ledger) -> None:
        for key, row in ImportedRow.objects.known(self.store, kind, keys).items():
            mine = self.run is not None and row.run_id == self.run.pk
            ledger.learn(kind, key, bytes(row.fingerprint), this_run=mine)
            if mine:
                self._own[key] = row

    def _learn_vehicles(self, vins: set[str], ledger: Ledger) -> None:
        known = Vehicle.objects.filter(group_id=self.store.group_id, vin__in=vins - {""})
        for vin, bought in known.values_list("vin", "purchased_on"):
            ledger.learn(VEHICLES, vin)
            if bought:
                ledger.accept_purchase(vin, bought)

    def _learn_plates(self, plates: set[str], ledger: Ledger) -> None:
        bearing = Vehicle.objects.filter(group_id=self.store.group_id, plate__in=plates - {""})
        for plate, vin in bearing.exclude(vin="").values_list("plate", "vin"):
            ledger.accept_plate(plate, vin)
            ledger.learn(VEHICLES, vin)

    def _learn_readings(self, vins: set[str], ledger: Ledger) -> None:
        """The newest reading of each vehicle; not the mileage that this very export states.

        A mileage in the vehicle file is one as of the export's day: visits before it must be compared
        with one another, and it with them (see ``odometers.settle``).
        """
        accepted = Reading.objects.accepted().filter(
            vehicle__group_id=self.store.group_id, vehicle__vin__in=vins
        )
        stated = ImportedRow.objects.making(ImportedRow.Kind.STATED)
        latest = accepted.exclude(stated & Q(read_on__gte=self.as_of)).order_by(
            "vehicle_id", "-read_on", "-pk"
        )
        for vin, day, km in latest.distinct("vehicle_id").values_list(
            "vehicle__vin", "read_on", "odometer_km"
        ):
            ledger.accept_reading(vin, day, km)

    def customers(self, numbers: Iterable[str]) -> dict[str, int]:
        """``{customer key: id}`` of those whom the store knows under a number of the old system.

        Merged ones lead to the file that took them over. At most two queries and one per merge.
        """
        keys = {customer_key(number): number for number in set(numbers) - {""}}
        imported = ImportedRow.objects.known(self.store, CUSTOMERS, keys)
        found = {key: row.object_id for key, row in imported.items()}
        rest = keys.keys() - found.keys()
        spelled = rest | {keys[key] for key in rest}
        by_hand = self._people().filter(number__in=spelled) if spelled else Customer.objects.none()
        found |= {customer_key(number): pk for pk, number in by_hand.values_list("pk", "number")}
        return self._canonical(found)

    def _canonical(self, found: Mapping[str, int]) -> dict[str, int]:
        ids = dict(found)
        for _step in range(MERGES_FOLLOWED):
            rows = Customer.objects.filter(pk__in=ids.values()).values_list("pk", "merged_into_id")
            known = {pk: into or pk for pk, into in rows}
            moved = {key: known[pk] for key, pk in ids.items() if pk in known}
            if moved == ids:
                break
            ids = moved
        return ids

    def _people(self) -> QuerySet[Customer]:
        """Customers whom the store knows: a number may mean somebody else in another store's old system."""
        return Customer.objects.filter(group_id=self.store.group_id, accesses__store=self.store)
