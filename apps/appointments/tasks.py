"""Periodic work of the appointments."""

from celery import shared_task

from apps.appointments import kept, missing, waiting_round


@shared_task(name="appointments.look_after_waiting")
def look_after_waiting() -> int:
    """End offers nobody answered and offer what is free; returns how many entries were looked at."""
    return waiting_round.look_after()


@shared_task(name="appointments.look_for_missing")
def look_for_missing() -> int:
    """Make the calls to customers who did not come; returns how many are new."""
    return missing.look_for_missing()


@shared_task(name="appointments.forget_kept")
def forget_kept() -> int:
    """Delete bookings in progress that nobody came back to; returns how many."""
    return kept.forget_old()
