"""``python -m dms.run`` as a person starts it: from nothing to a page, and nothing left after Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from dms.embedded import Cluster, Server
from dms.embedded.process import choose_port, wait_until
from tests.harness.services import CONFIGURATION

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.system


def _environment(var: Path, port: int) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name not in CONFIGURATION}
    ours.pop("DJANGO_SETTINGS_MODULE", None)
    return ours | {"DMS_VAR": str(var), "PORT": str(port), "DEMO": "0"}


@pytest.fixture
def var(tmp_path_factory):
    var = tmp_path_factory.mktemp("运行 run") / "var"
    yield var
    Cluster(var / "postgres").stop()
    Server(var / "valkey").stop()


@pytest.fixture
def port(tmp_path):
    return choose_port(tmp_path / "port", fresh=True)


@contextmanager
def _running(var: Path, port: int, out: Path):
    with open(out, "w") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "dms.run"], cwd=ROOT, env=_environment(var, port), stdout=log, stderr=log,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            child.wait(timeout=60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_it_comes_up_from_nothing_answers_and_leaves_nothing_behind(var, port, tmp_path):
    out = tmp_path / "out"
    with _running(var, port, out) as child:
        assert wait_until(lambda: child.poll() is not None or _answers(port), seconds=120), out.read_text()
        assert child.poll() is None, out.read_text()
        assert wait_until(lambda: "Ready: http://localhost" in out.read_text(), seconds=20)
        database, broker = Cluster(var / "postgres").pid(), Server(var / "valkey").pid()
        assert database
        assert broker
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 0, out.read_text()
    assert Cluster(var / "postgres").pid() is None
    assert Server(var / "valkey").pid() is None
    assert not _answers(port)
    assert re.search(r"http://localhost:\d+ +\(Ctrl-C stops everything\)", out.read_text())
    assert (var / "secret_key").stat().st_mode & 0o077 == 0
    assert (var / "log" / "web.log").exists()


def test_killed_outright_its_programs_end_and_the_next_start_works(var, port, tmp_path):
    out = tmp_path / "out"
    with _running(var, port, out) as child:
        assert wait_until(lambda: child.poll() is not None or _answers(port), seconds=120), out.read_text()
        child.kill()
        child.wait()
        assert wait_until(lambda: not _answers(port), seconds=30)
    with _running(var, port, out) as child:
        assert wait_until(lambda: child.poll() is not None or _answers(port), seconds=120), out.read_text()
        assert child.poll() is None, out.read_text()


def test_a_port_in_use_is_told_in_a_sentence(var, port):
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            [sys.executable, "-m", "dms.run"], cwd=ROOT, env=_environment(var, port), capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"Cannot start: port {port} is used by another program")
    assert "Traceback" not in done.stderr


def test_a_malformed_value_is_told_in_a_sentence(var):
    done = subprocess.run(
        [sys.executable, "-m", "dms.run"], cwd=ROOT, env=_environment(var, 0) | {"TIME_ZONE": "Mars"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert re.match(r"Cannot start: .*(TIME_ZONE|PORT)", done.stderr)
