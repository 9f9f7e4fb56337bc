"""Periodic work of the workshop."""

from celery import shared_task

from apps.workshop import day_use


@shared_task(name="workshop.record_day_use")
def record_day_use() -> int:
    """Keep how the days that are over were used."""
    return day_use.record_all()
