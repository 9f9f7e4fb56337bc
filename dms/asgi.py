"""ASGI: live streams natively; pages through a thread pool.

One process can serve one whole origin (``make run``). In production the proxy sends
only ``/live/`` here and the pages to WSGI workers, which are quicker for them.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.settings")
_live = get_asgi_application()

from dms.wsgi import application as _wsgi  # noqa: E402 - Django must be set up first

_pages = WSGIMiddleware(_wsgi, workers=8)  # type: ignore[arg-type]  # its idea of WSGI is narrower


async def application(scope, receive, send):
    """Dispatch by path: ``/live/…`` to Django's ASGI handler, all else to the pages."""
    if scope["type"] == "http" and not scope["path"].startswith("/live/"):
        await _pages(scope, receive, send)
    else:
        await _live(scope, receive, send)
