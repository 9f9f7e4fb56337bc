"""Every figure, in the order it is taken."""

from __future__ import annotations

import logging

from django.conf import settings

from bench.figures import booking, csi, imports, levelling, memory, orders, pages, reminders, search, slots
from bench.figures.base import Job, Size

__all__ = ["JOBS", "Job", "Size", "prepare"]

JOBS: list[Job] = [
    *pages.JOBS,
    *search.JOBS,
    *orders.JOBS,
    *slots.JOBS,
    *levelling.JOBS,
    *booking.JOBS,
    *reminders.JOBS,
    *csi.JOBS,
    *imports.JOBS,
    *memory.JOBS,
]


def prepare() -> None:
    """The floors' addresses beside the product's; no log lines between the figures."""
    settings.ROOT_URLCONF = "bench.floors"
    logging.disable(logging.WARNING)
