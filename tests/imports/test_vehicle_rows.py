"""Verdicts on vehicles."""

from datetime import date, datetime

import pytest

from tests.imports.files import (
    CUSTOMER_TITLES,
    VEHICLE_TITLES,
    judge_vehicles,
    make_vin,
    verdicts,
    write_csv,
    write_xlsx,
)

VIN = make_vin(1)
PLATE = "浙A10001"


def test_a_vehicle_is_good_as_it_stands(tmp_path):
    titles = [*VEHICLE_TITLES, "品牌", "购车日期", "最近里程(km)", "发动机号"]
    (verdict,) = judge_vehicles(tmp_path, [[VIN, PLATE, "DS", date(2020, 5, 1), "12,345公里", None]], titles)
    assert (verdict.outcome, verdict.reasons, verdict.notes) == ("good", (), ())
    assert verdict.cleaned["mileage_km"] == 12345
    assert verdict.cleaned["purchased_on"] == date(2020, 5, 1)
    assert verdict.key == VIN


@pytest.mark.parametrize(
    ("vin", "outcome", "reason"),
    [
        (VIN.lower() + " ", "repaired", "vin_normalised"),
        (VIN[:9] + " " + VIN[9:], "repaired", "vin_normalised"),
        (VIN[:-1], "rejected", "vin_too_short"),
        (VIN + "1", "rejected", "vin_too_long"),
        (VIN[:-1] + "O", "rejected", "vin_with_i_o_q"),
        (VIN[:-1] + "汉", "rejected", "vin_alphabet"),
        (VIN[:-1] + "9", "rejected", "vin_check_digit"),
        ("", "rejected", "vin_missing"),
        ("无", "rejected", "vin_missing"),
    ],
)
def test_vins_are_repaired_or_rejected(tmp_path, vin, outcome, reason):
    (verdict,) = judge_vehicles(tmp_path, [[vin, PLATE]])
    assert (verdict.outcome, verdict.reasons) == (outcome, (reason,))


@pytest.mark.parametrize(
    ("plate", "outcome", "reasons", "cleaned"),
    [
        ("浙Ａ１０００１", "repaired", ("plate_full_width",), PLATE),
        ("浙A·10001", "repaired", ("plate_dotted",), PLATE),
        ("浙A 10001", "repaired", ("plate_dotted",), PLATE),
        ("浙a10001", "repaired", ("plate_lower_case",), PLATE),
        ("浙AD12345", "good", (), "浙AD12345"),
        ("浙A1234警", "good", (), "浙A1234警"),
        ("", "good", (), ""),
        ("新车未上牌", "good", (), ""),
        ("临牌", "good", (), ""),
        ("浙AI0001", "rejected", ("plate_with_i_o",), None),
        ("浙A1000", "rejected", ("plate_not_a_plate",), None),
        ("?A10001", "rejected", ("plate_not_a_plate",), None),
    ],
)
def test_plates_are_repaired_or_rejected(tmp_path, plate, outcome, reasons, cleaned):
    (verdict,) = judge_vehicles(tmp_path, [[VIN, plate]])
    assert (verdict.outcome, verdict.reasons) == (outcome, reasons)
    assert verdict.cleaned.get("plate") == cleaned


def test_the_second_row_of_a_vin_is_a_duplicate_however_it_is_written(tmp_path):
    found = judge_vehicles(tmp_path, [[VIN, PLATE], [VIN.lower(), "浙A·10002"], [VIN, "浙AI0001"]])
    assert [v.outcome for v in found] == ["good", "duplicate", "duplicate"]
    assert found[1].reasons == ("vin_twice",)


def test_a_plate_that_moved_from_car_to_car_is_noted(tmp_path):
    second = judge_vehicles(tmp_path, [[VIN, PLATE], [make_vin(2), PLATE]])[1]
    assert (second.outcome, second.notes) == ("good", ("plate_on_other_vehicle",))


def test_an_impossible_day_and_a_two_digit_year_are_rejected(tmp_path):
    rows = [[VIN, PLATE, "2023-02-30"], [make_vin(2), "浙A10002", "23-05-01"]]
    found = judge_vehicles(tmp_path, rows, [*VEHICLE_TITLES, "购车日期"])
    assert [v.reasons for v in found] == [
        ("date_impossible:purchased_on",),
        ("date_two_digit_year:purchased_on",),
    ]


def test_a_reading_that_cannot_be_read_costs_the_reading_only(tmp_path):
    rows = [[VIN, PLATE, "约8万"], [make_vin(2), "浙A10002", 99999999], [make_vin(3), "浙A10003", "#N/A"]]
    found = judge_vehicles(tmp_path, rows, [*VEHICLE_TITLES, "里程"])
    assert [v.reasons for v in found] == [
        ("mileage_unreadable",),
        ("mileage_implausible",),
        ("value_lost:mileage_km",),
    ]
    assert [v.cleaned["mileage_km"] for v in found] == [None] * 3
    assert found[0].cleaned["extra"] == {"mileage_km": "约8万"}


def test_a_number_that_excel_took_for_a_date_is_not_imported(tmp_path):
    titles = [*VEHICLE_TITLES, "发动机号", "客户编号"]
    rows = [[VIN, PLATE, datetime(2026, 3, 1), "C1"]]
    (verdict,) = judge_vehicles(tmp_path, rows, titles)
    assert verdict.reasons == ("value_lost:engine_number",)
    assert verdict.cleaned["engine_number"] == ""


def test_the_owner_is_looked_for_among_accepted_customers_only(tmp_path):
    write_csv(tmp_path, [CUSTOMER_TITLES, ["C1", "张三", "13812345678"], ["C2", "李四", ""]])
    rows = [[VIN, PLATE, "c1"], [make_vin(2), "浙A10002", "C2"], [make_vin(3), "浙A10003", None]]
    write_xlsx(tmp_path, [[*VEHICLE_TITLES, "客户编号"], *rows])
    found = verdicts(tmp_path)["vehicles"]
    assert [v.outcome for v in found] == ["good"] * 3
    assert [v.cleaned["owner_known"] for v in found] == [True, False, False]
    assert [v.notes for v in found] == [(), ("owner_unknown",), ()]
