"""Real processes over the measured database, ended when the figure is taken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.stage import ROOT, VAR
from dms.embedded.process import choose_port

WAIT_SECONDS = 60


@contextmanager
def program(name: str, *argv: str) -> Iterator[subprocess.Popen]:
    """``python -m argv…``; its output goes to ``var/bench/<name>.log``."""
    with open(VAR / f"{name}.log", "wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", *argv], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=15)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextmanager
def web(name: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """A web process as ``make run`` starts it, once it answers; with its address."""
    port = choose_port(VAR / f"{name}.port", fresh=True)
    options = ["--port", str(port), "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    with program(name, "uvicorn", "dms.asgi:application", *options) as child:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start; see {VAR / name}.log")
            time.sleep(0.1)
        yield child, address
