"""``python -m dms.run``: the whole product on this machine, as ``make run`` starts it.

Brings up PostgreSQL and Valkey where no address is given, prepares the database, then runs web,
worker and beat until Ctrl-C, and stops whatever it started.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from dms import config, embedded
from dms.embedded import process
from dms.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 2  # open live streams would keep the web process for ever


def main() -> int:
    """Run until stopped. 0 after Ctrl-C; 1 when a program died; 2 when it cannot start, with a sentence."""
    os.environ.setdefault("DEMO", "1")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the supervisor takes over
    try:
        settings = config.load()
        _check_port(_host(), settings.port)
        with ExitStack() as stack:
            return _run(settings, _environment(settings, stack))
    except (config.ConfigError, embedded.EmbeddedError, CannotStart) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


class CannotStart(Exception):
    """The message says why and what to do."""


def programs(host: str, port: int, var: Path) -> Sequence[Program]:
    """What runs beside the embedded services, in the order it is started."""
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m"]
    web = ["uvicorn", "dms.asgi:application", "--host", host, "--port", str(port), "--lifespan", "off"]
    web += [
        "--no-access-log",
        "--timeout-graceful-shutdown",
        str(STOP_SECONDS),
    ]  # addresses hold phone numbers
    celery = ["celery", "--quiet", "-A", "dms"]
    # Workers of this product need not know of each other: asking around costs a second of each start.
    alone = ["--without-gossip", "--without-mingle"]
    return (
        Program("web", [*python, *web], patience_seconds=STOP_SECONDS + 5),
        Program("worker", [*python, *celery, "worker", "--loglevel", "INFO", "--concurrency", "2", *alone]),
        Program("beat", [*python, *celery, "beat", "--schedule", str(var / "beat-schedule")]),
    )


def _run(settings: config.Config, environment: dict[str, str]) -> int:
    (settings.var / "static").mkdir(parents=True, exist_ok=True)  # empty here; whitenoise asks for it
    prepared = subprocess.run([sys.executable, "-m", "dms.prepare"], cwd=ROOT, env=environment, check=False)
    if prepared.returncode:
        raise CannotStart("the database could not be prepared; the reason stands above.")
    os.chdir(ROOT)
    host, address = _host(), f"http://localhost:{settings.port}"
    supervisor = Supervisor(
        programs(host, settings.port, settings.var),
        log_dir=settings.var / "log",
        environment=environment,
        out=sys.stdout,
    )
    supervisor.say(f"\n  {address}   (Ctrl-C stops everything)\n")
    said = threading.Thread(target=_say_when_ready, args=(supervisor, settings.port, address), daemon=True)
    said.start()
    return supervisor.run()


def _environment(settings: config.Config, stack: ExitStack) -> dict[str, str]:
    """What the programs get: addresses for everything, so that none starts a service of its own."""
    environment = os.environ | {"DMS_SUPERVISED": "1"}
    if not settings.database_url:
        usage, environment["DATABASE_URL"] = embedded.open_postgres(settings.var)
        stack.callback(usage.leave)
    if not settings.redis_url:
        usage, environment["REDIS_URL"] = embedded.open_valkey(settings.var)
        stack.callback(usage.leave)
    return environment


def _host() -> str:
    # Whoever names hosts wants to be reached from elsewhere.
    return "0.0.0.0" if os.environ.get("ALLOWED_HOSTS", "").strip() else "127.0.0.1"


def _check_port(host: str, port: int) -> None:
    if process.port_is_free(port, host):
        return
    if port < 1024 and os.geteuid() != 0:
        raise CannotStart(f"port {port} is for root only. Choose another: make run PORT=8000")
    raise CannotStart(
        f"port {port} is used by another program (perhaps an earlier start of this one). Stop that one, "
        f"or choose another port: make run PORT={port + 1}"
    )


def _say_when_ready(supervisor: Supervisor, port: int, address: str) -> None:
    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    if process.wait_until(answers, seconds=120):
        supervisor.say(f"Ready: {address}")


if __name__ == "__main__":
    sys.exit(main())
