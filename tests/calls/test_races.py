"""Two agents at the same moment, on real second connections."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from apps.accounts.roles import Role
from apps.calls.models import Attempt, Call
from apps.core.errors import DomainError
from tests.calls.factories import make_call
from tests.cast import person
from tests.customers.factories import make_vehicle
from tests.harness.connections import in_background, together, until_a_rival_waits

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


@pytest.fixture
def rival(cast):
    return person(Role.CALLBACK_AGENT, cast.store, cast.group, "rival")


def test_two_agents_get_different_customers(cast, rival, on_other_connection):
    first, second = make_call(cast), make_call(cast)
    with transaction.atomic():
        assert Call.objects.claim_next(cast.agent) == first  # not yet committed
        assert on_other_connection(lambda: Call.objects.claim_next(rival)) == second


def test_without_the_customer_s_lock_both_would_get_the_same(cast, rival, on_other_connection):
    """The control: what the plain query finds while the first claim is not yet committed."""
    first, _second = make_call(cast), make_call(cast)

    def unguarded():
        due = Call.objects.visible_to(rival).workable_by(rival).due(TEN).free_for(rival, TEN)
        return due.order_by("closes_on", "opens_on", "created_at", "pk").first()

    with transaction.atomic():
        assert Call.objects.claim_next(cast.agent) == first
        assert on_other_connection(unguarded) == first


def test_two_calls_of_one_customer_are_never_split(cast, rival, on_other_connection):
    car = make_vehicle(cast)
    calls = [make_call(cast, vehicle=car), make_call(cast, vehicle=car)]
    with transaction.atomic():
        assert Call.objects.claim_next(cast.agent) == calls[0]
        assert on_other_connection(lambda: Call.objects.claim_next(rival)) is None


def test_a_call_made_due_during_a_claim_is_judged_again_under_the_lock(cast, rival):
    """The rival saw a free call before the claim of its sibling was committed; it must not keep it."""
    car = make_vehicle(cast)
    held, late = make_call(cast, vehicle=car), make_call(cast, vehicle=car)
    seen = Call.objects.select_related("customer").get(pk=late.pk)
    Call.objects.filter(pk=held.pk).update(claimed_by=cast.agent, claimed_until=TEN + timedelta(minutes=9))
    with transaction.atomic():
        assert not seen.take(rival, TEN)
    assert Call.objects.get(pk=late.pk).claimed_by is None


def test_many_agents_share_out_the_customers_without_doubles(cast):
    agents = [person(Role.CALLBACK_AGENT, cast.store, cast.group, f"agent-{n}") for n in range(6)]
    for _n in range(4):
        car = make_vehicle(cast)
        make_call(cast, vehicle=car)
        make_call(cast, vehicle=car)
    given = together(*[lambda a=a: Call.objects.claim_next(a) for a in agents])
    assert not [g for g in given if isinstance(g, BaseException)]
    customers = [call.customer_id for call in given if call is not None]
    assert len(customers) == len(set(customers))
    holders = Call.objects.exclude(claimed_by=None).values_list("customer", "claimed_by").distinct()
    assert len(holders) == len({customer for customer, _agent in holders})


def test_of_two_who_choose_the_same_customer_one_is_told(cast, rival):
    car = make_vehicle(cast)
    mine, theirs = make_call(cast, vehicle=car), make_call(cast, vehicle=car)
    with transaction.atomic():
        mine.claim(by=cast.agent)
        waiting = in_background(lambda: theirs.claim(by=rival))
        until_a_rival_waits()
    with pytest.raises(DomainError) as refused:
        waiting.result(timeout=10)
    assert refused.value.code == "customer_is_claimed"


def test_two_attempts_from_the_same_page_leave_one(cast):
    call = make_call(cast)
    call.claim(by=cast.agent)

    def attempt():
        return Call.objects.get(pk=call.pk).record_attempt("busy", by=cast.agent, seen=0)

    outcomes = together(attempt, attempt)
    assert sorted(type(o).__name__ for o in outcomes) == ["Attempt", "DomainError"]
    assert Attempt.objects.count() == 1


def test_scheduling_the_same_key_at_once_makes_one_call(cast):
    car = make_vehicle(cast)
    together(*[lambda: make_call(cast, vehicle=car, key="same")] * 2)
    assert Call.objects.filter(key="same").count() == 1
