"""Periodic work of the capacity."""

from celery import shared_task

from apps.capacity import services


@shared_task(name="capacity.release_expired")
def release_expired() -> int:
    """Free what is held past its time; returns how many holds."""
    return services.release_expired()
