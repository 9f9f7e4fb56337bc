"""A whole small export against its key, line by line reasons included."""

import json
import shutil
from collections import Counter
from datetime import date

import pytest
from django.utils import translation

from apps.imports.legacy import reasons
from apps.imports.legacy.engine import judge
from apps.imports.legacy.folder import open_folder
from apps.imports.legacy.ledger import Ledger
from apps.imports.legacy.tables import Skipped
from apps.imports.legacy.verdicts import Verdict
from tests.imports import make_data
from tests.imports.files import AS_OF, opened, verdicts

KEY = json.loads((make_data.DATA / "key.json").read_text())


def counted(found):
    counts = {"rows": len(found), "good": sum(v.outcome == "good" for v in found)}
    for verdict in found:
        if verdict.outcome != "good":
            reasons_ = counts.setdefault(str(verdict.outcome), {})
            reasons_[verdict.reasons[0]] = reasons_.get(verdict.reasons[0], 0) + 1
    return counts


def test_every_row_of_the_sample_gets_the_verdict_of_its_dirt():
    found = verdicts(make_data.DATA)
    assert {kind: counted(rows) for kind, rows in found.items()} == KEY


def test_a_second_run_of_the_sample_imports_nothing_and_rejects_the_same_rows():
    with Ledger() as ledger:
        first = verdicts(make_data.DATA, ledger)
        ledger.next_run()
        second = verdicts(make_data.DATA, ledger)
    for kind, rows in first.items():
        assert not [v for v in second[kind] if v.imports]
        assert [v.row for v in rows if v.outcome == "rejected"] == [
            v.row for v in second[kind] if v.outcome == "rejected"
        ]


def test_an_interrupted_run_that_starts_again_ends_as_if_it_had_not_been():
    whole = verdicts(make_data.DATA)
    with Ledger() as ledger:
        for table in opened(make_data.DATA).tables:
            next(judge(table, ledger, as_of=AS_OF, batch=60))
        ledger.next_run()
        rest = verdicts(make_data.DATA, ledger)
        for kind, rows in whole.items():
            done = {v.row for v in rest[kind] if v.reasons and v.reasons[0].startswith("already_")}
            by_row = {v.row: v for v in rest[kind]}
            for verdict in rows:
                if verdict.row not in done and verdict.outcome != "duplicate":
                    assert by_row[verdict.row].reasons == verdict.reasons
    total = Counter(v.imports for rows in whole.values() for v in rows)[True]
    assert 0 < Counter(v.imports for rows in rest.values() for v in rows)[True] < total


def test_the_day_of_the_export_decides_what_lies_in_the_future():
    early = verdicts(make_data.DATA, as_of=date(2016, 1, 1))["vehicles"]
    assert sum("purchase_date_in_future" in v.reasons for v in early) > 50


def test_only_the_total_line_is_no_row():
    lines = [line for table in opened(make_data.DATA).tables for line in table.records()]
    assert [line.reason for line in lines if isinstance(line, Skipped)] == ["total_line"]


def test_rows_are_judged_in_the_order_of_their_lines_whatever_the_batch():
    def all_of(batch):
        with Ledger() as ledger:
            tables = opened(make_data.DATA).tables
            return [v for t in tables for b in judge(t, ledger, as_of=AS_OF, batch=batch) for v in b]

    assert all_of(1) == all_of(1000)


def test_nothing_is_judged_ahead_of_the_batch_that_is_asked_for():
    table = opened(make_data.DATA).tables[0]
    learnt = []
    with Ledger() as ledger:
        batches = judge(
            table, ledger, as_of=AS_OF, batch=10, prepare=lambda _k, drafts, _l: learnt.extend(drafts)
        )
        assert len(next(batches)) == len(learnt) == 10


def test_what_the_database_knows_can_be_told_before_a_batch_is_judged():
    def learn(kind, drafts, ledger):
        for draft in drafts:
            ledger.learn(kind, draft.key)

    table = opened(make_data.DATA).tables[0]
    with Ledger() as ledger:
        (batch, *_rest) = judge(table, ledger, as_of=AS_OF, batch=10, prepare=learn)
    assert {v.reasons for v in batch} == {("already_known",)}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_code_that_a_verdict_can_carry_has_a_sentence(language):
    codes = {code for v in all_verdicts() for code in (*v.reasons, *v.notes)}
    with translation.override(language):
        for code in codes:
            assert reasons.text(code) != code.partition(":")[0], code


def all_verdicts():
    return [v for rows in verdicts(make_data.DATA).values() for v in rows]


def test_verdicts_name_codes_of_the_list_only():
    for verdict in all_verdicts():
        assert isinstance(verdict, Verdict)
        for code in (*verdict.reasons, *verdict.notes):
            assert code.partition(":")[0] in reasons.TEXTS


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    shutil.copy(make_data.DATA / "客户档案.csv", tmp_path)
    (tmp_path / "车辆档案.xlsx").write_bytes(b"PK cut off")
    folder = open_folder(tmp_path)
    assert [table.kind for table in folder.tables] == ["customers"]
    assert [refusal.code for refusal in folder.refused] == ["damaged"]
