"""Periodic work of complaints."""

from celery import shared_task

from apps.complaints import services


@shared_task(name="complaints.escalate")
def escalate() -> int:
    """Tell who must know about clocks that run out."""
    return services.escalate_due()
