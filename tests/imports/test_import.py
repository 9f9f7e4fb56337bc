"""Rows become customers, vehicles and visits: once, whatever happens on the way."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from apps.catalog.models import Brand, VehicleModel
from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, ServiceRecord, StoreAccess, Vehicle
from apps.desk.models import SearchKey
from apps.imports.legacy.folder import open_folder
from apps.imports.legacy.tables import Skipped
from apps.imports.models import ImportedRow, ImportRun
from apps.imports.services.importing import exclusive, import_folder
from tests.customers.factories import make_customer, make_vehicle
from tests.imports import make_data
from tests.imports.files import AS_OF, VISIT_TITLES, make_vin, write_csv, write_xlsx
from tests.imports.test_sample_export import KEY

pytestmark = pytest.mark.django_db
TITLES = ["客户编号", "客户名称", "手机号码", "服务顾问", "联系偏好", "地址", "爱好", "备注"]
CARS = ["车架号", "车牌号", "品牌", "车型", "客户编号", "最近里程"]
V1, V2, V3 = make_vin(1), make_vin(2), make_vin(3)


class Stop(Exception):
    """The process is killed."""


def run_import(folder, store, *, stop_after=0, **options):
    """Import; return ``{kind: verdict counts}``, the run and the verdicts in order."""
    lines, batches = [], []

    def on_batch(table, batch):
        lines.extend((table.name, v) for v in batch if not isinstance(v, Skipped))
        batches.append(table)
        if stop_after and len(batches) == stop_after:
            raise Stop

    options = {"as_of": AS_OF, "operator": "test"} | options
    result = import_folder(open_folder(folder), store=store, on_batch=on_batch, **options)
    return result, lines


def business_rows():
    """How many rows each table holds, without the import's own notes."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label not in ("imports", "contenttypes", "auth", "sessions")
    }


def content():
    """What an import made, without ids."""
    visits = ServiceRecord.objects.values_list("vehicle__vin", "reference", "arrived_on", "odometer_km")
    readings = Reading.objects.values_list("vehicle__vin", "read_on", "odometer_km", "is_backwards")
    return {
        "customers": sorted(Customer.objects.values_list("number", "name", "phone", "remarks")),
        "vehicles": sorted(Vehicle.objects.values_list("vin", "plate", "owner__number", "odometer_km")),
        "visits": sorted(visits),
        "readings": sorted(readings),
        "access": StoreAccess.objects.count(),
        "keys": SearchKey.objects.count(),
    }


def write_small(folder, *, customers=(), vehicles=(), visits=()):
    if customers:
        write_csv(folder, [TITLES, *customers])
    if vehicles:
        write_xlsx(folder, [CARS, *vehicles])
    if visits:
        write_xlsx(folder, [VISIT_TITLES, *visits], name="维修.xlsx")


WANG = ["C1", "王建国", "13800000001", "", "", "", "", ""]


def test_the_sample_is_imported_with_the_verdicts_of_its_key(cast):
    result, _lines = run_import(make_data.DATA, cast.store)
    for kind, key in KEY.items():
        found = result.counts.kinds[kind]
        assert (found["rows"], found["good"]) == (key["rows"], key["good"])
        assert found["reasons"] == {name: key[name] for name in key if name not in ("rows", "good")}
    assert result.run.state == ImportRun.State.FINISHED
    assert result.run.counts == result.counts.kinds
    imported = {
        kind: c["rows"] - sum(c["reasons"].get("rejected", {}).values())
        for kind, c in result.counts.kinds.items()
    }
    assert ServiceRecord.objects.filter(is_imported=True).count() == imported["history"] - 1
    assert Vehicle.objects.count() == imported["vehicles"] - 3


def test_a_dry_run_gives_the_same_verdicts_and_may_not_write(cast):
    before = business_rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        tried, tried_lines = run_import(make_data.DATA, cast.store, dry_run=True)
        transaction.set_rollback(True)
    assert business_rows() == before
    assert not ImportRun.objects.exists()
    result, lines = run_import(make_data.DATA, cast.store)
    assert tried_lines == lines
    assert tried.counts == result.counts


def test_a_second_run_finds_only_duplicates_and_changes_nothing(cast):
    first, first_lines = run_import(make_data.DATA, cast.store)
    before = content()
    second, second_lines = run_import(make_data.DATA, cast.store)
    assert content() == before
    assert not second.run.made.exists()
    assert not [v for _file, v in second_lines if v.imports]
    rejected = [
        [(f, v.row) for f, v in run if v.outcome == "rejected"] for run in (first_lines, second_lines)
    ]
    assert rejected[0] == rejected[1]
    assert first.run.pk != second.run.pk


@pytest.mark.parametrize("stop_after", [1, 4, 9, 13])
def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_happened(cast, stop_after):
    whole, whole_lines = run_import(make_data.DATA, cast.store, batch=35)
    expected = content()
    for model in (ImportRun, Reading, ServiceRecord, SearchKey):
        if model is ImportRun:
            ImportedRow.objects.all().delete()
        model.objects.all().delete()
    Vehicle.objects.all().delete()
    Customer.objects.all().delete()

    with pytest.raises(Stop):
        run_import(make_data.DATA, cast.store, batch=35, stop_after=stop_after)
    (killed,) = ImportRun.objects.unfinished()
    made_before = killed.made.count()
    resumed, lines = run_import(make_data.DATA, cast.store, batch=50, as_of=None)
    assert resumed.run == killed
    assert resumed.resumed
    assert 0 < made_before < resumed.run.made.count()
    assert content() == expected
    assert resumed.counts == whole.counts
    assert [(f, v.row, v.outcome, v.reasons) for f, v in lines] == [
        (f, v.row, v.outcome, v.reasons) for f, v in whole_lines
    ]


def test_other_contents_are_another_run_and_not_the_rest_of_the_killed_one(cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    with pytest.raises(Stop):
        run_import(tmp_path, cast.store, stop_after=1)
    write_small(tmp_path, customers=[["C0", "李四", "13800000009", *[""] * 5], WANG])
    result, lines = run_import(tmp_path, cast.store)
    assert not result.resumed
    assert [v.reasons for _f, v in lines] == [(), ("already_imported",)]
    assert Customer.objects.count() == 2


def test_a_batch_that_fails_leaves_nothing_of_itself(cast, tmp_path):
    rows = [[f"C{n}", "王建国", f"1380000{n:04d}", *[""] * 5] for n in range(6)]
    write_small(tmp_path, customers=rows)
    for number in ("C4", f"C4@{cast.store.code}"):
        make_customer(cast, number=number, store=cast.other_store)
    with pytest.raises(IntegrityError), transaction.atomic():
        run_import(tmp_path, cast.store, batch=3)
    assert not Customer.objects.filter(number="C3").exists()


def test_memory_is_that_of_one_batch(cast, tmp_path):
    rows = [[f"C{n}", "王建国", f"138{n:08d}", *[""] * 5] for n in range(400)]
    write_small(tmp_path, customers=rows)
    seen = []
    import_folder(
        open_folder(tmp_path),
        store=cast.store,
        as_of=AS_OF,
        operator="test",
        batch=20,
        on_batch=lambda table, batch: seen.append((len(batch), Customer.objects.count())),
    )
    assert seen == [(20, 20 * (n + 1)) for n in range(20)]


def test_statements_do_not_grow_with_the_rows_of_a_batch(cast, tmp_path, django_assert_max_num_queries):
    rows = [[f"C{n}", "王建国", f"138{n:08d}", *[""] * 5] for n in range(400)]
    cars = [[make_vin(n), f"浙A{n:05d}", "DS", "DS 7", f"C{n}", 5] for n in range(400)]
    write_small(tmp_path, customers=rows, vehicles=cars)
    with django_assert_max_num_queries(60):
        run_import(tmp_path, cast.store)


def test_a_customer_gets_all_that_the_desk_would_give_and_keeps_what_has_no_field(cast, tmp_path):
    cast.advisor.name = "张广"
    cast.advisor.save()
    write_small(
        tmp_path,
        customers=[
            ["C1", "单雄信", "138-0000-0001", "张广", "微信", "西湖路1号", "钓鱼", "怕等待"],
            ["C2", '=HYPERLINK("http://x","王")', "13800000002", "李不在", "邮件", "", "", ""],
        ],
    )
    run_import(tmp_path, cast.store)
    first, second = Customer.objects.order_by("number")
    assert (first.phone, first.advisor, first.preferred_channel) == ("+8613800000001", cast.advisor, "wechat")
    assert first.sort_key.startswith("shan xiong xin")
    assert first.remarks == "怕等待\n地址：西湖路1号\n爱好：钓鱼"
    assert second.name == '=HYPERLINK("http://x","王")'
    assert (second.advisor, second.preferred_channel) == (None, "")
    assert second.remarks == "服务顾问：李不在\n联系偏好：电子邮件"
    assert set(Customer.objects.visible_to(cast.advisor)) == {first, second}
    assert not Customer.objects.visible_to(cast.neighbour).exists()
    assert first in Customer.objects.matching("sxx")
    assert set(StoreAccess.objects.values_list("reason", flat=True)) == {"import"}


def test_a_vehicle_gets_its_model_its_owner_and_its_mileage(cast, tmp_path):
    brand = Brand.objects.create(group=cast.group, name="DS")
    model = VehicleModel.objects.create(brand=brand, name="DS 7")
    write_small(
        tmp_path,
        customers=[WANG],
        vehicles=[[V1, "浙A·12345", "DS", "DS 7", "c1", "12,000公里"], [V2, "", "长安", "CS75", "C1", ""]],
    )
    run_import(tmp_path, cast.store)
    first, second = Vehicle.objects.order_by("pk")
    assert (first.plate, first.model, first.owner.number) == ("浙A12345", model, "C1")
    assert (first.odometer_km, first.readings.get().read_on) == (12_000, AS_OF)
    assert (second.model, second.model_text, second.odometer_km) == (None, "长安 CS75", None)
    assert first in Vehicle.objects.filter(pk__in=SearchKey.objects.filter(key="345").values("object_id"))


def test_a_vehicle_of_nobody_known_gets_an_owner_to_be_found(cast, tmp_path):
    write_small(tmp_path, customers=[WANG], vehicles=[[V1, "浙A12345", "DS", "DS 7", "C99", ""]])
    _result, lines = run_import(tmp_path, cast.store)
    vehicle = Vehicle.objects.get()
    assert vehicle.owner.number == f"?{V1}"
    assert vehicle.owner.name == f"车主待查 {V1[-6:]}"
    assert vehicle.owner.phone == ""
    assert "C99" in vehicle.remarks
    assert "C99" in vehicle.owner.remarks
    assert (lines[-1][1].outcome, lines[-1][1].notes) == ("good", ("owner_unknown",))
    assert vehicle in Vehicle.objects.visible_to(cast.advisor)


def test_a_customer_number_of_another_stores_old_system_is_somebody_else(cast, tmp_path):
    theirs = make_customer(cast, number="C1", name="李四", store=cast.other_store)
    write_small(tmp_path, customers=[WANG], vehicles=[[V1, "浙A12345", "DS", "DS 7", "C1", ""]])
    run_import(tmp_path, cast.store)
    owner = Vehicle.objects.get().owner
    assert owner != theirs
    assert (owner.name, owner.number) == ("王建国", f"C1@{cast.store.code}")
    assert not StoreAccess.objects.filter(store=cast.store, customer=theirs).exists()


def test_what_people_entered_by_hand_stays_as_it_is(cast, tmp_path):
    customer = make_customer(cast, number="C1", name="王小国")
    vehicle = make_vehicle(cast, vin=V1, owner=customer)
    write_small(
        tmp_path,
        customers=[WANG],
        vehicles=[[V1, "浙A12345", "DS", "DS 7", "C1", ""], [V2, "浙A12346", "DS", "DS 7", "C1", ""]],
    )
    _result, lines = run_import(tmp_path, cast.store)
    assert [v.reasons for _f, v in lines] == [("already_known",), ("already_known",), ()]
    customer.refresh_from_db()
    vehicle.refresh_from_db()
    assert (customer.name, vehicle.plate != "浙A12345") == ("王小国", True)
    assert Vehicle.objects.get(vin=V2).owner == customer


def test_an_owner_who_was_merged_leads_to_the_file_that_is_kept(cast, tmp_path):
    kept = make_customer(cast, number="K1")
    make_customer(cast, number="C1", merged_into=kept)
    write_small(tmp_path, vehicles=[[V1, "浙A12345", "DS", "DS 7", "C1", ""]])
    run_import(tmp_path, cast.store)
    assert Vehicle.objects.get().owner == kept


def test_visits_keep_readings_that_do_not_count_and_the_mileage_is_the_last_that_does(cast, tmp_path):
    visits = [
        ["R1", V1, "2023-01-01", "2023-01-02", "10000", "100", "50", "150"],
        ["R2", V1, "2024-01-01", "", "9000", "", "", ""],
        ["R3", V1, "2025-01-01", "", "20,000", "1", "0", "1"],
        ["R4", V2, "2025-01-01", "", "50000", "1", "0", "1"],
    ]
    cars = [
        [V1, "浙A12345", "DS", "DS 7", "C1", "25000"],
        [V2, "浙A12346", "DS", "DS 7", "C1", "30000"],
    ]
    write_small(tmp_path, customers=[WANG], vehicles=cars, visits=visits)
    run_import(tmp_path, cast.store)
    first, second = Vehicle.objects.order_by("pk")
    flags = list(first.readings.order_by("read_on").values_list("odometer_km", "is_backwards"))
    assert flags == [(10_000, False), (9_000, True), (20_000, False), (25_000, False)]
    assert first.odometer_km == 25_000
    assert second.odometer_km == 50_000
    assert second.readings.get(odometer_km=30_000).is_backwards
    record = first.service_records.get(reference="R1")
    assert (record.labour_amount, record.parts_amount, record.total_amount) == (100, 50, Decimal(150))
    assert (record.left_on, record.store, record.is_imported) == (date(2023, 1, 2), cast.store, True)
    assert first.service_records.get(reference="R2").total_amount == 0


def test_a_visit_without_number_keeps_its_reference_and_is_known_again(cast, tmp_path):
    visits = [["", V1, "2023-01-01", "", "1000", "100", "50", "150"]]
    write_small(tmp_path, customers=[WANG], vehicles=[[V1, "", "DS", "DS 7", "C1", ""]], visits=visits)
    run_import(tmp_path, cast.store)
    reference = ServiceRecord.objects.get().reference
    assert reference.startswith("IMP-20230101-")
    run_import(tmp_path, cast.store)
    assert ServiceRecord.objects.get().reference == reference


def test_a_row_that_was_mended_is_all_that_the_next_run_brings(cast, tmp_path):
    bad = ["C2", "李四", "138", *[""] * 5]
    write_small(tmp_path, customers=[WANG, bad])
    first, _lines = run_import(tmp_path, cast.store)
    assert first.run.rejected.get().reasons == ["phone_too_short"]
    write_small(tmp_path, customers=[WANG, ["C2", "李四", "13800000002", *[""] * 5]])
    second, lines = run_import(tmp_path, cast.store)
    assert Counter(v.outcome for _f, v in lines) == {"duplicate": 1, "good": 1}
    assert second.run.made.count() == 1


def test_a_refused_file_stops_the_import_before_it_starts(cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    (tmp_path / "车辆档案.xlsx").write_bytes(b"PK cut off")
    with pytest.raises(DomainError, match=r"车辆档案\.xlsx"):
        run_import(tmp_path, cast.store)
    assert not Customer.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_folder_without_tables_is_no_import(cast, tmp_path):
    with pytest.raises(DomainError) as refused:
        run_import(tmp_path, cast.store)
    assert refused.value.code == "nothing_to_import"


def test_two_imports_of_a_store_do_not_run_at_once(cast, tmp_path, on_other_connection):
    write_small(tmp_path, customers=[WANG])

    def hold_and_try():
        with exclusive(cast.other_store), exclusive(cast.store):
            return "held"

    with exclusive(cast.store), pytest.raises(DomainError) as refused:
        on_other_connection(hold_and_try)
    assert refused.value.code == "import_running"
    assert on_other_connection(hold_and_try) == "held"
