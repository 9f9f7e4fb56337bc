"""Which files of a directory are tables, and which column holds what."""

import pytest

from apps.imports.legacy.folder import open_folder
from apps.imports.legacy.headers import find_header, title_key
from tests.imports.files import (
    CUSTOMER_TITLES,
    VEHICLE_TITLES,
    VISIT_TITLES,
    make_vin,
    opened,
    records,
    write_csv,
    write_text,
    write_xlsx,
)


def test_tables_are_known_by_their_titles_whatever_the_file_is_called(tmp_path):
    write_csv(tmp_path, [VISIT_TITLES, ["x"]], name="1.csv")
    write_xlsx(tmp_path, [VEHICLE_TITLES, ["x"]], name="2.xlsx")
    write_csv(tmp_path, [CUSTOMER_TITLES, ["x"]], name="3.txt")
    assert [(t.kind, t.name) for t in opened(tmp_path).tables] == [
        ("customers", "3.txt"),
        ("vehicles", "2.xlsx"),
        ("history", "1.csv"),
    ]


def test_english_titles_are_understood(tmp_path):
    write_csv(
        tmp_path, [["Customer No.", "Name", "Mobile Phone"], ["C1", "Zhang", "13812345678"]], name="a.csv"
    )
    write_csv(tmp_path, [["VIN", "Plate No", "Purchase Date"], ["x", "y", "z"]], name="b.csv")
    write_csv(tmp_path, [["RO No", "VIN", "Arrival Date", "Labour", "Parts", "Total"], ["x"]], name="c.csv")
    assert [t.kind for t in opened(tmp_path).tables] == ["customers", "vehicles", "history"]


def test_parts_of_one_kind_follow_each_other_in_natural_order(tmp_path):
    for n in (10, 2, 1):
        write_csv(tmp_path, [VISIT_TITLES, ["x"]], name=f"维修{n}.csv")
    assert [t.name for t in opened(tmp_path).tables] == ["维修1.csv", "维修2.csv", "维修10.csv"]


def test_other_files_are_left_alone(tmp_path):
    write_text(tmp_path, "hello", name="README.md")
    write_text(tmp_path, "{}", name="answer.json")
    write_text(tmp_path, "just a remark\nand another", name="remarks.txt")
    write_text(tmp_path, "lock", name="~$客户.xlsx")
    write_csv(tmp_path, [["工号", "部门"], ["1", "2"]], name="员工.csv")
    folder = opened(tmp_path)
    assert folder.tables == []
    assert [name for name, _why in folder.ignored] == ["remarks.txt", "员工.csv"]


@pytest.mark.parametrize(
    ("name", "titles", "column"),
    [
        ("客户.csv", ["客户编号", "客户名称", "性别"], "手机号码"),
        ("客户.csv", ["客户名称", "手机", "性别"], "客户编号"),
        ("车辆.csv", ["车牌号", "品牌", "车型", "购车日期"], "车架号"),
        ("维修.csv", ["工单号", "车架号", "维修项目", "合计"], "进厂日期"),
    ],
)
def test_a_missing_column_is_refused_by_its_name(tmp_path, name, titles, column):
    write_csv(tmp_path, [titles, ["x"] * len(titles)], name=name)
    (refusal,) = open_folder(tmp_path).refused
    assert (refusal.code, refusal.params["column"]) == ("column_missing", column)
    assert column in str(refusal)
    assert name in str(refusal)


def test_a_table_with_titles_only_has_no_rows_and_no_fault(tmp_path):
    write_csv(tmp_path, [CUSTOMER_TITLES])
    assert records(tmp_path) == []


def test_a_missing_directory_is_told(tmp_path):
    with pytest.raises(NotADirectoryError):
        open_folder(tmp_path / "nowhere")


def test_columns_stand_in_any_order_and_unknown_ones_are_kept(tmp_path):
    write_csv(
        tmp_path,
        [["序号", "手机", "积分", "姓名", "客户编号", "积分"], ["1", "13812345678", "5", "张三", "C1", "7"]],
    )
    (record,) = records(tmp_path)
    assert record.values == {"phone": "13812345678", "name": "张三", "number": "C1"}
    assert record.extra == {"序号": "1", "积分": "5", "积分 (2)": "7"}


def test_the_better_title_wins_where_two_mean_the_same(tmp_path):
    write_csv(
        tmp_path, [["客户编号", "姓名", "电话", "手机号码"], ["C1", "张三", "0571-88886666", "13812345678"]]
    )
    (record,) = records(tmp_path)
    assert record.values["phone"] == "13812345678"
    assert record.others == {"phone": ["0571-88886666"]}
    assert record.extra == {"电话": "0571-88886666"}


@pytest.mark.parametrize("title", ["车架号(VIN)", "*车架号", " 车 架 号 ：", "车架号\n（17位）", "车架号"])
def test_titles_are_compared_without_stars_brackets_and_blanks(title):
    assert title_key(title) == "车架号"


def test_the_richest_line_is_the_title_line():
    lines = [
        (1, ["车主信息", None, "车辆信息"]),
        (2, ["车主", "联系电话", "客户编号", "备注"]),
        (3, ["张三", "1", "C1", "x"]),
    ]
    header = find_header(lines)
    assert header is not None
    assert (header.kind, header.row) == ("customers", 2)


def test_a_table_of_vehicles_with_their_owners_numbers_is_one_of_vehicles(tmp_path):
    titles = ["客户编号", "车牌号", "VIN", "品牌", "里程"]
    write_csv(tmp_path, [titles, ["C1", "浙A10001", make_vin(1), "DS", "5"]], name="x.csv")
    assert opened(tmp_path).tables[0].kind == "vehicles"
