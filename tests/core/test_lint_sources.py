"""The source linter: each house rule refuses its case and lets the right way pass."""

import pytest

from scripts import lint_sources


def messages(source: str, name: str = "apps/workorders/models.py") -> list[str]:
    return [f"{line}: {message}" for line, message in sorted(lint_sources.findings(source, name))]


def function(lines: int, docstring: str = "") -> str:
    return "def verb():\n" + docstring + "".join(f"    a = {n}\n" for n in range(lines - 1))


def test_chinese_stays_in_docstrings_comments_and_data_modules():
    explained = '"""三包"""\n\n\ndef verb():\n    """任务委托书"""\n    return 1  # 工单\n'
    assert messages(explained) == []
    assert messages('WORDS = {"车牌": "plate"}', "apps/imports/legacy/synonyms.py") == []
    assert messages('WORDS = ["张三"]', "apps/demo/people.py") == []
    assert messages('assert shown == "工单"', "tests/workorders/test_order.py") == []
    assert messages(r'HAN = "[\u3400-\u9fff]"') == []


@pytest.mark.parametrize("literal", ['"工单"', "f'{n} 张工单'", '"""工单"""', '"a" "工单"'])
def test_chinese_in_a_literal_is_refused(literal):
    (message,) = messages(f"n = 1\nLABEL = {literal}\n")
    assert message.startswith("2: Chinese in a literal")


def test_long_files_are_refused():
    assert messages("a = 1\n" * 400) == []
    assert messages("a = 1\n" * 401) == ["401: 401 lines, more than 400: split it by subject"]
    assert messages("a {}\n" * 401, "static/css/x.css") == [
        "401: 401 lines, more than 400: split it by subject"
    ]


def test_long_functions_are_refused_and_docstrings_are_free():
    assert messages(function(40)) == []
    assert messages(function(40, '    """One.\n\n    Two.\n    """\n')) == []
    assert messages(function(41)) == ["1: verb() has 41 lines, more than 40"]
    assert messages(function(41), "tests/system/test_day.py") == []


@pytest.mark.parametrize("line", ["from apps.desk import x", "import apps.desk", "from . import x"])
def test_rooms_are_imported_at_the_top(line):
    assert messages(f"{line}\n") == []
    (message,) = messages(f"def verb():\n    {line}\n")
    assert message.startswith("2: import inside verb()")
    assert messages(f"class C:\n    def ready(self):\n        {line}\n", "apps/desk/apps.py") == []


def test_other_packages_may_be_imported_late():
    assert messages("def draw():\n    import weasyprint\n") == []


@pytest.mark.parametrize("note", ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
@pytest.mark.parametrize("name", ["apps/desk/models.py", "static/js/desk.js", "templates/desk/list.html"])
def test_notes_to_oneself_are_refused(note, name):
    (message,) = messages(f"a = 1\n# {note} later\n", name)
    assert message.startswith(f"2: {note}")


def test_the_exit_code_tells_and_migrations_are_left_out(tmp_path, capsys):
    (tmp_path / "apps/desk/migrations").mkdir(parents=True)
    (tmp_path / "apps/desk/migrations/0001_first.py").write_text("a = 1\n" * 500)
    assert lint_sources.main([str(tmp_path)]) == 0
    (tmp_path / "apps/desk/models.py").write_text('a = "工单"\n')
    assert lint_sources.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("apps/desk/models.py:1: Chinese in a literal")
