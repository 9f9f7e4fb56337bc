"""The whole origin in a thread of the test, as ``make run`` serves it: pages, static files, streams."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from dms.embedded.process import wait_until


class Live:
    """A running server. ``url`` has no trailing slash; ``live + "/path/"`` is an address."""

    def __init__(self) -> None:
        from dms.asgi import application  # needs Django, which is not up when fixtures are collected

        # The protocol is named: asyncio sets TCP_NODELAY on such sockets only, and without it every
        # answer on a kept connection waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            application, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        assert wait_until(lambda: self._server.started, seconds=20), "the live server did not start"

    def __add__(self, path: str) -> str:
        return self.url + path

    def __str__(self) -> str:
        return self.url

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()


@pytest.fixture(scope="session")
def _live_process(django_db_setup) -> Iterator[Live]:
    live = Live()
    yield live
    live.stop()


@pytest.fixture
def live(_live_process: Live, transactional_db, settings) -> Live:
    """The server over this test's database. The test commits for real, the database is renewed after it."""
    settings.PUBLIC_URL = _live_process.url
    return _live_process
