"""Waking a worker early. The rows are the record; a lost nudge only costs a beat period."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(task_name: str) -> None:
    """Ask a worker, after commit, to look at its table."""
    transaction.on_commit(partial(_send, task_name), robust=True)


def _send(task_name: str) -> None:
    try:
        current_app.send_task(task_name, retry=False)
    except OperationalError:
        logger.warning("The broker is away; %s waits for its beat.", task_name)
