"""Telling open pages that something changed.

A transition announces its topic in its own transaction; PostgreSQL delivers at commit, once
per topic and transaction. Only board transitions announce; bulk work announces once.
"""

import json

from django.db import connection

CHANNEL = "dms_live"


def announce(store_id: int, topic: str) -> None:
    """Send ``topic`` ("board", "queue", "callbacks") of a store to every stream process at commit."""
    payload = json.dumps({"store": store_id, "topic": topic})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
