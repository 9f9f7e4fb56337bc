"""Readiness of the background work."""

from datetime import timedelta

from django.utils import timezone

from apps.core import clock, health
from apps.desk.models import EventDelivery, Heartbeat, PdfJob


def worker() -> dict:
    """The worker's last sign of life is not older than a minute."""
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return {"ok": False, "seconds": None}
    return health.age(timezone.now() - beat.at, timedelta(minutes=1))


def deliveries() -> dict:
    """The oldest due delivery does not wait longer than ten minutes."""
    oldest = EventDelivery.objects.open().order_by("due_at").values_list("due_at", flat=True).first()
    return health.age(clock.now() - oldest if oldest else None, timedelta(minutes=10))


def documents() -> dict:
    """The oldest document asked for and not given up does not wait longer than ten minutes."""
    oldest = PdfJob.objects.open().order_by("due_at").values_list("due_at", flat=True).first()
    return health.age(clock.now() - oldest if oldest else None, timedelta(minutes=10))
