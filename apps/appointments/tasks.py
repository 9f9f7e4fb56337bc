"""Periodic work of the appointments."""

from celery import shared_task

from apps.appointments import waiting_round


@shared_task(name="appointments.look_after_waiting")
def look_after_waiting() -> int:
    """End offers nobody answered and offer what is free; returns how many entries were looked at."""
    return waiting_round.look_after()
