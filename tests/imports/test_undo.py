"""An import can be taken back: exactly what it made, and nothing that has been used since."""

import pytest
from django.db import connection, transaction

from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, ServiceRecord, StoreAccess, Vehicle
from apps.customers.services import open_file
from apps.desk.models import SearchKey, Task
from apps.imports.models import ImportRun
from apps.imports.services.undoing import undo
from tests.customers.factories import make_customer, make_vehicle
from tests.imports import make_data
from tests.imports.test_import import (
    AS_OF,
    V1,
    V2,
    WANG,
    Stop,
    business_rows,
    content,
    run_import,
    write_small,
)

pytestmark = pytest.mark.django_db
VISIT_DAY = AS_OF.replace(year=2020)
LI = ["C2", "李四", "13800000002", "", "", "", "", ""]
CARS = [[V1, "浙A12345", "DS", "DS 7", "C1", "9000"], [V2, "浙A12346", "DS", "DS 7", "C2", "500"]]
VISITS = [
    ["R1", V1, "2023-01-01", "", "1000", "100", "50", "150"],
    ["R2", V2, "2023-01-01", "", "400", "100", "50", "150"],
]


@pytest.fixture
def run(cast, tmp_path):
    """A small import: two customers with a vehicle and a visit each."""
    write_small(tmp_path, customers=[WANG, LI], vehicles=CARS, visits=VISITS)
    return run_import(tmp_path, cast.store)[0].run


def without_history(counts):
    """Row counts without the row audit and the history, which keep what was."""
    kept = ("customers.CustomerEvent", "customers.VehicleEvent", "desk.Event", "pghistory.Context")
    return {label: count for label, count in counts.items() if label not in kept}


def test_everything_an_import_made_goes_and_nothing_else(cast):
    make_vehicle(cast).record_reading(1, AS_OF, Reading.Source.ENTRY, cast.advisor)
    before, content_before = without_history(business_rows()), content()
    run = run_import(make_data.DATA, cast.store)[0].run
    done = undo(run)
    assert without_history(business_rows()) == before
    assert content() == content_before
    assert not done.kept
    run.refresh_from_db()
    assert (run.state, run.kept, run.made.count()) == (ImportRun.State.UNDONE, 0, 0)


def test_what_was_undone_can_be_imported_again(cast, tmp_path, run):
    expected = content()
    undo(run)
    again = run_import(tmp_path, cast.store)[0]
    assert again.run != run
    assert content() == expected


def test_a_vehicle_that_was_driven_in_since_stays_with_its_file_and_its_owner(cast, run):
    used = Vehicle.objects.get(vin=V1)
    used.record_reading(9_500, AS_OF, Reading.Source.VISIT, cast.advisor)
    done = undo(run)
    assert {kept.name.split()[0] for kept in done.kept} == {"浙A12345", "C1"}
    assert used.service_records.get().reference == "R1"
    assert used.readings.count() == 3
    used.refresh_from_db()
    assert used.odometer_km == 9_500
    assert not Vehicle.objects.filter(vin=V2).exists()
    assert list(Customer.objects.values_list("number", flat=True)) == ["C1"]
    assert SearchKey.objects.filter(object_id=used.pk, kind="vehicle").exists()


def use_by_update(cast, customer):
    customer.update(by=cast.advisor, remarks="新备注")


def use_by_task(cast, customer):
    Task.put(
        "x", about=customer, kind="t", title="t", owner=cast.advisor, due_at=clock.now(), store=cast.store
    )


def use_by_other_store(cast, customer):
    open_file(customer, by=cast.neighbour, reason="在本店维修")


def use_by_car(cast, customer):
    make_vehicle(cast, owner=customer)


def use_by_merge(cast, customer):
    make_customer(cast, merged_into=customer)


@pytest.mark.parametrize("use", [use_by_update, use_by_task, use_by_other_store, use_by_car, use_by_merge])
def test_a_customer_who_is_in_use_stays_whatever_the_use(cast, tmp_path, use):
    write_small(tmp_path, customers=[WANG, LI])
    run = run_import(tmp_path, cast.store)[0].run
    use(cast, Customer.objects.get(number="C1"))
    done = undo(run)
    (kept,) = done.kept
    assert kept.name == "C1 王建国"
    assert kept.used_by
    assert StoreAccess.objects.filter(customer_id=kept.object_id, store=cast.store).exists()
    assert not Customer.objects.filter(number="C2").exists()
    run.refresh_from_db()
    assert run.kept == 1


def test_what_stayed_goes_with_a_later_undo_when_its_use_has_ended(cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    run = run_import(tmp_path, cast.store)[0].run
    car = make_vehicle(cast, owner=Customer.objects.get())
    assert undo(run).kept
    car.delete()
    assert undo(run).removed == {"customers": 1}
    assert not Customer.objects.exists()


def test_visits_that_came_to_an_older_vehicle_go_and_its_mileage_is_what_it_was(cast, tmp_path):
    car = make_vehicle(cast, vin=V1)
    car.record_reading(500, VISIT_DAY, Reading.Source.ENTRY, cast.advisor)
    write_small(tmp_path, visits=VISITS[:1], vehicles=[[V1, "", "", "", "", ""]])
    run = run_import(tmp_path, cast.store)[0].run
    car.refresh_from_db()
    assert car.odometer_km == 1_000
    undo(run)
    car.refresh_from_db()
    assert (car.odometer_km, car.service_records.count(), car.readings.count()) == (500, 0, 1)


def test_a_stated_mileage_counts_again_when_the_visits_that_contradicted_it_are_gone(cast, tmp_path):
    write_small(tmp_path, customers=[WANG], vehicles=CARS[:1])
    run_import(tmp_path, cast.store)
    write_small(tmp_path, visits=[["R1", V1, "2023-01-01", "", "12000", "1", "1", "2"]])
    second = run_import(tmp_path, cast.store)[0].run
    car = Vehicle.objects.get()
    assert (car.odometer_km, car.readings.get(odometer_km=9_000).is_backwards) == (12_000, True)
    undo(second)
    car.refresh_from_db()
    assert (car.odometer_km, car.readings.get().is_backwards) == (9_000, False)


def test_a_run_that_was_killed_can_be_undone(cast, tmp_path):
    write_small(tmp_path, customers=[WANG, LI])
    with pytest.raises(Stop):
        run_import(tmp_path, cast.store, batch=1, stop_after=1)
    undo(ImportRun.objects.get())
    assert not Customer.objects.exists()


def test_an_undo_that_was_killed_goes_on(cast, run):
    def kill(kind, rows):
        raise Stop

    with pytest.raises(Stop):
        undo(run, on_batch=kill)
    assert not Vehicle.objects.exists()
    assert Customer.objects.count() == 2
    undo(run)
    assert not Customer.objects.exists()
    assert not ServiceRecord.objects.exists()


def test_an_undone_run_is_not_undone_twice(cast, run):
    undo(run)
    with pytest.raises(DomainError) as refused:
        undo(run)
    assert refused.value.code == "import_undone"


def test_undo_asks_about_many_rows_with_few_statements(cast, tmp_path, django_assert_max_num_queries):
    write_small(tmp_path, customers=[[f"C{n}", "王建国", f"138{n:08d}", *[""] * 5] for n in range(300)])
    run = run_import(tmp_path, cast.store)[0].run
    with transaction.atomic(), django_assert_max_num_queries(90, connection=connection):
        undo(run)
