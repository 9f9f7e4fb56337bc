"""Small servers that stand for systems outside: they take, refuse, break and fall silent as a test says."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Outside(ThreadingHTTPServer):
    """``moods`` are used up one per request that changes something, then all is well (``ok``)."""

    daemon_threads = True

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.moods: deque[str] = deque()
        self.taken: dict[str, Any] = {}
        self.posts = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def mood(self) -> str:
        self.posts += 1
        return self.moods.popleft() if self.moods else "ok"


class Handler(BaseHTTPRequestHandler):
    """JSON in and out."""

    protocol_version = "HTTP/1.1"
    server: Outside

    def log_message(self, *args: Any) -> None:
        pass

    def body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def say(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def hang_up(self) -> None:
        """No answer at all."""
        self.close_connection = True


@contextmanager
def running(handler: type[Handler]) -> Iterator[Outside]:
    """The server, as long as the block lasts."""
    server = Outside(handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
