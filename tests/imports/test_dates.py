"""Dates: every form with one meaning is read, every other is refused with the reason."""

from datetime import date, datetime, time

import pytest

from apps.imports.legacy.dates import read_moment
from apps.imports.legacy.errors import Unreadable
from tests.imports.files import judge_vehicles, make_vin

FIRST_OF_MAY = date(2023, 5, 1)


@pytest.mark.parametrize(
    "raw",
    [
        "2023-05-01",
        "2023/5/1",
        "2023年5月1日",
        "2023年05月01号",
        "2023.05.01",
        "2023.5.1.",
        "20230501",
        " 2023-5-1 ",
        "２０２３－０５－０１",
        "2023。5。1",
        "2023 05 01",
        "'2023-05-01",
        "2023-05-01 00:00:00",
        "2023/5/1 0:00",
        "2023-05-01T00:00:00.000",
        "2023年5月1日 星期一",
        "2023-05-01(周一)",
        "Mon, 1 May 2023",
        "01-May-2023",
        "May 1, 2023",
        "45047",
        45047,
        45047.0,
        20230501,
        "20230501000000",
        datetime(2023, 5, 1),
        date(2023, 5, 1),
    ],
)
def test_a_day_is_read_in_every_form_with_one_meaning(raw):
    assert read_moment(raw) == FIRST_OF_MAY


@pytest.mark.parametrize(
    "raw",
    [
        "2024-03-01 14:30",
        "2024/3/1 下午2:30",
        "2024年3月1日下午2点半",
        "2024年3月1日 14时30分",
        "2024-03-01 2:30 PM",
        "2024-03-01 pm 2:30",
        "20240301143000",
        "202403011430",
        "2024-03-01T14:30:00+08:00",
        "2024-03-01T06:30:00Z",
        45352.604166666664,
        datetime(2024, 3, 1, 14, 29, 59, 999_600),
    ],
)
def test_a_time_of_day_is_read_in_the_stores_zone(raw):
    assert read_moment(raw) == datetime(2024, 3, 1, 14, 30)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("2024-03-01 中午12:10", 12),
        ("2024-03-01 中午1:10", 13),
        ("2024-03-01 凌晨12:10", 0),
        ("2024-03-01 上午9:10", 9),
    ],
)
def test_chinese_parts_of_the_day_are_understood(raw, hour):
    assert read_moment(raw) == datetime(2024, 3, 1, hour, 10)


@pytest.mark.parametrize(("raw", "day"), [("13/05/2023", 13), ("5/13/2023", 13), ("5/5/2023", 5)])
def test_a_year_behind_is_read_where_day_and_month_cannot_be_confused(raw, day):
    assert read_moment(raw) == date(2023, 5, day)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "  ",
        "-",
        "－",
        "—",
        "/",
        "无",
        "NULL",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "1900/1/0",
        "1900-01-01",
        0,
        "0001-01-01",
        datetime(1899, 12, 30),
        "1970-01-01",
    ],
)
def test_fillers_are_no_dates(raw):
    assert read_moment(raw) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2023-02-30", "date_impossible"),
        ("2023年13月1日", "date_impossible"),
        (20231301, "date_impossible"),
        ("99999999", "date_impossible"),
        ("2023-00-10", "date_impossible"),
        ("2025-02-29", "date_impossible"),
        ("23-05-01", "date_two_digit_year"),
        ("23/5/1", "date_two_digit_year"),
        ("230501", "date_two_digit_year"),
        ("23年5月1日", "date_two_digit_year"),
        ("1-May-23", "date_two_digit_year"),
        ("12/30/99", "date_two_digit_year"),
        ("05/06/2023", "date_ambiguous"),
        ("2023-05", "date_incomplete"),
        ("2023年5月", "date_incomplete"),
        ("2023", "date_incomplete"),
        (2023, "date_incomplete"),
        ("202305", "date_incomplete"),
        ("1850-01-01", "date_implausible"),
        ("2203-05-01", "date_implausible"),
        ("2023-05-01 25:00", "time_impossible"),
        ("2023-05-01 12:61", "time_impossible"),
        ("下午2:30", "date_unreadable"),
        ("去年", "date_unreadable"),
        (True, "date_unreadable"),
        (12, "date_unreadable"),
        (time(8, 0), "date_unreadable"),
        ("12", "date_unreadable"),
        (0.5, "date_unreadable"),
        ("1e5", "date_unreadable"),
    ],
)
def test_what_has_no_or_two_meanings_is_refused_with_the_reason(raw, code):
    with pytest.raises(Unreadable) as refusal:
        read_moment(raw)
    assert refusal.value.code == code


def test_the_last_day_of_the_export_is_not_the_future_and_the_next_one_is(tmp_path):
    titles = ["VIN", "车牌", "购车日期"]
    rows = [[make_vin(1), "浙A10001", "2026-11-20"], [make_vin(2), "浙A10002", "2026年11月21日"]]
    found = judge_vehicles(tmp_path, rows, titles)
    assert [v.reasons for v in found] == [(), ("purchase_date_in_future",)]


def test_a_date_due_later_may_lie_in_the_future(tmp_path):
    (verdict,) = judge_vehicles(
        tmp_path, [[make_vin(1), "浙A10001", "2027-05-01"]], ["VIN", "车牌", "保险到期"]
    )
    assert verdict.outcome == "good"
    assert verdict.cleaned["insurance_due_on"] == date(2027, 5, 1)
