"""Periodic work of the desk."""

from celery import shared_task
from django.utils import timezone

from apps.core import clock
from apps.desk import pdf, seals
from apps.desk.models import EventDelivery, Heartbeat

BATCH = 200


@shared_task(name="desk.heartbeat")
def heartbeat() -> None:
    """Beat → broker → worker → database works: say so."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task(name="desk.deliver_events")
def deliver_events() -> int:
    """Deliver what is due, up to a batch; returns how many."""
    for count in range(BATCH):
        if EventDelivery.objects.deliver_one(clock.now()) is None:
            return count
    return BATCH


@shared_task(name="desk.render_pdfs")
def render_pdfs() -> int:
    """Make the documents that are due; returns how many."""
    return pdf.make_due()


@shared_task(name="desk.seal_history")
def seal_history() -> int:
    """Seal what was committed since the last time; returns how many events."""
    return seals.seal_due(clock.now())
