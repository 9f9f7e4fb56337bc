"""The embedded Valkey: the broker keeps what it was given."""

import os
import signal
import stat

import pytest
import redis

from dms.embedded import Server
from tests.embedded.programs import run, running

START = "server = Server(here / 'valkey')\nurl = server.ensure_running()\n"


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def test_it_starts_in_a_path_with_spaces_and_chinese_and_keeps_its_data(broker):
    with _client(broker.ensure_running()) as client:
        client.set("车", "在")
    assert broker.started_here
    broker.stop()
    assert broker.pid() is None
    with _client(broker.ensure_running()) as client:
        assert client.get("车") == "在"


def test_after_kill_9_of_program_and_server_it_comes_back_with_its_data(broker, folder):
    with running(START, folder) as program:
        with _client(broker.ensure_running()) as client:
            client.rpush("queue", "task")
            client.execute_command("WAITAOF", 1, 0, 5000)  # on disk, as within a second anyway
        os.kill(broker.pid(), signal.SIGKILL)
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    with _client(broker.ensure_running()) as client:
        assert client.lrange("queue", 0, -1) == ["task"]
    assert broker.started_here


def test_a_second_program_attaches(broker, folder):
    broker.ensure_running()
    assert run(START + "print(server.pid(), server.started_here)", folder) == f"{broker.pid()} False"


def test_it_listens_on_loopback_only_and_asks_for_the_password(broker):
    url = broker.ensure_running()
    with _client(url) as client:
        assert client.config_get("bind")["bind"] == "127.0.0.1"
    with pytest.raises(redis.exceptions.AuthenticationError):
        _client(url.replace(":" + url.split(":")[2].split("@")[0] + "@", "")).ping()
    for name in ("valkey.password", "valkey.conf"):
        assert stat.S_IMODE(broker.data_dir.with_name(name).stat().st_mode) == 0o600


def test_a_server_over_other_data_on_the_remembered_port_is_not_taken_for_ours(broker, folder):
    broker.ensure_running()
    other = Server(folder / "other" / "valkey")
    other.data_dir.mkdir(parents=True)
    for suffix in (".port", ".password"):
        source = broker.data_dir.with_name("valkey" + suffix)
        other.data_dir.with_name("valkey" + suffix).write_text(source.read_text())
    other.ensure_running()
    assert other.started_here
    assert other.pid() != broker.pid()
