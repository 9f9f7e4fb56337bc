"""An embedded PostgreSQL: our own launcher over the programs of a wheel or of the system.

The server listens on 127.0.0.1 only and asks for a SCRAM password. It lives on when the
program that started it is killed, and the next one attaches to it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from dms.embedded import process
from dms.embedded.binaries import postgres_bin, postgres_version
from dms.embedded.errors import EmbeddedError

USER = DATABASE = "dms"
START_SECONDS = 60  # recovery after a crash reads the log since the last checkpoint
STOP_SECONDS = 30
FIXED_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
"""For tests only: a crash of the machine loses the data."""


@dataclass(frozen=True)
class _Pidfile:
    """``postmaster.pid``: process, port, and ``starting`` → ``ready`` → ``stopping``."""

    pid: int
    port: int
    status: str


class Cluster:
    """One PostgreSQL data directory and the server over it.

    Beside ``data_dir`` stand ``<name>.password`` (0600), ``.port``, ``.log`` and ``.lock``.
    """

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.started_here = False
        self._settings = FIXED_SETTINGS | ({} if fsync else UNSAFE_SETTINGS)
        self._log = process.sibling(self.data_dir, ".log")
        self._port_file = process.sibling(self.data_dir, ".port")
        self._password_file = process.sibling(self.data_dir, ".password")

    def ensure_running(self) -> str:
        """Attach to the server or start it, making data and database on first use; its URL.

        Safe in two processes at once: the second waits and attaches. Raises EmbeddedError with
        instructions when the data need other programs or the server does not come up.
        """
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            running = self._postmaster()
            if running is None:
                self._prepare_data()
                running = self._start()
                self.started_here = True
            self._await_ready(running.pid)
            self._ensure_database(running.port)
            return self.url(running.port)

    def stop(self) -> None:
        """Stop the server, breaking open connections; no error when there is none."""
        if not self.data_dir.parent.exists():
            return
        with self._locked():
            running = self._postmaster()
            if running:
                os.kill(running.pid, signal.SIGINT)  # "fast": no waiting for clients
                if not process.wait_gone(running.pid, seconds=STOP_SECONDS):
                    os.kill(running.pid, signal.SIGQUIT)
                    process.wait_gone(running.pid, seconds=10)
            self.started_here = False

    def pid(self) -> int | None:
        """The live server's process, or None."""
        running = self._postmaster()
        return running.pid if running else None

    def url(self, port: int, database: str = DATABASE) -> str:
        """The address with the password in it."""
        password = quote(process.keep_secret(self._password_file), safe="")
        return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"

    def _locked(self) -> AbstractContextManager[None]:
        return process.exclusive(process.sibling(self.data_dir, ".lock"))

    def _owner(self) -> tuple[int, int]:
        return process.unprivileged_owner(self.data_dir)

    # --- what is there -------------------------------------------------------------------

    def _read_pidfile(self) -> _Pidfile | None:
        try:
            lines = (self.data_dir / "postmaster.pid").read_text(errors="replace").splitlines()
            return _Pidfile(int(lines[0]), int(lines[3]), lines[7].strip() if len(lines) > 7 else "starting")
        except FileNotFoundError:
            return None
        except (IndexError, ValueError):
            return None  # being written right now

    def _postmaster(self) -> _Pidfile | None:
        """The live postmaster over our data; a stale pidfile (zombie, foreign process) counts as none."""
        found = self._read_pidfile()
        if found is None or not process.is_running(found.pid):
            return None
        words = process.command_line(found.pid)
        return found if not words or str(self.data_dir) in words else None

    def _data_version(self) -> int | None:
        """Major version that wrote the data, None when there are none yet. Refuses a foreign folder."""
        try:
            if not self.data_dir.exists() or not any(self.data_dir.iterdir()):
                return None
            return int((self.data_dir / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            raise EmbeddedError(
                f"{self.data_dir} is not empty and holds no PostgreSQL data. Move it away and start again; "
                "it is never overwritten."
            ) from None

    # --- bringing up ---------------------------------------------------------------------

    def _prepare_data(self) -> None:
        version = self._data_version()
        if version is None:
            self._initdb(postgres_bin())
        elif not self._password_file.exists():
            raise EmbeddedError(
                f"{self._password_file} is missing, so nobody can log in to the data in {self.data_dir}. "
                "Put the file back, or restore a backup into a fresh folder."
            )

    def _initdb(self, bin_dir: Path) -> None:
        """Make the data in a folder beside and rename it, so that an interrupted run leaves nothing half."""
        fresh, pwfile = process.sibling(self.data_dir, ".new"), process.sibling(self.data_dir, ".pw")
        shutil.rmtree(fresh, ignore_errors=True)
        pwfile.unlink(missing_ok=True)
        fresh.mkdir(mode=0o700)
        with open(os.open(pwfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(process.keep_secret(self._password_file))
        owner = self._owner()
        if os.geteuid() == 0:
            os.chown(fresh, *owner)
            os.chown(pwfile, *owner)
        if postgres_version(bin_dir) >= 17:
            options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            options += ["--lc-collate=C", "--lc-ctype=C.UTF-8"]
        else:
            options = ["--locale=C.UTF-8"]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        argv = process.give_up_root(owner, fresh, bin_dir / "initdb")
        argv += [str(bin_dir / "initdb"), "-D", str(fresh), "-U", USER, f"--pwfile={pwfile}"]
        argv += ["-A", "scram-sha-256", "-E", "UTF8", "--lc-messages=C", "--no-instructions"]
        try:
            made = subprocess.run(
                argv + options, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=fresh,
                env=self._environment(), check=False,
            )  # fmt: skip
        finally:
            pwfile.unlink(missing_ok=True)
        if made.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedError(f"initdb failed: {(made.stderr or made.stdout).strip()}")
        if self.data_dir.exists():
            self.data_dir.rmdir()  # empty, as _data_version saw
        fresh.rename(self.data_dir)

    def _start(self) -> _Pidfile:
        """Start the postmaster; a lost port and a dying predecessor are given another try."""
        deadline, fresh_port = time.monotonic() + START_SECONDS, False
        while True:
            self._drop_stale_pidfile()
            seen = self._log.stat().st_size if self._log.exists() else 0
            child = self._spawn(process.choose_port(self._port_file, fresh=fresh_port))
            self._await_ready(child.pid)
            if process.is_running(child.pid) and (up := self._read_pidfile()):
                return up
            said = self._log_since(min(seen, self._log.stat().st_size))
            fresh_port = "could not bind" in said
            orphans = "pre-existing shared memory block" in said  # backends of a killed postmaster, leaving
            if not (fresh_port or orphans) or time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL did not start. The end of {self._log}:\n{said[-2000:].strip()}"
                )
            time.sleep(0.2)

    def _spawn(self, port: int) -> subprocess.Popen:
        bin_dir = postgres_bin(self._data_version())
        owner = self._owner()
        if os.geteuid() == 0 and self.data_dir.stat().st_uid == 0:
            self._hand_over(owner)
        argv = process.give_up_root(owner, self.data_dir, bin_dir / "postgres")
        argv += [str(bin_dir / "postgres"), "-D", str(self.data_dir), "-p", str(port)]
        for name, value in self._settings.items():
            argv += ["-c", f"{name}={value}"]
        return process.start_detached(argv, log=self._log, cwd=self.data_dir, env=self._environment())

    def _hand_over(self, owner: tuple[int, int]) -> None:
        """Data that root copied here (a restored folder) get the owner the server runs as."""
        for folder, _, files in os.walk(self.data_dir):
            os.chown(folder, *owner)
            for name in files:
                os.chown(os.path.join(folder, name), *owner, follow_symlinks=False)

    def _drop_stale_pidfile(self) -> None:
        # PostgreSQL itself refuses while a zombie, or a stranger after a reboot, bears the old number.
        # The shared memory of a predecessor's backends is checked by the server without this file.
        if self._postmaster() is None:
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def _is_up(self, pid: int) -> bool:
        found = self._read_pidfile()
        return found is not None and found.pid == pid and found.status == "ready"

    def _await_ready(self, pid: int) -> None:
        if not process.wait_until(
            lambda: self._is_up(pid) or not process.is_running(pid), seconds=START_SECONDS
        ):
            raise EmbeddedError(
                f"PostgreSQL is still recovering; wait for it and start again. See {self._log}."
            )

    def _ensure_database(self, port: int) -> None:
        try:
            with psycopg.connect(
                self.url(port, "postgres"), autocommit=True, connect_timeout=10
            ) as connection:
                exists = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if not exists:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.OperationalError as error:
            raise EmbeddedError(f"The embedded PostgreSQL refuses us: {error}") from error

    def _log_since(self, position: int) -> str:
        with open(self._log, "rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")

    @staticmethod
    def _environment() -> dict[str, str]:
        """Ours without PG… and locale, which would steer the server from outside."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        return kept | {"LC_ALL": "C.UTF-8"}
