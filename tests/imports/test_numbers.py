"""Amounts, readings, hours and codes out of cells."""

from datetime import datetime
from decimal import Decimal

import pytest

from apps.imports.legacy.cells import as_code, tidy
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.numbers import read_amount, read_hours, read_mileage


@pytest.mark.parametrize(
    ("raw", "km"),
    [
        (12345, 12345),
        (12345.0, 12345),
        ("12,345公里", 12345),
        ("12345 KM", 12345),
        ("12345km", 12345),
        ("1.2万公里", 12000),
        ("8万", 80000),
        ("１２３４５", 12345),
        ("12345.0", 12345),
        ("", None),
        (None, None),
        ("不详", None),
    ],
)
def test_readings_are_read_with_separators_and_units(raw, km):
    assert read_mileage(raw) == (km, "")


@pytest.mark.parametrize("raw", [0, 1, 11, "11", 999999, "999,999公里"])
def test_fillers_of_old_systems_mean_an_unknown_reading(raw):
    assert read_mileage(raw) == (None, "mileage_unknown")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("约8万", "mileage_unreadable"),
        ("12,34", "mileage_unreadable"),
        (True, "mileage_unreadable"),
        (datetime(2023, 5, 1), "mileage_unreadable"),
        (-5, "mileage_implausible"),
        ("-5", "mileage_implausible"),
        (13812345678, "mileage_implausible"),
    ],
)
def test_readings_that_cannot_be_are_not_guessed(raw, code):
    with pytest.raises(Unreadable) as refusal:
        read_mileage(raw)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("raw", "value", "repair"),
    [
        (144, "144.00", ""),
        ("144", "144.00", ""),
        ("144.5", "144.50", ""),
        (0.1 + 0.2, "0.30", ""),
        (123.45000000000002, "123.45", ""),
        ("¥1,234.56", "1234.56", "amount_formatted"),
        ("1,234", "1234.00", "amount_formatted"),
        ("１２元", "12.00", "amount_formatted"),
        (33.3333, "33.33", "amount_rounded"),
        ("¥33.335", "33.34", "amount_rounded"),
        (-5, "-5.00", ""),
    ],
)
def test_amounts_are_exact_to_the_fen(raw, value, repair):
    assert read_amount(raw) == (Decimal(value), repair)


@pytest.mark.parametrize("raw", ["12,34", "免费", "(5)", True, 1e15, datetime(2023, 5, 1)])
def test_what_is_no_amount_is_refused(raw):
    with pytest.raises(Unreadable) as refusal:
        read_amount(raw)
    assert refusal.value.code == "amount_unreadable"


@pytest.mark.parametrize(
    ("raw", "hours"), [(1.2, "1.20"), ("1.2小时", "1.20"), (2, "2.00"), ("0.5h", "0.50")]
)
def test_hours_are_read_with_units(raw, hours):
    assert read_hours(raw) == Decimal(hours)


@pytest.mark.parametrize("raw", ["一小时", "-1", 5000])
def test_hours_that_cannot_be_are_refused(raw):
    with pytest.raises(Unreadable):
        read_hours(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (100931.0, "100931"),
        ("100931.0", "100931"),
        ('="000123"', "000123"),
        ("'000123", "000123"),
        ("000123", "000123"),
        (13812345678, "13812345678"),
        ("1.3812345678E+10", "13812345678"),
        ("C100\u200b931 ", "C100931"),
        ("\u202d13812345678\u202c", "13812345678"),
        ("12E5", "12E5"),
        ("3.0", "3.0"),
    ],
)
def test_codes_lose_only_what_spreadsheets_put_around_them(raw, code):
    assert as_code(raw)[0] == code


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("1.38123E+10", "digits_lost"),
        (1.2345678901234568e17, "digits_lost"),
        (datetime(2026, 3, 1), "code_became_date"),
    ],
)
def test_codes_that_excel_has_spoilt_are_refused(raw, problem):
    with pytest.raises(Unreadable) as refusal:
        as_code(raw)
    assert refusal.value.code == problem


@pytest.mark.parametrize(
    ("raw", "text", "dirty"),
    [
        ("张三", "张三", False),
        ("　张三　", "张三", False),
        ("张\u200b三", "张三", True),
        ("张\x07三", "张三", True),
        ("张\n三", "张 三", False),
        ("\ufeff张三", "张三", True),
        ("买买提·艾力", "买买提·艾力", False),
        ("（北京）", "（北京）", False),
        ("'t Hooft", "'t Hooft", False),
    ],
)
def test_texts_lose_only_what_nobody_sees(raw, text, dirty):
    assert tidy(raw) == (text, dirty)
