"""Locks by name, for what has no row to lock yet."""

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait until nobody else holds ``name``, and hold it until the transaction ends. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
