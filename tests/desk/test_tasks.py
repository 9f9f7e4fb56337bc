"""Tasks, notices and the "my work" page."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Notice, Task


def put(cast, key="call-back", **fields):
    fields = {"kind": "sample", "title": "Call back", "owner": cast.advisor, "due_at": clock.now()} | fields
    return Task.put(key, about=cast.store, store=cast.store, **fields)


def test_the_same_key_makes_one_open_task(cast):
    assert put(cast).pk == put(cast).pk


def test_a_task_may_come_again_once_the_first_is_done(cast):
    first = put(cast)
    first.complete(by=cast.advisor, outcome="reached")
    assert put(cast).pk != first.pk


def test_a_done_task_is_not_done_twice(cast):
    task = put(cast)
    stale = Task.objects.get(pk=task.pk)
    task.complete(by=cast.advisor)
    with pytest.raises(DomainError) as refused:
        stale.complete(by=cast.manager)
    assert refused.value.code == "task_done"
    assert Event.objects.about(task).count() == 1


def test_the_database_refuses_a_task_that_is_nobodys(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        put(cast, owner=None, role="")


def test_my_work_shows_my_tasks_and_my_roles_but_not_my_colleagues(cast, client):
    put(cast, "mine", title="Order the brake pads")
    put(cast, "role", title="Look at the bay", owner=None, role=Role.SERVICE_ADVISOR)
    put(cast, "theirs", title="Count the till", owner=cast.cashier)
    client.force_login(cast.advisor)
    page = client.get("/work/").content.decode()
    assert "Order the brake pads" in page
    assert "Look at the bay" in page
    assert "Count the till" not in page


def test_a_colleague_cannot_complete_my_task(cast, client):
    task = put(cast)
    client.force_login(cast.cashier)
    assert client.post(f"/work/tasks/{task.pk}/done/").status_code == 404
    client.force_login(cast.advisor)
    assert client.post(f"/work/tasks/{task.pk}/done/").status_code == 302
    task.refresh_from_db()
    assert task.done_by == cast.advisor


def test_my_work_costs_the_same_queries_at_3_and_at_90_tasks(cast, client, django_assert_max_num_queries):
    client.force_login(cast.advisor)
    client.get("/work/")
    for n in range(90):
        put(cast, f"task-{n}", due_at=clock.now() + timedelta(minutes=n))
    with django_assert_max_num_queries(25):
        client.get("/work/")


def test_opening_the_messages_marks_mine_read_and_nobody_elses(cast, client):
    Notice.tell([cast.advisor, cast.cashier], "Order %(number)s is ready", number="WO-1")
    client.force_login(cast.advisor)
    assert "WO-1" in client.get("/notices/").content.decode()
    assert Notice.objects.unread().get().reader == cast.cashier
