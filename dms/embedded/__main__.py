"""``python -m dms.embedded status|stop``: the services under ``var/``, for operators.

``stop`` refuses while a program uses them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dms.embedded import Cluster, Server
from dms.embedded.usage import Service, is_used

VAR = Path(os.environ.get("DMS_VAR", "") or Path(__file__).resolve().parents[2] / "var")


def main(arguments: list[str]) -> int:
    """0 when done; 1 when a service is used; 2 for words it does not know."""
    if arguments not in (["status"], ["stop"]):
        print(__doc__, file=sys.stderr)
        return 2
    services: dict[str, Service] = {
        "PostgreSQL": Cluster(VAR / "postgres"),
        "Valkey": Server(VAR / "valkey"),
    }
    code = 0
    for name, service in services.items():
        if arguments == ["status"]:
            pid = service.pid()
            print(f"{name}: {f'runs as process {pid}' if pid else 'does not run'}")
        elif is_used(service):
            print(f"{name} is in use; end the program first (Ctrl-C where `make run` runs).", file=sys.stderr)
            code = 1
        else:
            service.stop()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
