"""Small exports written by tests."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from apps.core import vin
from apps.imports.legacy.engine import judge
from apps.imports.legacy.folder import Folder, open_folder
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.tables import Record, Skipped
from apps.imports.legacy.verdicts import Verdict

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = '<sheet name="S" r:id="b"/>'
AS_OF = date(2026, 11, 20)
CUSTOMER_TITLES = ["客户编号", "客户名称", "手机号码"]
VEHICLE_TITLES = ["车架号", "车牌号"]
VISIT_TITLES = ["工单号", "车架号", "进厂日期", "出厂日期", "进厂里程", "工时费", "材料费", "合计"]


def make_vin(number: int, prefix: str = "LSVTEST1") -> str:
    """Return a VIN with a right check digit."""
    text = f"{prefix}0GD{number:06d}"
    return text[:8] + vin.check_digit(text) + text[9:]


def write_csv(
    folder: Path,
    rows: list[list[str]],
    *,
    name: str = "客户.csv",
    encoding: str = "utf-8",
    separator: str = ",",
) -> Path:
    """Write a text table."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return write_text(folder, buffer.getvalue(), name=name, encoding=encoding)


def write_text(folder: Path, text: str, *, name: str = "客户.csv", encoding: str = "utf-8") -> Path:
    """Write ``text`` as it stands."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(
    folder: Path, rows: list[list[object]], *, name: str = "车辆.xlsx", sheet: str = "Sheet1"
) -> Path:
    """Write a workbook of one sheet as Excel would."""
    return write_sheets(folder, {sheet: rows}, name=name)


def write_sheets(
    folder: Path, sheets: dict[str, list[list[object]]], *, name: str, epoch_1904: bool = False
) -> Path:
    """Write a workbook; a sheet whose name begins with ``!`` is hidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if epoch_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.lstrip("!"))
        sheet.sheet_state = "hidden" if title.startswith("!") else "visible"
        for row in rows:
            sheet.append(row)
    path = folder / name
    book.save(path)
    return path


def write_raw_xlsx(
    folder: Path, sheet_xml: str, *, name: str = "客户.xlsx", parts: dict[str, str] | None = None
) -> Path:
    """Write a workbook with just the parts that a poor exporter writes: no styles, no document properties."""
    contents = {
        "_rels/.rels": _relations("a", "officeDocument", "/xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns:r="{OFFICE}"><sheets>{SHEET}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("b", "worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet_xml,
        **(parts or {}),
    }
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in contents.items():
            archive.writestr(part, content)
    return path


def _relations(key: str, kind: str, target: str) -> str:
    relation = f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'


def inline_row(values: list[str]) -> str:
    """Return a row of inline texts without any position."""
    cells = "".join(f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' for value in values)
    return f"<row>{cells}</row>"


def records(folder: Path) -> list[Record]:
    """Return the records of the only table of ``folder``."""
    (table,) = opened(folder).tables
    return [line for line in table.records() if isinstance(line, Record)]


def skipped(folder: Path) -> list[tuple[int, str]]:
    """Return the lines of the only table of ``folder`` that are no rows."""
    (table,) = opened(folder).tables
    return [(line.row, line.reason) for line in table.records() if isinstance(line, Skipped)]


def opened(folder: Path) -> Folder:
    """Return what ``folder`` holds; nothing may be refused."""
    found = open_folder(folder)
    assert [str(refusal) for refusal in found.refused] == []
    return found


def verdicts(folder: Path, ledger: Ledger | None = None, *, as_of: date = AS_OF) -> dict[str, list[Verdict]]:
    """Judge all tables of ``folder``; return the verdicts by kind of table."""
    found: dict[str, list[Verdict]] = {}
    used = ledger or Ledger()
    for table in opened(folder).tables:
        for batch in judge(table, used, as_of=as_of, batch=7):
            found.setdefault(table.kind, []).extend(v for v in batch if isinstance(v, Verdict))
    if ledger is None:
        used.close()
    return found


def judge_customers(folder: Path, rows: list[list[str]], titles: list[str] | None = None) -> list[Verdict]:
    """Return the verdicts on customers: number, name, phone unless ``titles`` say otherwise."""
    write_csv(folder, [titles or CUSTOMER_TITLES, *rows])
    return verdicts(folder)["customers"]


def judge_vehicles(folder: Path, rows: list[list[object]], titles: list[str] | None = None) -> list[Verdict]:
    """Return the verdicts on vehicles: VIN, plate unless ``titles`` say otherwise."""
    write_xlsx(folder, [titles or VEHICLE_TITLES, *rows])
    return verdicts(folder)["vehicles"]


def judge_visits(
    folder: Path,
    rows: list[list[object]],
    *,
    vehicles: list[list[object]] | None = None,
    titles: list[str] | None = None,
) -> list[Verdict]:
    """Return the verdicts on visits of the vehicles 1 … 3 (or ``vehicles``: VIN, plate)."""
    known = vehicles or [[make_vin(n), f"浙A1000{n}"] for n in (1, 2, 3)]
    write_xlsx(folder, [VEHICLE_TITLES, *known])
    write_xlsx(folder, [titles or VISIT_TITLES, *rows], name="维修.xlsx")
    return verdicts(folder)["history"]
