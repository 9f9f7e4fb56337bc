"""``python -m dms.healthcheck PORT``: whether the process on that port of this machine answers."""

from __future__ import annotations

import os
import sys
import urllib.request


def main(arguments: list[str]) -> int:
    """0 when ``/healthz`` answers 200 within four seconds, else 1 with the reason."""
    port = int(arguments[0]) if arguments else 8000
    # The process refuses names it does not know, so we come as one of its own.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
