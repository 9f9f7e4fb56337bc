"""One LISTEN connection per process, fanned out to its open pages.

The connection lives while there are listeners. When it is lost, it is opened again and
everybody is told to catch up ("resync"), because nothing can be known about the gap.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from django.db import connection

from apps.desk.live import CHANNEL

logger = logging.getLogger(__name__)
QUEUE_SIZE = 64
RECONNECT_SECONDS = 1.0
RESYNC = "resync"


class Hub:
    """The listeners of one process (one event loop)."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[str], frozenset[int]] = {}
        self._task: asyncio.Task | None = None

    @asynccontextmanager
    async def subscribed(self, store_ids: frozenset[int]) -> AsyncIterator[asyncio.Queue[str]]:
        """A queue of topics announced in any of ``store_ids``, while the context is open."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_SIZE)
        self._queues[queue] = store_ids
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            yield queue
        finally:
            del self._queues[queue]
            if not self._queues and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _listen(self) -> None:
        # The pool is for requests; a connection that waits for hours stays outside of it.
        parameters = connection.get_connection_params()
        wanted = {
            k: parameters[k] for k in ("dbname", "user", "password", "host", "port") if parameters.get(k)
        }
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    self._tell_all(RESYNC)
                    async for notice in listening.notifies():
                        self._dispatch(notice.payload)
            except psycopg.OperationalError:
                logger.warning("The live connection was lost; trying again.")
            await asyncio.sleep(RECONNECT_SECONDS)

    def _dispatch(self, payload: str) -> None:
        message = json.loads(payload)
        for queue, store_ids in self._queues.items():
            if message["store"] in store_ids:
                self._put(queue, message["topic"])

    def _tell_all(self, topic: str) -> None:
        for queue in self._queues:
            self._put(queue, topic)

    @staticmethod
    def _put(queue: asyncio.Queue[str], topic: str) -> None:
        if queue.full():  # a page that does not read: drop its backlog, it must catch up anyway
            while not queue.empty():
                queue.get_nowait()
            topic = RESYNC
        queue.put_nowait(topic)


hub = Hub()
