"""An embedded Valkey: the broker and cache when no REDIS_URL is given."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path

import redis

from dms.embedded import process
from dms.embedded.binaries import valkey_server
from dms.embedded.errors import EmbeddedError

START_SECONDS = 30  # reading a large append-only file back
DATABASES = 64


class Server:
    """One Valkey data directory and the server over it, on 127.0.0.1 with a password.

    Beside ``data_dir`` stand ``<name>.password`` (0600), ``.conf`` (0600), ``.port``, ``.log``, ``.lock``.
    """

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.started_here = False
        self._fsync = fsync
        self._log = process.sibling(self.data_dir, ".log")
        self._port_file = process.sibling(self.data_dir, ".port")
        self._password_file = process.sibling(self.data_dir, ".password")

    def ensure_running(self) -> str:
        """Attach to the server or start it; its ``redis://`` URL. Raises EmbeddedError."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if self.pid() is None:
                self._start()
                self.started_here = True
            return self.url()

    def stop(self) -> None:
        """Stop the server after its writes reached the disk; no error when there is none."""
        if not self.data_dir.exists():
            return
        with self._locked():
            if (pid := self.pid()) is not None:
                with self._client() as client:
                    client.shutdown(nosave=True)  # the append-only file is flushed all the same
                process.wait_gone(pid, seconds=15)
            self.started_here = False

    def pid(self) -> int | None:
        """The process of the live server over our data, or None."""
        if not self._port_file.exists() or not self._password_file.exists():
            return None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self._client() as client:
                    folder = client.config_get("dir")["dir"]
                    if os.path.realpath(folder) != os.path.realpath(self.data_dir):
                        return None
                    return int(client.info("server")["process_id"])
            except redis.exceptions.BusyLoadingError:
                if time.monotonic() > deadline:
                    raise EmbeddedError(f"Valkey is still loading; see {self._log}.") from None
                time.sleep(0.1)
            except redis.exceptions.RedisError:
                return None

    def url(self, database: int = 0) -> str:
        """The address with the password in it."""
        port = self._port_file.read_text().strip()
        return f"redis://:{process.keep_secret(self._password_file)}@127.0.0.1:{port}/{database}"

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url(), socket_timeout=10, socket_connect_timeout=5)

    def _locked(self) -> AbstractContextManager[None]:
        return process.exclusive(process.sibling(self.data_dir, ".lock"))

    def _start(self) -> None:
        """Start; a port that another program took in between is exchanged once."""
        for fresh_port in (False, True):
            if self._comes_up(self._spawn(process.choose_port(self._port_file, fresh=fresh_port))):
                return
        raise EmbeddedError(f"Valkey did not start. The end of {self._log}:\n{self._log_tail()}")

    def _comes_up(self, child: subprocess.Popen) -> bool:
        process.wait_until(lambda: child.poll() is not None or self.pid() == child.pid, seconds=START_SECONDS)
        return child.poll() is None

    def _spawn(self, port: int) -> subprocess.Popen:
        conf = process.sibling(self.data_dir, ".conf")
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {process.keep_secret(self._password_file)}",
            f"databases {DATABASES}",
            "daemonize no",
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self._fsync else 'no'}",
            "appendfsync everysec",
        ]
        # In a file, because arguments are shown to every user of the machine.
        with open(os.open(conf, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        # The data directory is given as the working one, so that no path needs quoting.
        return process.start_detached(
            [str(valkey_server()), str(conf)], log=self._log, cwd=self.data_dir, env=dict(os.environ)
        )

    def _log_tail(self) -> str:
        return self._log.read_text(errors="replace")[-2000:].strip()
