"""Readiness of the outbox."""

from datetime import timedelta

from apps.core import clock, health
from apps.messaging.models import Message


def outbox() -> dict:
    """The oldest due message does not wait longer than ten minutes."""
    now = clock.now()
    oldest = Message.objects.due(now).order_by("planned_at").values_list("planned_at", flat=True).first()
    return health.age(now - oldest if oldest else None, timedelta(minutes=10))
