"""Periodic work of the handover."""

from celery import shared_task

from apps.handover import services


@shared_task(name="handover.alert_advisors")
def alert_advisors() -> int:
    """Tell advisors whose handover begins in five minutes."""
    return services.alert_advisors()
