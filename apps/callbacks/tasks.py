"""Periodic work of the callbacks."""

from celery import shared_task

from apps.callbacks import uploads
from apps.core import clock


@shared_task(name="callbacks.upload")
def upload() -> int:
    """Hand completed callbacks over to the maker; returns how many were tried."""
    now = clock.now()
    uploads.lay(now)
    return uploads.send_due(now)
