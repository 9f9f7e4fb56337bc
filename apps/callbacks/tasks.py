"""Periodic work of the callbacks."""

from celery import shared_task

from apps.callbacks import digest, improving, sampling, uploads
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


@shared_task(name="callbacks.digest")
def morning_digest() -> int:
    """Make the morning's digests, flag the unread; returns how many were made."""
    return digest.go_round(clock.now())


@shared_task(name="callbacks.look_for_weakness")
def look_for_weakness() -> int:
    """Open improvements for what the last thirty days show to be weak; returns how many."""
    return improving.go_round(clock.today())
