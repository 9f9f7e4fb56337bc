"""One PostgreSQL cluster and one Valkey for a whole pytest run.

The first process of a run (xdist's controller, or pytest itself) starts them in a temporary folder
and tells the workers through the environment. They run without fsync.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from apps.core import catalogues
from dms.embedded import Cluster, Server
from dms.embedded.process import exclusive
from tests.harness import kept

ROOT = Path(__file__).resolve().parents[2]

RUN_DIR = "PYTEST_SERVICES_DIR"
PREFIX = "dms-tests-"
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 * 1024**3
# The product's variables of the person who runs the tests must not steer the tests.
CONFIGURATION = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "TRUSTED_PROXIES", "PORT"),
    *("TIME_ZONE", "LANGUAGE_CODE", "EMAIL_URL", "SMS_BACKEND", "FILING_BACKEND", "MEDIA_ROOT"),
    *("LOG_FORMAT", "DEMO"),
)


def run_dir() -> Path:
    """The folder of this run; shared by its workers."""
    return Path(os.environ[RUN_DIR])


def in_memory() -> bool:
    """Whether the cluster lies in a memory file system: then copying files beats writing WAL."""
    return run_dir().is_relative_to(MEMORY)


def worker_number() -> int:
    """0 without xdist, else 1 for gw0, 2 for gw1 …"""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name.startswith("gw") else 0


def provide() -> None:
    """Start the services unless the controller already did; point the environment at them."""
    if RUN_DIR not in os.environ:
        _start()
        with exclusive(run_dir().parent / f"{PREFIX}messages-{os.geteuid()}.lock"):
            catalogues.compile_all(ROOT)
    for name in CONFIGURATION:
        os.environ.pop(name, None)
    os.environ["DATABASE_URL"] = (run_dir() / "database_url").read_text()
    broker = urlsplit((run_dir() / "redis_url").read_text())
    os.environ["REDIS_URL"] = urlunsplit(broker._replace(path=f"/{worker_number()}"))
    os.environ["SECRET_KEY"] = "only-for-tests-" * 3
    var = run_dir() / f"var-{worker_number()}"
    (var / "static").mkdir(parents=True, exist_ok=True)
    os.environ["DMS_VAR"] = str(var)


def _start() -> None:
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY and os.access(MEMORY, os.W_OK)
    base = MEMORY if roomy else Path(tempfile.gettempdir())
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    folder.chmod(0o711)  # the server may run as another user
    alive = open(folder / "alive", "w")  # noqa: SIM115 - held until this process ends
    fcntl.flock(alive, fcntl.LOCK_EX)
    kept.bring(folder)
    cluster, broker = _services(folder)
    pid = os.getpid()

    def stop() -> None:
        if os.getpid() == pid:
            _remove(folder, keep=True)
            alive.close()

    atexit.register(stop)
    (folder / "database_url").write_text(cluster.ensure_running())
    (folder / "redis_url").write_text(broker.ensure_running())
    os.environ[RUN_DIR] = str(folder)


def _services(folder: Path) -> tuple[Cluster, Server]:
    return Cluster(folder / "postgres", fsync=False), Server(folder / "valkey", fsync=False)


def _remove(folder: Path, *, keep: bool = False) -> None:
    for service in _services(folder):
        service.stop()
    if keep:
        kept.keep(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(base: Path) -> None:
    """Clear away what a killed run left: its lock is free, and it is not one that begins right now."""
    for folder in base.glob(f"{PREFIX}*/"):
        try:
            if folder.stat().st_uid != os.geteuid() or time.time() - folder.stat().st_mtime < 60:
                continue
            with open(folder / "alive", "a") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
        except OSError:
            continue  # alive, or another run sweeps it
