"""Text tables: encodings, separators, broken quotation."""

import pytest

from apps.imports.legacy import csvfile
from apps.imports.legacy.errors import FileRefused
from tests.imports.files import CUSTOMER_TITLES, judge_customers, records, verdicts, write_csv, write_text


def judge_text(folder, text):
    write_text(folder, text)
    return verdicts(folder)["customers"]


ROW = ["C1", "张䶮", "13812345678"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_every_encoding_of_old_systems_is_told_by_looking(tmp_path, encoding):
    write_csv(tmp_path, [CUSTOMER_TITLES, ROW, ROW, ROW], encoding=encoding)
    assert [r.values["name"] for r in records(tmp_path)] == ["张䶮"] * 3


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_every_usual_separator_is_told_by_looking(tmp_path, separator):
    write_csv(tmp_path, [[*CUSTOMER_TITLES, "备注"], [*ROW, "怕等待,喜静;VIP"]], separator=separator)
    (record,) = records(tmp_path)
    assert record.values == {
        "number": "C1",
        "name": "张䶮",
        "phone": "13812345678",
        "note": "怕等待,喜静;VIP",
    }


def test_excels_separator_hint_line_is_no_row(tmp_path):
    write_text(tmp_path, "sep=;\r\n客户编号;姓名;手机\r\nC1;张三;13812345678\r\n")
    assert [(r.row, r.values["name"]) for r in records(tmp_path)] == [(3, "张三")]


def test_one_broken_byte_does_not_turn_a_utf_8_file_into_another(tmp_path):
    rows = [CUSTOMER_TITLES, *[[f"C{n}", "欧阳娜娜", "13812345678"] for n in range(100)]]
    path = write_csv(tmp_path, rows)
    path.write_bytes(path.read_bytes() + "C999,李".encode() + b"\xff" + b",13812345678\r\n")
    assert csvfile.detect_encoding(path) == "utf-8"
    assert records(tmp_path)[-1].values["name"] == "李\ufffd"


def test_a_destroyed_name_is_rejected(tmp_path):
    path = write_csv(tmp_path, [CUSTOMER_TITLES, ROW], encoding="gb18030")
    path.write_bytes(path.read_bytes() + b"C2,\xff\xff,13812345678\r\n")
    assert records(tmp_path)[1].values["name"] == "\ufffd\ufffd"


def test_line_breaks_inside_quotation_stay_in_the_cell(tmp_path):
    write_text(
        tmp_path, '客户编号,姓名,手机,备注\r\nC1,张三,13812345678,"一\r\n二"\r\nC2,李四,13812345679,\r\n'
    )
    first, second = records(tmp_path)
    assert first.values["note"] == "一\r\n二"
    assert second.row == 3


def test_a_quotation_that_never_closes_costs_one_row_only(tmp_path):
    rows = "".join(f"C{n},李四,1381234{n:04d}\n" for n in range(1, 301))
    found = judge_text(tmp_path, f'客户编号,姓名,手机\nC0,"张三,13812345678\n{rows}')
    assert found[0].reasons[0] == "quote_never_closed"
    assert [v.outcome for v in found[1:]] == ["good"] * 300


def test_quotation_marks_inside_a_cell_are_text(tmp_path):
    write_text(
        tmp_path, '客户编号,姓名,手机,备注\nC1,张三,13812345678,19" 轮毂\nC2,"李""四""",13812345679,x\n'
    )
    first, second = records(tmp_path)
    assert first.values["note"] == '19" 轮毂'
    assert second.values["name"] == '李"四"'


def test_a_separator_in_an_unquoted_text_is_told_as_such(tmp_path):
    found = judge_text(
        tmp_path,
        "客户编号,姓名,备注,手机\nC1,张三,怕等待,喜静,13812345678\nC2,李四,,13812345679\nC3,王五,,13812345670\n",
    )
    assert found[0].outcome == "rejected"
    assert found[0].reasons[0] == "more_cells_than_titles"
    assert [v.outcome for v in found[1:]] == ["good", "good"]


def test_a_last_column_without_title_is_no_shift(tmp_path):
    found = judge_text(tmp_path, "客户编号,姓名,手机\nC1,张三,13812345678,x\nC2,李四,13812345679,y\n")
    assert [v.outcome for v in found] == ["good", "good"]


def test_zero_bytes_and_old_mac_line_ends_are_read(tmp_path):
    write_text(tmp_path, "客户编号,姓名,手机\rC1,张\0三,13812345678\r")
    assert records(tmp_path)[0].values["name"] == "张三"


def test_formula_texts_stay_texts(tmp_path):
    names = ['=HYPERLINK("http://x","袁洋")', "=1+1", "+123", "@SUM", "-x"]
    found = judge_customers(tmp_path, [[f"C{n}", name, f"1381234567{n}"] for n, name in enumerate(names)])
    assert [(v.outcome, v.cleaned["name"]) for v in found] == [("good", name) for name in names]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "客户.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refusal:
        csvfile.detect_encoding(path)
    assert refusal.value.code == "empty"


def test_a_picture_named_as_a_table_is_refused(tmp_path):
    path = tmp_path / "客户.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    with pytest.raises(FileRefused) as refusal:
        csvfile.detect_encoding(path)
    assert refusal.value.code == "not_a_table"


def test_a_line_without_end_is_refused_before_it_fills_memory(tmp_path):
    path = write_text(tmp_path, "客户编号,姓名,手机\n" + "x" * (csvfile.LONGEST_LINE + 1))
    with pytest.raises(FileRefused):
        list(csvfile.read_lines(path, "utf-8", ","))
