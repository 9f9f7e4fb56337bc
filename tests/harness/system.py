"""Real worker, beat and web processes over the test's database and Valkey, for a dozen system tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.db import connection

from dms.embedded.process import choose_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


class Programs:
    """Starts programs as operators do and stops them. Logs lie in ``folder``."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "dms.settings",
            "DMS_SUPERVISED": "1",
        }
        self._running: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *argv: str, **environment: str) -> subprocess.Popen:
        """Run ``python -m argv…`` under ``name``; its output goes to ``<name>.log``."""
        return self.execute(name, [sys.executable, "-m", *argv], **environment)

    def execute(self, name: str, argv: Sequence[str], **environment: str) -> subprocess.Popen:
        """Run any command under ``name``."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                argv, cwd=ROOT, env=self.environment | environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return self._running[name]

    def worker(self, name: str = "worker", *options: str) -> subprocess.Popen:
        return self.start(name, "celery", "-A", "dms", "worker", "-l", "INFO", "-c", "1", *options)

    def beat(self, name: str = "beat") -> subprocess.Popen:
        schedule = str(self.folder / f"{name}-schedule")
        return self.start(name, "celery", "-A", "dms", "beat", "-l", "INFO", "-s", schedule)

    def web(self, name: str = "web") -> str:
        """Start a web process; its address."""
        port = choose_port(self.folder / f"{name}.port", fresh=True)
        self.start(
            name, "uvicorn", "dms.asgi:application", "--port", str(port), "--timeout-graceful-shutdown", "2"
        )
        return f"http://127.0.0.1:{port}"

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait_for(self, condition: Callable[[], bool], *, seconds: float = 30) -> None:
        """Until ``condition`` holds. Fails with the logs' ends when it does not, or when a program died."""

        def settled() -> bool:
            return any(child.poll() is not None for child in self._running.values()) or condition()

        if wait_until(settled, seconds=seconds) and condition():
            return
        ends = "\n".join(f"--- {name}\n{self.log(name)[-3000:]}" for name in self._running)
        pytest.fail(f"did not happen within {seconds} s\n{ends}", pytrace=False)

    def stop(self, name: str) -> int:
        """End one program in the orderly way; its exit code."""
        child = self._running.pop(name)
        child.terminate()
        try:
            return child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return child.wait()

    def kill(self, name: str) -> None:
        """As a power cut would: the program and its children at once."""
        child = self._running.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def forget(self, name: str) -> None:
        """A program that was meant to end by itself."""
        del self._running[name]

    def stop_all(self) -> None:
        for name in list(self._running):
            self.stop(name)


def database_url() -> str:
    """The address of the database that Django uses now, for another process."""
    now = connection.settings_dict
    return f"postgresql://{now['USER']}:{now['PASSWORD']}@{now['HOST']}:{now['PORT']}/{now['NAME']}"


@pytest.fixture
def system(tmp_path: Path, transactional_db) -> Iterator[Programs]:
    """Programs over this test's database: ``system.worker(); system.beat(); system.wait_for(…)``."""
    programs = Programs(tmp_path, database_url())
    yield programs
    programs.stop_all()
