"""Rows of the cast's store for each address of this room."""

from datetime import timedelta

from apps.accounts.models import Setting
from apps.core import clock
from apps.desk.models import Event, EventDelivery, File, Task


def samples(cast) -> dict[str, dict]:
    now = clock.now()
    task = Task.put(
        "sample",
        about=cast.store,
        store=cast.store,
        kind="sample",
        title="Call back",
        owner=cast.advisor,
        due_at=now,
    )
    file = File.issue(
        b"%PDF-",
        name="a.pdf",
        mime="application/pdf",
        kind="sample",
        about=cast.store,
        store=cast.store,
        by=None,
    )
    event = Event.record("sample", about=cast.store, by=None, store=cast.store)
    dead = EventDelivery.objects.create(
        event=event, subscriber="sample", thread="sample", due_at=now - timedelta(days=1), dead_at=now
    )
    planned = Setting.objects.create(
        key="workorders.tax_rate",
        store=cast.store,
        value="9",
        effective_from=clock.today() + timedelta(days=9),
    )
    return {
        "desk:task_done": {"pk": task.pk},
        "desk:file": {"pk": file.pk},
        "desk:connection_switch": {"kind": "maker"},
        "desk:link": {"token": "unknown"},
        "desk:setting_withdraw": {"pk": planned.pk},
        "desk:delivery_revive": {"pk": dead.pk},
    }
