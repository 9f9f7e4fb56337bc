"""Periodic work of the outbox."""

from celery import shared_task

from apps.desk.nudge import nudge
from apps.messaging import services

BATCHES = 20


@shared_task(name="messaging.send_due")
def send_due() -> int:
    """Send what is due, batch by batch; returns how many. With more to do another worker goes on."""
    total = 0
    for _batch in range(BATCHES):
        sent = services.send_due()
        total += sent
        if not sent:
            return total
    nudge("messaging.send_due")
    return total


@shared_task(name="messaging.settle_open")
def settle_open() -> int:
    """Find out what became of messages whose worker died."""
    return services.settle_open()
