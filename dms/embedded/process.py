"""What both services need of the operating system: locks, ports, processes that outlive us."""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dms.embedded.errors import EmbeddedError

LOG_BYTES = 5_000_000
_children: list[subprocess.Popen] = []


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on ``path``; a second process waits here."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sibling(data_dir: Path, suffix: str) -> Path:
    """``…/postgres`` and ``.port`` → ``…/postgres.port``."""
    return data_dir.with_name(data_dir.name + suffix)


def keep_secret(path: Path) -> str:
    """The password kept in ``path``; made on first use, readable by its owner alone."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with open(fd, "w") as file:
        file.write(password := secrets.token_urlsafe(24))
    return password


def choose_port(remembered: Path, *, fresh: bool = False) -> int:
    """The port remembered in the file while it is free, else a free one, remembered from now on."""
    text = remembered.read_text().strip() if remembered.exists() and not fresh else ""
    if text.isdigit() and port_is_free(int(text)):
        return int(text)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    remembered.write_text(f"{port}\n")
    return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def is_running(pid: int) -> bool:
    """Whether the process lives. A zombie does not: nobody may ever reap it in a container."""
    for child in _children:
        if child.pid == pid:
            return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process_state(pid) not in ("Z", "X", "")


def process_state(pid: int) -> str:
    """The state letter of a process (``Z`` is a zombie), empty when it is gone."""
    try:
        # The command name stands in parentheses and may itself hold spaces and parentheses.
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return ""
    answer = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()[:1]


def command_line(pid: int) -> list[str]:
    """The arguments of a process, readable whoever owns it; empty when they cannot be known."""
    try:
        return [os.fsdecode(part) for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if part]
    except OSError:
        return []


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll ``condition`` for at most ``seconds``; whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def wait_gone(pid: int, *, seconds: float) -> bool:
    """Whether the process ended within ``seconds``."""
    return wait_until(lambda: not is_running(pid), seconds=seconds)


def start_detached(argv: Sequence[str], *, log: Path, cwd: Path, env: dict[str, str]) -> subprocess.Popen:
    """Start a server that outlives us: own session, output to ``log``, none of our pipes inherited."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(sibling(log, ".1"))
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, env=env, start_new_session=True
        )
    _children.append(child)
    return child


def unprivileged_owner(data_dir: Path) -> tuple[int, int]:
    """User and group a root process hands the data to: their present owner, else ``nobody``."""
    if data_dir.exists() and (owner := data_dir.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def give_up_root(owner: tuple[int, int], *needed: Path) -> list[str]:
    """Words before a command so that it runs as ``owner``, who must reach the ``needed`` paths.

    Where a folder above them is closed to others (``/root``), the process keeps the single right to
    pass it, because changing the rights of somebody's folder would be worse. Empty when we are not root.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root and the program setpriv (package util-linux) is missing. "
            "Start as an ordinary user, or set DATABASE_URL."
        )
    words = [setpriv, f"--reuid={owner[0]}", f"--regid={owner[1]}", "--clear-groups"]
    if not all(_open_to_all(path) for path in needed):
        words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*words, "--"]


def _open_to_all(path: Path) -> bool:
    path = path.resolve()
    folders = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    return folders and bool(path.is_dir() or path.stat().st_mode & stat.S_IXOTH)
