"""Writes ``tests/imports/data``: a small export of an invented house with every kind of dirt, and its key.

Run as ``python -m tests.imports.make_data``. The key is written by the dirt, not by the importer: each piece
of dirt says which verdict it must get.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.imports.files import make_vin, write_xlsx

DATA = Path(__file__).with_name("data")
ROWS = 150
_FULL = str.maketrans(
    "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＳＴＵＶＷＸＹＺ",
)

Row = list[object]
Dirt = tuple[str, str, Callable[[Row], None]]


def _set(column: int, value: object) -> Callable[[Row], None]:
    return lambda row: row.__setitem__(column, value)


def _change(column: int, change: Callable[[str], object]) -> Callable[[Row], None]:
    return lambda row: row.__setitem__(column, change(str(row[column])))


def _no_parts(visit: Row) -> None:
    visit[9], visit[10] = None, visit[8]


CUSTOMER_DIRT: list[Dirt] = [
    ("good", "", _set(1, '=HYPERLINK("http://example.com","王")')),
    ("good", "", _set(1, "李䶮")),
    ("good", "", _set(1, "  欧阳娜娜　")),
    ("good", "", _set(7, "怕等待,喜静\n常来")),
    ("good", "", _set(5, "1900-01-01")),
    ("repaired", "phone_full_width", _change(2, lambda t: t.translate(_FULL))),
    ("repaired", "phone_formatted", _change(2, lambda t: f"+86 {t[:3]}-{t[3:7]}-{t[7:]}")),
    ("repaired", "phone_formatted", _change(2, lambda t: f"'{t}")),
    ("repaired", "phone_several", _change(2, lambda t: f"{t}/0571-88886666")),
    ("rejected", "phone_missing", _set(2, "")),
    ("rejected", "phone_too_short", _change(2, lambda t: t[:-1])),
    ("rejected", "phone_too_long", _change(2, lambda t: f"{t}1")),
    ("rejected", "phone_digits_lost", _set(2, "1.38123E+10")),
    ("rejected", "phone_impossible", _set(2, "问他太太")),
    ("rejected", "name_missing", _set(1, "无")),
    ("rejected", "name_lost", _set(1, "???")),
    ("rejected", "customer_number_missing", _set(0, "")),
    ("rejected", "date_impossible:registered_on", _set(5, "2023-02-30")),
    ("rejected", "date_two_digit_year:registered_on", _set(5, "23-05-01")),
    ("rejected", "date_in_future:registered_on", _set(5, "2026-11-21")),
]

VEHICLE_DIRT: list[Dirt] = [
    ("good", "", _set(0, None)),
    ("good", "", _set(0, "新车未上牌")),
    ("good", "", _set(6, 45047)),
    ("good", "", _set(8, "123,456公里")),
    ("good", "", _set(2, None)),
    ("repaired", "plate_full_width", _change(0, lambda t: t.translate(_FULL))),
    ("repaired", "plate_dotted", _change(0, lambda t: f"{t[:2]}·{t[2:]}")),
    ("repaired", "plate_lower_case", _change(0, str.lower)),
    ("repaired", "vin_normalised", _change(1, lambda t: f"{t.lower()} ")),
    ("repaired", "mileage_unreadable", _set(8, "约8万")),
    ("repaired", "value_lost:mileage_km", _set(8, "#N/A")),
    ("rejected", "vin_too_short", _change(1, lambda t: t[:-1])),
    ("rejected", "vin_too_long", _change(1, lambda t: f"{t}1")),
    ("rejected", "vin_with_i_o_q", _change(1, lambda t: f"{t[:-1]}O")),
    ("rejected", "vin_check_digit", _change(1, lambda t: t[:8] + ("1" if t[8] != "1" else "2") + t[9:])),
    ("rejected", "vin_missing", _set(1, None)),
    ("rejected", "plate_with_i_o", _set(0, "浙AI0001")),
    ("rejected", "plate_not_a_plate", _set(0, "A12345")),
    ("rejected", "purchase_date_in_future", _set(6, datetime(2027, 12, 25))),
    ("rejected", "date_ambiguous:purchased_on", _set(6, "05/06/2023")),
    ("rejected", "date_incomplete:purchased_on", _set(6, "2023年5月")),
]

VISIT_DIRT: list[Dirt] = [
    ("good", "", _set(0, None)),
    ("good", "", _set(3, None)),
    ("good", "", _no_parts),
    ("repaired", "amount_formatted", _change(10, lambda t: f"¥{int(t):,}.00")),
    ("repaired", "total_filled_in", _set(10, None)),
    ("repaired", "hours_unreadable", _set(7, "半天")),
    ("repaired", "vin_normalised", _change(1, str.lower)),
    ("rejected", "unknown_vehicle", _set(1, make_vin(999_999))),
    ("rejected", "total_not_labour_plus_parts", _change(10, lambda t: int(t) + 1)),
    ("rejected", "left_before_it_arrived", _set(3, "2001-01-01")),
    ("rejected", "date_missing:arrived_on", _set(2, None)),
    ("rejected", "amount_unreadable:labour_amount", _set(8, "免费")),
]


def _dates(day: date, n: int) -> object:
    """Return ``day`` in the n-th of the forms in which old systems write it."""
    forms = [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y.%m.%d}",
        f"{day:%Y%m%d}",
    ]
    return forms[n % len(forms)]


def _apply(rows: list[Row], dirt: list[Dirt], key: dict, *, first: int) -> None:
    """Dirty the rows from ``first`` on, every second one, and count all rows into ``key``."""
    key.update({"rows": len(rows), "good": len(rows)})
    for outcome, reason, spoil in dirt:
        spoil(rows[first])
        first += 2
        if outcome != "good":
            _count(key, outcome, reason)
            key["good"] -= 1


def _count(key: dict, outcome: str, reason: str) -> None:
    reasons = key.setdefault(outcome, {})
    reasons[reason] = reasons.get(reason, 0) + 1


def _duplicates(rows: list[Row], places: list[int], key: dict, reason: str) -> None:
    """Append copies of good rows."""
    for place in places:
        rows.append(list(rows[place]))
        _count(key, "duplicate", reason)
    key["rows"] = len(rows)


def customers(random_: random.Random) -> tuple[list[Row], dict]:
    """Return titles and rows, and the key."""
    rows: list[Row] = []
    for n in range(ROWS):
        day = date(2019, 1, 1) + timedelta(days=random_.randrange(2500))
        name = random_.choice("王李张刘陈杨黄赵吴周") + random_.choice("伟芳娜敏静丽强磊军洋")
        tail = ["男", "张广", _dates(day, n), "电话", ""]
        rows.append([f"C{1001 + n}", name, f"138{random_.randrange(10**8):08d}", *tail])
    key: dict = {}
    _apply(rows, CUSTOMER_DIRT, key, first=10)
    _duplicates(rows, [1, 3], key, "customer_number_twice")
    titles: Row = ["客户编号", "客户名称", "手机号码", "性别", "服务顾问", "建档日期", "联系偏好", "备注"]
    return [titles, *rows], key


def vehicles(random_: random.Random) -> tuple[list[Row], dict]:
    """Return titles and rows, and the key."""
    rows: list[Row] = []
    for n in range(ROWS):
        day = date(2015, 1, 1) + timedelta(days=random_.randrange(4000))
        bought = datetime(day.year, day.month, day.day) if n % 2 else _dates(day, n // 2)
        plate = f"浙A{10000 + n}" if n % 3 else f"浙AD{10000 + n}"
        tail = ["DS", "DS 7", "白", bought, f"C{1001 + n}", 20_000 + n]
        rows.append([plate, make_vin(n + 1), f"E{7000 + n}", *tail])
    key: dict = {}
    _apply(rows, VEHICLE_DIRT, key, first=10)
    _duplicates(rows, [1, 3, 5], key, "vin_twice")
    titles: Row = [
        "车牌号",
        "车架号(VIN)",
        "发动机号",
        "品牌",
        "车型",
        "颜色",
        "购车日期",
        "客户编号",
        "最近里程(km)",
    ]
    return [titles, *rows], key


def visits(random_: random.Random) -> tuple[list[Row], dict]:
    """Return titles and rows, and the key. Of the ten vehicles each has fifteen visits in time order."""
    rows: list[Row] = []
    for n, (vehicle, day, km) in enumerate(_timeline(random_)):
        labour, parts = random_.randrange(50, 500), random_.randrange(0, 2000)
        left = datetime(day.year, day.month, day.day) + timedelta(days=n % 2)
        work = ["保养", "机油机滤更换", 0.8, labour, parts, labour + parts, "张广", "何鑫"]
        rows.append([f"RO{n:05d}", make_vin(vehicle), _dates(day, n), left, km, *work])
    key: dict = {}
    _apply(rows, VISIT_DIRT, key, first=3)
    for place in (40, 70, 100):
        rows[place][4] = int(str(rows[place - 1][4])) - 10
        _count(key, "repaired", "mileage_lower")
        key["good"] -= 1
    _duplicates(rows, [0], key, "visit_twice")
    titles: Row = ["工单号", "车架号", "进厂日期", "出厂日期", "进厂里程", "维修类别", "维修项目", "工时"]
    return [[*titles, "工时费", "材料费", "合计", "服务顾问", "技师"], *rows], key


def _timeline(random_: random.Random) -> Iterator[tuple[int, date, int]]:
    for vehicle in range(1, 11):
        for n in range(ROWS // 10):
            yield (
                vehicle,
                date(2021, 1, 1) + timedelta(days=100 * n + random_.randrange(90)),
                1000 + 900 * n + vehicle,
            )


def main() -> None:
    """Write the three files and the key."""
    DATA.mkdir(exist_ok=True)
    random_ = random.Random(20261120)
    tables = {"customers": customers(random_), "vehicles": vehicles(random_), "history": visits(random_)}
    buffer = io.StringIO()
    total: Row = ["合计", str(len(tables["customers"][0]) - 1), "", "", "", "", "", ""]
    csv.writer(buffer, lineterminator="\r\n").writerows([*tables["customers"][0], total])
    (DATA / "客户档案.csv").write_bytes(buffer.getvalue().encode("gb18030"))
    write_xlsx(DATA, [["车辆档案导出"], *tables["vehicles"][0]], name="车辆档案.xlsx")
    write_xlsx(DATA, tables["history"][0], name="维修历史.xlsx")
    key = {kind: counts for kind, (_rows, counts) in tables.items()}
    (DATA / "key.json").write_text(json.dumps(key, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
