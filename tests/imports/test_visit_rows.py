"""Verdicts on the repair history."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from apps.imports.legacy.ledger import Ledger
from tests.imports.files import VISIT_TITLES, judge_visits, make_vin, verdicts, write_xlsx

VIN = make_vin(1)


def visit(
    number="R1", vin=VIN, arrived="2026-05-01", left="2026-05-02", km=1000, labour=100, parts=200, total=300
):
    return [number, vin, arrived, left, km, labour, parts, total]


def test_a_visit_is_good_as_it_stands(tmp_path):
    (verdict,) = judge_visits(tmp_path, [visit(arrived="2026年5月1日", left=datetime(2026, 5, 1))])
    assert (verdict.outcome, verdict.reasons) == ("good", ())
    assert verdict.cleaned["arrived_on"] == verdict.cleaned["left_on"] == date(2026, 5, 1)
    assert verdict.cleaned["total_amount"] == Decimal("300.00")
    assert verdict.cleaned["reading_counts"] is True


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({"vin": make_vin(99)}, "rejected", "unknown_vehicle"),
        ({"vin": "x"}, "rejected", "unknown_vehicle"),
        ({"vin": None}, "rejected", "vin_missing"),
        ({"vin": VIN.lower()}, "repaired", "vin_normalised"),
        ({"left": "2026-04-30"}, "rejected", "left_before_it_arrived"),
        ({"arrived": "2026-05-01 14:30", "left": "2026-05-01 14:29"}, "rejected", "left_before_it_arrived"),
        ({"arrived": None}, "rejected", "date_missing:arrived_on"),
        ({"arrived": "2026-11-21", "left": None}, "rejected", "date_in_future:arrived_on"),
        ({"total": 301}, "rejected", "total_not_labour_plus_parts"),
        ({"total": "300.01"}, "rejected", "total_not_labour_plus_parts"),
        ({"total": "¥300.00"}, "repaired", "amount_formatted"),
        ({"total": None}, "repaired", "total_filled_in"),
        ({"total": "免费"}, "rejected", "amount_unreadable:total_amount"),
        ({"labour": -100, "total": 100}, "rejected", "amount_negative:labour_amount"),
        ({"labour": 33.3333, "parts": 66.6667, "total": 100}, "repaired", "amount_rounded"),
        ({"km": "坏表"}, "repaired", "mileage_unreadable"),
    ],
)
def test_what_is_wrong_with_a_visit_is_named(tmp_path, changed, outcome, reason):
    (verdict,) = judge_visits(tmp_path, [visit(**changed)])
    assert (verdict.outcome, verdict.reasons) == (outcome, (reason,))


@pytest.mark.parametrize(
    "changed",
    [
        {"arrived": "2026-05-01 14:30", "left": "2026-05-01"},
        {"left": None},
        {"parts": None, "total": 100},
        {"labour": None, "parts": None, "total": 300},
        {"labour": None, "parts": None, "total": None},
        {"number": None},
        {"km": None},
        {"arrived": "2026-11-20", "left": "2026-11-20"},
    ],
)
def test_empty_optional_cells_are_no_fault(tmp_path, changed):
    (verdict,) = judge_visits(tmp_path, [visit(**changed)])
    assert (verdict.outcome, verdict.reasons) == ("good", ())


def test_an_empty_total_is_added_up(tmp_path):
    (verdict,) = judge_visits(tmp_path, [visit(labour="1,000", parts="¥0.50", total=None)])
    assert verdict.cleaned["total_amount"] == Decimal("1000.50")
    assert verdict.reasons == ("amount_formatted", "total_filled_in")


def test_a_lower_reading_is_kept_flagged_and_not_compared_with(tmp_path):
    rows = [
        visit("R1", arrived="2026-01-01", left=None, km=1000),
        visit("R2", arrived="2026-02-01", left=None, km=900),
        visit("R3", arrived="2026-03-01", left=None, km=950),
        visit("R4", arrived="2026-04-01", left=None, km=1000),
        visit("R5", vin=make_vin(2), arrived="2026-04-01", left=None, km=5),
    ]
    found = judge_visits(tmp_path, rows)
    assert [v.reasons for v in found] == [(), ("mileage_lower",), ("mileage_lower",), (), ()]
    assert [v.cleaned["mileage_km"] for v in found] == [1000, 900, 950, 1000, 5]
    assert [v.cleaned["reading_counts"] for v in found] == [True, False, False, True, True]


def test_a_rejected_visit_leaves_no_reading(tmp_path):
    rows = [visit("R1", arrived="2026-01-01", left=None, km=9000, total=1), visit("R2", km=1000)]
    assert [v.outcome for v in judge_visits(tmp_path, rows)] == ["rejected", "good"]


def test_lines_out_of_order_are_compared_by_the_day_of_the_visit(tmp_path):
    rows = [
        visit("R1", arrived="2026-05-01", left=None, km=5000),
        visit("R2", arrived="2026-01-01", left=None, km=1000),
        visit("R3", arrived="2026-02-01", left=None, km=7000),
        visit("R4", arrived="2026-06-01", left=None, km=4000),
    ]
    found = judge_visits(tmp_path, rows)
    assert [v.reasons for v in found] == [(), (), ("mileage_higher_than_later",), ("mileage_lower",)]


def test_the_same_visit_twice_is_a_duplicate_with_and_without_number(tmp_path):
    rows = [
        visit(),
        visit(),
        visit(None, arrived="2026-06-01", left=None),
        visit(None, arrived="2026-06-01", left=None),
    ]
    found = judge_visits(tmp_path, rows)
    assert [v.outcome for v in found] == ["good", "duplicate", "good", "duplicate"]
    assert found[1].reasons == ("visit_twice",)


def test_another_visit_under_the_same_number_is_not_silently_dropped(tmp_path):
    found = judge_visits(tmp_path, [visit(), visit(parts=300, total=400), visit(vin=make_vin(2))])
    assert [v.outcome for v in found] == ["good", "rejected", "good"]
    assert found[1].reasons == ("order_number_reused",)


def test_a_visit_without_vin_is_told_by_a_plate_that_one_vehicle_bears(tmp_path):
    titles = ["工单号", "车牌号", "进厂日期"]
    vehicles = [[VIN, "浙A10001"], [make_vin(2), "浙A10002"], [make_vin(3), "浙A10002"]]
    rows = [
        ["R1", "浙A·10001", "2026-05-01"],
        ["R2", "浙A10002", "2026-05-01"],
        ["R3", "浙A10009", "2026-05-01"],
    ]
    found = judge_visits(tmp_path, rows, vehicles=vehicles, titles=titles)
    assert found[0].cleaned["vin"] == VIN
    assert [v.reasons for v in found[1:]] == [("plate_ambiguous",), ("unknown_vehicle",)]


def test_a_visit_before_the_purchase_is_noted(tmp_path):
    titles = ["车架号", "车牌号", "购车日期"]
    write_xlsx(tmp_path, [titles, [VIN, "浙A10001", "2026-06-01"]])
    write_xlsx(tmp_path, [VISIT_TITLES, visit()], name="维修.xlsx")
    (verdict,) = verdicts(tmp_path)["history"]
    assert (verdict.outcome, verdict.notes) == ("good", ("arrived_before_purchase",))


def test_a_second_run_finds_every_visit_imported_and_flags_nothing_again(tmp_path):
    rows = [
        visit("R1", arrived="2026-01-01", left=None, km=1000),
        visit("R2", arrived="2026-02-01", left=None, km=900),
        visit(None, arrived="2026-03-01", left=None, km=1100),
        visit("R4", total=1),
    ]
    judge_visits(tmp_path, rows)
    with Ledger() as ledger:
        verdicts(tmp_path, ledger)
        ledger.next_run()
        again = verdicts(tmp_path, ledger)["history"]
    assert [v.reasons for v in again] == [("already_imported",)] * 3 + [("total_not_labour_plus_parts",)]
