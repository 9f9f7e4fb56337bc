"""The floor of background work: a task that does nothing, on the same broker."""

import os

from celery import Celery

QUEUE = "noop"
app = Celery("noop", broker=os.environ.get("REDIS_URL", ""))
app.conf.update(task_default_queue=QUEUE, task_ignore_result=True, task_acks_late=True)


@app.task(name="bench.noop")
def noop() -> None:
    """Nothing."""
