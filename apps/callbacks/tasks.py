"""Periodic work of the callbacks."""

from celery import shared_task

from apps.callbacks import sampling, uploads
from apps.core import clock


@shared_task(name="callbacks.upload")
def upload() -> int:
    """Hand completed callbacks over to the maker; returns how many were tried."""
    now = clock.now()
    uploads.lay(now)
    return uploads.send_due(now)


@shared_task(name="callbacks.draw_samples")
def draw_samples() -> int:
    """Draw last week's samples where they are not drawn yet; returns how many."""
    return sampling.draw_due(clock.today())
