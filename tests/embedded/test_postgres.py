"""The embedded PostgreSQL: it comes up, it comes back, and it never overwrites data."""

import os
import pwd
import shutil
import signal
import socket
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest

from dms.embedded import Cluster, EmbeddedError, binaries, process
from tests.embedded.programs import run, running

START = "cluster = Cluster(here / 'postgres', fsync=False)\nurl = cluster.ensure_running()\n"
SAFELY = START.replace("False", "True")
SOMEBODY = pwd.getpwnam("daemon").pw_uid
AS_ROOT = os.geteuid() == 0


def _write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def _read(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT answer FROM kept").fetchone()[0]


def test_it_starts_in_a_path_with_spaces_and_chinese_and_keeps_its_data(cluster):
    _write(cluster.ensure_running())
    assert cluster.started_here
    cluster.stop()
    assert cluster.pid() is None
    assert _read(cluster.ensure_running()) == 42


def test_it_is_ready_for_chinese_text_and_sorts_by_code_point(cluster):
    with psycopg.connect(cluster.ensure_running()) as connection:
        encoding, collation, words, zone = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, upper('ä京a'), current_setting('timezone') "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert (encoding, collation, words, zone) == ("UTF8", "C", "Ä京A", "UTC")


def test_it_listens_on_loopback_only_and_asks_for_the_password(cluster):
    url = cluster.ensure_running()
    with psycopg.connect(url) as connection:
        settings = "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        assert connection.execute(settings).fetchone() == ("127.0.0.1", "")
        hashes = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'dms'").fetchone()
    assert hashes[0].startswith("SCRAM-SHA-256")
    secret = cluster.data_dir.with_name("postgres.password")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(secret.read_text(), "guessed"))


def test_a_second_program_attaches_and_says_that_it_did_not_start_it(cluster, folder):
    cluster.ensure_running()
    assert run(START + "print(cluster.pid(), cluster.started_here)", folder) == f"{cluster.pid()} False"


def test_the_server_holds_no_pipe_of_the_program_that_started_it(cluster, folder):
    run(START, folder)  # would wait for the end of output for ever
    assert cluster.pid() is not None


def test_programs_that_start_at_once_share_one_server(folder):
    code = START + "print('pid', cluster.pid(), flush=True)"
    with running(code, folder), running(code, folder):
        first = Cluster(folder / "postgres").pid()
    code = START + "print(cluster.pid())"
    pids = {run(code, folder), run(code, folder), str(first)}
    assert len(pids) == 1


def test_after_kill_9_of_the_program_the_next_one_attaches(cluster, folder):
    with running(START, folder) as program:
        before = cluster.pid()
        _write(cluster.ensure_running())
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    assert _read(cluster.ensure_running()) == 42
    assert cluster.pid() == before
    assert not cluster.started_here


def test_after_kill_9_of_the_server_too_it_starts_again_with_its_data(folder):
    cluster = Cluster(folder / "postgres")
    with running(SAFELY, folder) as program:
        _write(cluster.ensure_running())
        server = cluster.pid()
        os.kill(server, signal.SIGKILL)
        # The program lives and never reaps its child: what a container without an init leaves behind.
        assert process.wait_until(lambda: process.process_state(server) == "Z", seconds=5)
        assert _read(cluster.ensure_running()) == 42
        assert cluster.started_here
        assert cluster.pid() != server
        assert program.poll() is None


def test_a_pidfile_whose_number_now_belongs_to_a_stranger_does_not_hinder(cluster):
    _write(cluster.ensure_running())
    pidfile = cluster.data_dir / "postmaster.pid"
    left_behind = pidfile.read_text().splitlines()
    cluster.stop()
    left_behind[0] = str(os.getppid())
    pidfile.write_text("\n".join(left_behind) + "\n")
    assert _read(cluster.ensure_running()) == 42


def test_the_port_is_remembered_and_exchanged_when_somebody_else_has_it(cluster):
    def port(url: str) -> int:
        return psycopg.conninfo.conninfo_to_dict(url)["port"]

    first = port(cluster.ensure_running())
    cluster.stop()
    assert port(cluster.ensure_running()) == first
    cluster.stop()
    with socket.create_server(("127.0.0.1", int(first))):
        assert port(cluster.ensure_running()) != first


def test_data_of_another_version_stop_the_start_and_stay_as_they_are(cluster, monkeypatch):
    cluster.ensure_running()
    cluster.stop()
    version = cluster.data_dir / "PG_VERSION"
    version.write_text("14\n")
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", Path("/nowhere"))
    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 14.*Install.*postgresql-14"):
        cluster.ensure_running()
    assert version.read_text() == "14\n"


@pytest.mark.skipif(len(binaries.postgres_candidates()) < 2, reason="needs PostgreSQL of the system too")
def test_data_of_another_version_are_served_by_the_programs_that_match(cluster, monkeypatch):
    older = binaries.postgres_candidates()[-1]
    with monkeypatch.context() as only:
        only.setattr(binaries, "postgres_candidates", lambda: [older])
        _write(cluster.ensure_running())
        cluster.stop()
    assert _read(cluster.ensure_running()) == 42
    with psycopg.connect(cluster.ensure_running()) as connection:
        assert connection.info.server_version // 10000 == binaries.postgres_version(older)


def test_a_folder_with_other_things_in_it_is_never_overwritten(cluster):
    cluster.data_dir.mkdir()
    (cluster.data_dir / "thesis.doc").write_text("years of work")
    with pytest.raises(EmbeddedError, match="never overwritten"):
        cluster.ensure_running()
    assert (cluster.data_dir / "thesis.doc").read_text() == "years of work"


def test_a_first_start_that_was_interrupted_leaves_nothing_half(cluster):
    half = cluster.data_dir.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    _write(cluster.ensure_running())
    assert not half.exists()


def test_data_without_their_password_say_so(cluster):
    cluster.ensure_running()
    cluster.stop()
    cluster.data_dir.with_name("postgres.password").unlink()
    with pytest.raises(EmbeddedError, match=r"password is missing"):
        cluster.ensure_running()


@pytest.mark.skipif(not AS_ROOT, reason="only root can close a folder to the server's user")
def test_root_may_keep_the_project_in_a_folder_that_is_closed_to_others(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "postgres", fsync=False)
    _write(cluster.ensure_running())
    assert Path(f"/proc/{cluster.pid()}").stat().st_uid != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nobody's folder is opened for our sake"
    cluster.stop()


@pytest.fixture
def home_of_somebody():
    """A folder of another user that he can reach, which pytest's own are not for anybody but us."""
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, SOMEBODY, -1)
        yield Path(folder)


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_an_ordinary_user_starts_it_as_himself(home_of_somebody):
    code = START + "print(Path(f'/proc/{cluster.pid()}').stat().st_uid)\ncluster.stop()"
    assert run(code, home_of_somebody, user=SOMEBODY) == str(SOMEBODY)


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_a_folder_of_another_user_is_refused_with_a_sentence(home_of_somebody):
    run("use, url = open_valkey(here)", home_of_somebody)
    code = "try: open_valkey(here)\nexcept EmbeddedError as error: print(error)"
    assert "belongs to another user" in run(code, home_of_somebody, user=SOMEBODY)


@pytest.mark.skipif(not AS_ROOT, reason="only root meets data that root copied")
def test_data_that_root_copied_here_are_handed_to_the_server(cluster, folder):
    _write(cluster.ensure_running())
    cluster.stop()
    copy = Cluster(folder / "copy", fsync=False)
    shutil.copytree(cluster.data_dir, copy.data_dir)
    shutil.copy(cluster.data_dir.with_name("postgres.password"), folder / "copy.password")
    assert _read(copy.ensure_running()) == 42
    copy.stop()
