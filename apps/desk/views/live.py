"""The stream that tells open pages what changed."""

import asyncio
import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.desk.stream import hub

HEARTBEAT_SECONDS = 15
LIFE_SECONDS = 600
"""After this the browser reconnects, and who it is and what it may see is judged again."""


def _authorise(request: HttpRequest) -> frozenset[int]:
    """The stores this person may hear of."""
    user = request.user
    return frozenset(user.visible_store_ids) if user.is_authenticated else frozenset()


async def _events(store_ids: frozenset[int]) -> AsyncIterator[str]:
    ends_at = asyncio.get_running_loop().time() + LIFE_SECONDS
    # Authorised, and the session saved: a page that only listens must not hold a connection.
    await sync_to_async(connections.close_all)()
    yield "retry: 2000\n\n"
    async with hub.subscribed(store_ids) as queue:
        while asyncio.get_running_loop().time() < ends_at:
            try:
                topic = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": alive\n\n"
            else:
                yield f"data: {json.dumps({'topic': topic})}\n\n"


async def live(request: HttpRequest) -> HttpResponseBase:
    """GET /live/ → ``text/event-stream`` of topics in the reader's stores."""
    store_ids = await sync_to_async(_authorise)(request)
    if not store_ids:
        return HttpResponse(status=401)
    response = StreamingHttpResponse(_events(store_ids), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Encoding"] = "identity"
    response.headers["X-Accel-Buffering"] = "no"
    return response


live.access = "login"  # type: ignore[attr-defined]  # read by the access test
