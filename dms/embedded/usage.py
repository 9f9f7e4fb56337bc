"""Who uses a service: the last process to leave stops it, never under another one's feet."""

from __future__ import annotations

import atexit
import fcntl
import os
from pathlib import Path
from typing import Protocol

from dms.embedded.process import sibling


class Service(Protocol):
    """What ``Cluster`` and ``Server`` have in common."""

    data_dir: Path
    started_here: bool

    def ensure_running(self) -> str: ...
    def stop(self) -> None: ...
    def pid(self) -> int | None: ...


def is_used(service: Service) -> bool:
    """Whether some process uses the service now."""
    path = sibling(service.data_dir, ".users")
    if not path.exists():
        return False
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Usage:
    """A shared lock on ``<name>.users`` for as long as this process uses the service.

    Leaving tries for the exclusive lock: whoever gets it was the last one and stops the service.
    A service left behind by a killed program is thus stopped by the next command that ends.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pid = os.getpid()
        path = sibling(service.data_dir, ".users")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        # Taken before the service is looked for: while somebody stops it we wait here.
        fcntl.flock(self._fd, fcntl.LOCK_SH)
        atexit.register(self.leave)

    def enter(self) -> str:
        """The service's URL; it is started when nobody else has."""
        return self._service.ensure_running()

    def leave(self) -> None:
        """Stop using it. A forked child that merely inherited this object does nothing."""
        if self._fd is None or os.getpid() != self._pid:
            return
        fd, self._fd = self._fd, None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._service.stop()
        except BlockingIOError:
            pass
        finally:
            os.close(fd)
            atexit.unregister(self.leave)
