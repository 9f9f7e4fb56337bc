"""``manage.py import_legacy``: what it prints, writes and answers."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Store
from apps.customers.models import Customer
from apps.desk.models import Event
from apps.imports.models import ImportRun
from tests.customers.factories import make_customer, make_vehicle
from tests.imports import make_data
from tests.imports.files import make_vin
from tests.imports.test_import import WANG, write_small
from tests.imports.test_sample_export import KEY

pytestmark = pytest.mark.django_db
SHORT = ["C2", "李四", "138", "", "", "", "", ""]


@pytest.fixture
def command(cast):
    """``command(*arguments)`` → (exit code, stdout, stderr), into ``cast.store`` unless told otherwise."""

    def call(*arguments, store=cast.store.code):
        out, err = io.StringIO(), io.StringIO()
        chosen = ["--store", store] if store else []
        try:
            call_command("import_legacy", *map(str, arguments), *chosen, stdout=out, stderr=err)
        except CommandError as error:
            return error.returncode, out.getvalue(), err.getvalue() + str(error)
        return 0, out.getvalue(), err.getvalue()

    return call


def test_the_report_has_a_line_for_every_row_in_the_order_of_the_files(command, tmp_path):
    report = tmp_path / "report.jsonl"
    code, _out, _err = command(make_data.DATA, "--as-of", "2026-11-20", "--report", report)
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert len(lines) == sum(counts["rows"] for counts in KEY.values())
    assert lines[0] == {"file": "客户档案.csv", "row": 2, "verdict": "good", "reasons": []}
    assert {line["verdict"] for line in lines} == {"good", "repaired", "rejected", "duplicate"}
    for kind, file in (
        ("customers", "客户档案.csv"),
        ("vehicles", "车辆档案.xlsx"),
        ("history", "维修历史.xlsx"),
    ):
        rejected = [line for line in lines if line["file"] == file and line["verdict"] == "rejected"]
        assert len(rejected) == sum(KEY[kind]["rejected"].values())
        assert all(line["reasons"] for line in rejected)


def test_the_summary_is_a_table_in_the_language_of_the_house(command):
    _code, out, err = command(make_data.DATA, "--as-of", "2026-11-20", "--dry-run")
    head, customers = out.splitlines()[:2]
    assert head.split() == ["行数", "正常", "已修正", "拒绝", "重复"]
    assert customers.split() == ["客户", "152", "135", "4", "11", "2"]
    assert "试导入" in out
    assert "客户档案.csv" in err
    assert not ImportRun.objects.exists()


def test_an_import_says_how_to_take_it_back_and_tells_the_history(command, cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    code, out, _err = command(tmp_path, "--by", cast.administrator.username)
    run = ImportRun.objects.get()
    assert code == 0
    assert f"--undo {run.pk}" in out
    assert (run.by, run.operator, run.store) == (cast.administrator, "administrator", cast.store)
    assert Event.objects.about(run).get().kind == "import.finished"
    code, out, _err = command("--undo", run.pk, store=None)
    assert code == 0
    assert "客户" in out
    assert not Customer.objects.exists()
    assert Event.objects.about(run).first().kind == "import.undone"


def test_undo_names_what_stays_and_answers_3(command, cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    command(tmp_path)
    make_vehicle(cast, owner=Customer.objects.get())
    code, out, err = command("--undo", ImportRun.objects.get().pk, store=None)
    assert code == 3
    assert "C1 王建国 保留" in out
    assert "1" in err


def test_several_stores_ask_for_one_and_the_only_one_needs_no_name(command, cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    code, _out, err = command(tmp_path, store=None)
    assert code == 1
    assert "hz01, hz02, nb01" in err
    code, _out, err = command(tmp_path, store="nowhere")
    assert code == 1
    assert "nowhere" in err
    assert not ImportRun.objects.exists()


def test_the_only_store_is_the_store(command, store_alone, tmp_path):
    write_small(tmp_path, customers=[WANG])
    assert command(tmp_path, store=None)[0] == 0
    assert ImportRun.objects.get().store == store_alone


@pytest.fixture
def store_alone(cast):
    """``cast.store`` with the others gone."""
    cast.neighbour.delete()
    cast.stranger.delete()
    Store.objects.exclude(pk=cast.store.pk).delete()
    return cast.store


def test_every_refused_file_is_named_and_nothing_starts(command, tmp_path):
    write_small(tmp_path, customers=[WANG])
    (tmp_path / "车辆.xlsx").write_bytes(b"PK cut off")
    (tmp_path / "维修.csv").write_bytes(b"")
    report = tmp_path / "report.jsonl"
    code, out, err = command(tmp_path, "--report", report)
    assert code == 1
    assert "车辆.xlsx" in err
    assert "维修.csv" in err
    assert out == ""
    assert not report.exists()
    assert not list(tmp_path.glob("*.part"))
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["x", "--undo", "1"], 2), (["/no/such/folder"], 1), (["--undo", "999999"], 1)],
)
def test_wrong_calls_answer_with_a_code_and_a_sentence(command, arguments, code):
    answered, out, err = command(*arguments)
    assert (answered, out) == (code, "")
    assert len(err) > 5


def test_a_folder_with_a_file_of_something_else_says_so_and_goes_on(command, tmp_path):
    write_small(tmp_path, customers=[WANG, SHORT])
    (tmp_path / "readme.txt").write_text("no table at all")
    code, _out, err = command(tmp_path)
    assert code == 0
    assert "readme.txt" in err
    assert Customer.objects.count() == 1


def test_a_refusal_of_the_database_breaks_off_with_a_way_out(command, cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    for number in ("C1", f"C1@{cast.store.code}"):
        make_customer(cast, number=number, store=cast.other_store)
    code, _out, err = command(tmp_path)
    assert code == 1
    assert "再次运行" in err


def test_only_somebody_who_may_import_lends_the_name(command, cast, tmp_path):
    write_small(tmp_path, customers=[WANG])
    for login in (cast.technician.username, cast.stranger.username, "nobody"):
        code, _out, err = command(tmp_path, "--by", login)
        assert code == 1
        assert login in err


def test_quiet_means_no_progress(command, tmp_path):
    write_small(tmp_path, customers=[WANG], vehicles=[[make_vin(1), "", "", "", "", ""]])
    _code, _out, err = command(tmp_path, "--verbosity", "0")
    assert err == ""
