"""Several programs over one service: nobody stops it under another one's feet, the last one does."""

import os
import signal
import subprocess
import sys

import pytest

from dms.embedded import Cluster, EmbeddedError, Server, database_url, postgres
from tests.embedded.programs import ROOT, run, running

OPEN = "use, url = open_valkey(here)\n"


def test_the_last_program_to_end_stops_the_service(folder):
    server = Server(folder / "valkey")
    with running(OPEN, folder):
        first = server.pid()
        with running(OPEN, folder):
            assert run(OPEN + "print('done')", folder) == "done"
            assert server.pid() == first
        assert server.pid() == first
    assert server.pid() is None


def test_the_starter_may_leave_first(folder):
    server = Server(folder / "valkey")
    with running(OPEN, folder) as starter, running(OPEN, folder):
        starter.stdin.close()
        starter.wait(timeout=30)
        assert server.pid() is not None
    assert server.pid() is None


def test_what_a_killed_program_left_is_used_and_then_stopped_by_the_next(folder):
    server = Server(folder / "valkey")
    with running(OPEN, folder) as program:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
        left = server.pid()
        assert left is not None
        assert run(OPEN + "print(use._service.pid())", folder) == str(left)
    assert server.pid() is None


def test_a_forked_child_that_ends_does_not_stop_it(folder):
    code = OPEN + (
        "child = os.fork()\n"
        "if child == 0: sys.exit(0)\n"
        "os.waitpid(child, 0)\n"
        "print(Server(here / 'valkey').pid() is not None)"
    )
    assert run(code, folder) == "True"


def test_postgresql_is_shared_the_same_way(folder):
    cluster = Cluster(folder / "postgres")
    with running("open_postgres(here)", folder):
        first = cluster.pid()
        run("open_postgres(here)", folder)
        assert cluster.pid() == first
    assert cluster.pid() is None


def test_a_service_that_cannot_start_ends_the_program_with_a_sentence(folder, monkeypatch):
    def refuse(version=None):
        raise EmbeddedError("There is none. Install one.")

    monkeypatch.setattr(postgres, "postgres_bin", refuse)
    with pytest.raises(SystemExit, match=r"Embedded service: There is none\. Install one\."):
        database_url(folder)


def _command(word, var):
    return subprocess.run(
        [sys.executable, "-m", "dms.embedded", word], cwd=ROOT, env=os.environ | {"DMS_VAR": str(var)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_operators_command_stops_what_was_left_and_spares_what_is_used(folder):
    server = Server(folder / "valkey")
    with running(OPEN, folder) as program:
        refused = _command("stop", folder)
        assert refused.returncode == 1
        assert "Valkey is in use" in refused.stderr
        assert f"Valkey: runs as process {server.pid()}" in _command("status", folder).stdout
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    assert server.pid() is not None
    assert _command("stop", folder).returncode == 0
    assert server.pid() is None
