"""The bench runs, and its results are what others read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Figure

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.system
def test_a_figure_is_taken_and_written(tmp_path):
    path = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench", "--only", "list_page_queries", "--orders", "200"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [*command, "--results", str(path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(path.read_text())
    assert result["machine"]
    figure = result["figures"]["list_page_queries"]
    assert set(figure) == {"value", "limit", "unit", "floor", "n"}
    assert 0 < figure["value"] <= figure["limit"]
    assert "list_page_queries" in done.stdout


@pytest.mark.parametrize(
    ("value", "at_least", "holds"),
    [(10, False, True), (11, False, False), (10, True, True), (9, True, False)],
)
def test_a_limit_may_be_reached_but_not_passed(value, at_least, holds):
    assert Figure(value, 10, "×", 1, at_least=at_least).holds is holds
