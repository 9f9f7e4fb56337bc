"""Whatever stands in a file or cell, the answer is a value or a reason, never a crash."""

import contextlib
import tempfile
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.imports.legacy.cells import CellError, as_code, tidy
from apps.imports.legacy.dates import read_moment
from apps.imports.legacy.engine import judge
from apps.imports.legacy.errors import Unreadable
from apps.imports.legacy.folder import open_folder
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.numbers import read_amount, read_hours, read_mileage
from tests.imports.files import AS_OF, CUSTOMER_TITLES, VEHICLE_TITLES, VISIT_TITLES, make_vin, write_sheets

TEXTS = st.text(max_size=40) | st.text("0123456789-/.:年月日 下午¥,+eE'=\"Ａ１", max_size=25)
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.datetimes(min_value=datetime(1899, 12, 30))
    | st.times()
    | st.just(CellError("cell_is_error", "#N/A"))
)


@pytest.mark.parametrize("read", [read_moment, read_amount, read_mileage, read_hours, as_code])
@settings(max_examples=300, deadline=None)
@given(raw=ANYTHING)
@example(raw="٢٠٢٣-٠٥-٠١")
@example(raw="²³")
@example(raw="99999999999999999999")
@example(raw="9" * 5000)
@example(raw=1e308)
@example(raw=time(8, 0))
def test_a_cell_gives_a_value_or_a_reason(read, raw):
    with contextlib.suppress(Unreadable):
        read(raw)


@settings(max_examples=300, deadline=None)
@given(text=st.text())
def test_tidying_twice_changes_nothing_more(text):
    once = tidy(text)[0]
    assert tidy(once)[0] == once


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=300), head=st.sampled_from(["", ",".join(CUSTOMER_TITLES), "PK\x03\x04", '"'])
)
def test_any_bytes_are_a_table_or_refused(content, head):
    with tempfile.TemporaryDirectory() as name, Ledger() as ledger:
        (Path(name) / "客户.csv").write_bytes(head.encode() + b"\n" + content)
        for table in open_folder(Path(name)).tables:
            for _batch in judge(table, ledger, as_of=AS_OF):
                pass


@settings(max_examples=60, deadline=None)
@given(
    customer=st.lists(TEXTS, min_size=3, max_size=4),
    vehicle=st.lists(TEXTS, min_size=2, max_size=3),
    visit=st.lists(TEXTS, min_size=8, max_size=9),
)
def test_any_texts_in_workbooks_get_one_verdict_a_row(customer, vehicle, visit):
    clean = [
        ["".join(c for c in text if c.isprintable()) for text in row] for row in (customer, vehicle, visit)
    ]
    sheets = {
        "客户": [CUSTOMER_TITLES, clean[0]],
        "车辆": [VEHICLE_TITLES, [make_vin(1), "浙A10001"], clean[1]],
        "维修": [VISIT_TITLES, clean[2], [clean[2][0], make_vin(1), *clean[2][2:]]],
    }
    with tempfile.TemporaryDirectory() as name, Ledger() as ledger:
        write_sheets(Path(name), sheets, name="all.xlsx")
        folder = open_folder(Path(name))
        assert [table.kind for table in folder.tables] == ["customers", "vehicles", "history"]
        for table in folder.tables:
            for batch in judge(table, ledger, as_of=AS_OF):
                assert all(verdict.row > 1 for verdict in batch)
