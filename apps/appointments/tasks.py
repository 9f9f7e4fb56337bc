"""Periodic work of the appointments."""

from celery import shared_task

from apps.appointments import kept, missing, online_codes, online_round, preparation, proactive, waiting_round
from apps.core import clock


@shared_task(name="appointments.look_after_waiting")
def look_after_waiting() -> int:
    """End offers nobody answered and offer what is free; returns how many entries were looked at."""
    return waiting_round.look_after()


@shared_task(name="appointments.begin_preparation")
def begin_preparation() -> int:
    """Begin the steps of preparation whose day has come; returns how many."""
    return preparation.begin_due()


@shared_task(name="appointments.go_round_online")
def go_round_online() -> int:
    """Distribute what came in online and escalate what is late; returns how many requests moved."""
    return online_round.go_round()


@shared_task(name="appointments.forget_typed")
def forget_typed() -> int:
    """Delete online requests whose number was never proved; returns how many."""
    return online_codes.forget(clock.now())


@shared_task(name="appointments.look_for_missing")
def look_for_missing() -> int:
    """Make the calls to customers who did not come; returns how many are new."""
    return missing.look_for_missing()


@shared_task(name="appointments.forecast")
def forecast() -> int:
    """Have the proactive calls of the day made; returns how many."""
    return proactive.go_round()


@shared_task(name="appointments.forget_kept")
def forget_kept() -> int:
    """Delete bookings in progress that nobody came back to; returns how many."""
    return kept.forget_old()
