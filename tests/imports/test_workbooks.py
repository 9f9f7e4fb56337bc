"""Excel workbooks as people and poor exporters save them."""

from datetime import date, datetime

import openpyxl
import pytest

from apps.imports.legacy.cells import CellError
from apps.imports.legacy.folder import open_folder
from tests.imports.files import (
    CUSTOMER_TITLES,
    VEHICLE_TITLES,
    inline_row,
    make_vin,
    opened,
    records,
    skipped,
    verdicts,
    write_raw_xlsx,
    write_sheets,
    write_xlsx,
)

ROW = ["C1", "张三", "13812345678"]


def refusal_code(folder):
    (refusal,) = open_folder(folder).refused
    return refusal.code


def test_titles_below_a_heading_and_beside_a_blank_column_are_found(tmp_path):
    rows = [["客户档案导出", None], [], [None, "查询条件:全部"], [None, *CUSTOMER_TITLES], [None, *ROW]]
    write_xlsx(tmp_path, rows, name="a.xlsx")
    (record,) = records(tmp_path)
    assert (record.row, record.values) == (5, {"number": "C1", "name": "张三", "phone": "13812345678"})


def test_a_workbook_is_read_as_openpyxl_reads_it(tmp_path):
    rows = [
        [*VEHICLE_TITLES, "购车日期", "里程"],
        [make_vin(1), "浙A10001", date(2020, 2, 29), 12.5],
        [make_vin(2), "浙A10002", datetime(2020, 3, 1, 14, 30), 7],
    ]
    path = write_xlsx(tmp_path, rows)
    theirs = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [
        tuple(r.values[f] for f in ("vin", "plate", "purchased_on", "mileage_km")) for r in records(tmp_path)
    ] == theirs


def test_every_visible_sheet_with_titles_is_read_and_the_others_are_named(tmp_path):
    sheets = {
        "一": [CUSTOMER_TITLES, ROW],
        "二": [CUSTOMER_TITLES, ["C2", "李四", "13812345679"]],
        "说明": [["无"]],
        "!旧": [CUSTOMER_TITLES, ["C9", "旧", "13812345670"]],
    }
    write_sheets(tmp_path, sheets, name="客户.xlsx")
    folder = opened(tmp_path)
    assert [table.name for table in folder.tables] == ["客户.xlsx/一", "客户.xlsx/二"]
    assert [name for name, _why in folder.ignored] == ["客户.xlsx/说明", "客户.xlsx/旧"]


def test_positions_styles_and_a_dimension_may_be_missing(tmp_path):
    write_raw_xlsx(
        tmp_path,
        f"<worksheet><sheetData>{inline_row(CUSTOMER_TITLES)}{inline_row(ROW)}</sheetData></worksheet>",
    )
    assert records(tmp_path)[0].values["phone"] == "13812345678"


def test_a_wrong_dimension_hides_nothing(tmp_path):
    data = f"<sheetData>{inline_row(CUSTOMER_TITLES)}{inline_row(ROW)}</sheetData>"
    write_raw_xlsx(tmp_path, f'<worksheet><dimension ref="A1"/>{data}</worksheet>')
    assert len(records(tmp_path)) == 1


def test_prefixed_names_and_backslashes_of_other_programs_are_understood(tmp_path):
    rows = "".join(
        "<x:row>" + "".join(f'<x:c t="inlineStr"><x:is><x:t>{v}</x:t></x:is></x:c>' for v in row) + "</x:row>"
        for row in (CUSTOMER_TITLES, ROW)
    )
    sheet = f'<x:worksheet xmlns:x="x"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    write_raw_xlsx(tmp_path, "<worksheet/>", parts={"xl/worksheets/sheet1.xml": sheet})
    assert records(tmp_path)[0].values["name"] == "张三"


def test_shared_texts_leave_out_reading_aids_and_resolve_escapes(tmp_path):
    texts = (
        "<si><t>客户编号</t></si>"
        "<si><r><t>客户</t></r><r><t>名称</t></r><rPh><t>kana</t></rPh></si>"
        "<si><t>手机</t></si>"
        "<si><t>张_x000D_三</t></si>"
    )
    titles = "".join(f'<c t="s"><v>{n}</v></c>' for n in range(3))
    cells = '<c t="inlineStr"><is><t>C1</t></is></c><c t="s"><v>3</v></c><c><v>13812345678</v></c>'
    rows = f"<row>{titles}</row><row>{cells}</row>"
    parts = {"xl/sharedStrings.xml": f"<sst>{texts}</sst>"}
    write_raw_xlsx(tmp_path, f"<worksheet><sheetData>{rows}</sheetData></worksheet>", parts=parts)
    (record,) = records(tmp_path)
    assert record.values == {"number": "C1", "name": "张\r三", "phone": 13812345678}


def test_a_shared_text_that_does_not_exist_is_an_error_cell_not_a_crash(tmp_path):
    rows = f'{inline_row(CUSTOMER_TITLES)}<row><c t="s"><v>99</v></c><c t="s"><v>x</v></c></row>'
    write_raw_xlsx(tmp_path, f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
    assert isinstance(records(tmp_path)[0].values["number"], CellError)


def test_a_formula_counts_with_its_result_and_without_one_is_told(tmp_path):
    name = '<c t="str"><f>A1</f><v>张三</v></c>'
    row = f'<row><c t="inlineStr"><is><t>C1</t></is></c>{name}<c><f>1+1</f></c></row>'
    write_raw_xlsx(
        tmp_path, f"<worksheet><sheetData>{inline_row(CUSTOMER_TITLES)}{row}</sheetData></worksheet>"
    )
    (record,) = records(tmp_path)
    assert record.values["name"] == "张三"
    assert record.values["phone"] == CellError("formula_without_value", "=1+1")


def test_a_name_that_became_a_formula_keeps_its_text(tmp_path):
    write_xlsx(
        tmp_path, [CUSTOMER_TITLES, ["C1", '=HYPERLINK("http://x","袁洋")', "13812345678"]], name="客户.xlsx"
    )
    (verdict,) = verdicts(tmp_path)["customers"]
    assert (verdict.outcome, verdict.cleaned["name"]) == ("good", '=HYPERLINK("http://x","袁洋")')


def test_error_cells_and_booleans_are_told_apart_from_texts(tmp_path):
    write_xlsx(
        tmp_path,
        [CUSTOMER_TITLES, ["#N/A", True, "13812345678"], ["C2", "李四", 13812345679.0]],
        name="客户.xlsx",
    )
    first, second = verdicts(tmp_path)["customers"]
    assert first.reasons == ("cell_is_error:number",)
    assert (second.outcome, second.cleaned["phone"]) == ("good", "+8613812345679")


def test_days_of_the_1904_calendar_are_right_with_and_without_style(tmp_path):
    rows = [
        [*VEHICLE_TITLES, "购车日期"],
        [make_vin(1), "浙A10001", date(2020, 5, 1)],
        [make_vin(2), "浙A10002", 42490],
    ]
    write_sheets(tmp_path, {"S": rows}, name="车辆.xlsx", epoch_1904=True)
    assert [v.cleaned["purchased_on"] for v in verdicts(tmp_path)["vehicles"]] == [date(2020, 5, 1)] * 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "protected",
        ),
        (b"<html><table><tr><td>\xbf\xcd</td></tr></table></html>", "web_page"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook></Workbook>',
            "xml_spreadsheet",
        ),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"", "empty"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_way_out(tmp_path, content, code):
    (tmp_path / "客户.xls").write_bytes(content)
    assert refusal_code(tmp_path) == code
    assert "客户.xls" in str(open_folder(tmp_path).refused[0])


def test_text_named_as_excel_is_read_as_the_text_it_is(tmp_path):
    (tmp_path / "客户.xls").write_bytes(
        "\t".join(CUSTOMER_TITLES).encode("gb18030") + b"\r\n" + "\t".join(ROW).encode("gb18030")
    )
    assert records(tmp_path)[0].values["name"] == "张三"


def test_a_workbook_with_a_doctype_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
    write_raw_xlsx(tmp_path, bomb)
    assert refusal_code(tmp_path) == "damaged"


def test_other_archives_are_refused_by_name(tmp_path):
    write_raw_xlsx(tmp_path, "<worksheet/>", parts={"xl/workbook.bin": "x"}, name="客户.xlsb")
    assert refusal_code(tmp_path) == "binary_excel"
    (tmp_path / "客户.xlsb").unlink()
    write_raw_xlsx(tmp_path, "<worksheet/>", parts={"mimetype": "x", "content.xml": "x"}, name="客户.ods")
    assert refusal_code(tmp_path) == "open_document"


def test_total_lines_repeated_titles_and_footers_are_no_rows(tmp_path):
    rows = [
        CUSTOMER_TITLES,
        ROW,
        ["本页小计:", 1],
        [],
        CUSTOMER_TITLES,
        ["C2", "李四", "13812345679"],
        ["合 计", "2"],
        ["Total", 2],
        ["制表人:王五 打印时间:2026-11-20"],
        ["第1页 共2页"],
    ]
    write_xlsx(tmp_path, rows, name="客户.xlsx")
    assert [r.row for r in records(tmp_path)] == [2, 6]
    assert skipped(tmp_path) == [
        (3, "total_line"),
        (5, "header_again"),
        (7, "total_line"),
        (8, "total_line"),
        (9, "footer"),
        (10, "footer"),
    ]


def test_a_customer_called_like_a_total_is_a_row(tmp_path):
    write_xlsx(tmp_path, [["姓名", "客户编号", "手机"], ["合计", "C1", "13812345678"]], name="客户.xlsx")
    assert len(records(tmp_path)) == 1
