"""``python -m dms.healthcheck PORT``: whether the process on that port of this machine answers.

``python -m dms.healthcheck background``: whether beat, broker, worker and database work together.
"""

from __future__ import annotations

import os
import sys
import urllib.request

import psycopg

PATIENCE = "90 seconds"
"""Beat asks for a sign of life every ten."""


def main(arguments: list[str]) -> int:
    """0 when it answers within four seconds, else 1 with the reason."""
    wanted = arguments[0] if arguments else "8000"
    try:
        alive = _beats() if wanted == "background" else _answers(int(wanted))
    except (OSError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if alive else 1


def _answers(port: int) -> bool:
    # The process refuses names it does not know, so we come as one of its own.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=4) as answer:
        return answer.status == 200


def _beats() -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=4) as connection:
        found = connection.execute(
            "SELECT at > now() - %s::interval FROM desk_heartbeat WHERE name = 'worker'", [PATIENCE]
        ).fetchone()
    if not (found and found[0]):
        print(f"No worker has shown itself for {PATIENCE}.", file=sys.stderr)
    return bool(found and found[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
