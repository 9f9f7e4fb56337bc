"""Twenty agents work a queue empty at once: nobody is handed out twice, and the order of urgency is kept."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from apps.accounts.roles import Role
from apps.calls.models import Call
from apps.calls.models.sets import PRIORITY
from apps.customers.models import Customer, StoreAccess
from tests.cast import person

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
AGENTS = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


def fill(cast, count):
    """``count`` due calls to as many customers, in windows that close over five days."""
    customers = Customer.objects.bulk_create(
        Customer(group=cast.group, number=f"C-{n:06d}", name=f"客户{n}", phone=f"+86138{n:08d}")
        for n in range(count)
    )
    StoreAccess.objects.bulk_create(
        StoreAccess(store=cast.store, customer=c, reason="entry", since=TEN) for c in customers
    )
    today = TEN.date()
    Call.objects.bulk_create(
        Call(
            store=cast.store,
            queue="promise",
            key=f"many-{n}",
            subject=f"customers.customer:{c.pk}",
            object_id=c.pk,
            customer=c,
            opens_on=today - timedelta(days=n % 7 + 2),
            closes_on=today + timedelta(days=n % 5 - 1),
            due_at=TEN - timedelta(hours=1),
            created_at=TEN - timedelta(minutes=n % 11),
        )
        for n, c in enumerate(customers)
    )


def work(agent, given, lock):
    """One agent's morning: the next call, closed at once, until nothing is due."""
    try:
        while (call := Call.objects.claim_next(agent)) is not None:
            with lock:
                given.append((call.pk, call.customer_id, agent.pk))
            call.cancel("settled otherwise", by=agent)
    except Exception as error:  # told to the test, which would wait for ever otherwise
        given.append(error)
    finally:
        connection.close()


LONG = [pytest.param(n, marks=pytest.mark.soak) for n in (2_000, 10_000)]


@pytest.mark.parametrize("count", [300, *LONG])
def test_twenty_agents_empty_a_queue_in_order_and_nobody_is_called_twice(cast, count):
    fill(cast, count)
    wanted = list(Call.objects.order_by(*PRIORITY).values_list("pk", flat=True))
    agents = [person(Role.CALLBACK_AGENT, cast.store, cast.group, f"agent-{n}") for n in range(AGENTS)]
    given: list = []
    lock = threading.Lock()
    threads = [threading.Thread(target=work, args=(agent, given, lock)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [g for g in given if isinstance(g, Exception)]
    assert sorted(pk for pk, _customer, _agent in given) == sorted(wanted), "each once, none left"
    rank = {pk: n for n, pk in enumerate(wanted)}
    farthest = max(abs(rank[pk] - n) for n, (pk, _customer, _agent) in enumerate(given))
    assert farthest <= 2 * AGENTS, "only as far apart as there are agents who choose at once"
    assert len({agent for _pk, _customer, agent in given}) == AGENTS
