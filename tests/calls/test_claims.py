"""Handing out calls: the most urgent first, one agent per customer, and nobody's for ever."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Setting
from apps.accounts.roles import Role
from apps.calls.models import Call
from apps.calls.models.claims import LEASE
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer
from apps.desk.models import Task
from tests.calls.factories import make_call
from tests.cast import person
from tests.customers.factories import make_customer, make_vehicle

ZONE = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
TODAY = TEN.date()
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _ten_in_the_morning(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


@pytest.fixture
def second_agent(cast):
    return person(Role.CALLBACK_AGENT, cast.store, cast.group, "agent-two")


def window(opens: int, closes: int) -> dict:
    return {"opens_on": TODAY + opens * DAY, "closes_on": TODAY + closes * DAY}


def test_overdue_comes_first_then_the_closing_window_then_age(cast):
    roomy, overdue = make_call(cast, **window(-1, 5)), make_call(cast, **window(-9, -1))
    closing, older = make_call(cast, **window(0, 1)), make_call(cast, **window(-2, 1))
    order = []
    for _n in range(4):
        call = Call.objects.claim_next(cast.agent)
        order.append(call.pk)
        Call.objects.filter(pk=call.pk).update(state="suspended", reason="x", claimed_by=None)
    assert order == [overdue.pk, older.pk, closing.pk, roomy.pk]


def test_what_is_not_yet_due_held_up_or_of_another_role_is_not_handed_out(cast):
    make_call(cast, **window(1, 3))
    make_call(cast, due_at=TEN + MINUTE)
    make_call(cast, suspended_because="Not collected yet")
    make_call(cast, owner=cast.advisor)
    make_call(cast, role=Role.STATION_HEAD)
    make_call(cast, store=cast.other_store)
    assert Call.objects.claim_next(cast.agent) is None
    mine = make_call(cast, role=Role.CALLBACK_AGENT)
    assert Call.objects.claim_next(cast.agent) == mine


def test_a_call_whose_owner_has_left_goes_to_the_queue(cast):
    call = make_call(cast, owner=cast.advisor)
    assert Call.objects.claim_next(cast.agent) is None
    cast.advisor.is_active = False
    cast.advisor.save()
    assert Call.objects.claim_next(cast.agent) == call


@pytest.mark.parametrize(
    ("hour", "minute", "open_"),
    [(9, 29, False), (9, 30, True), (11, 0, False), (14, 0, True), (16, 30, False)],
)
def test_calls_are_handed_out_in_calling_hours_only(hour, minute, open_, cast):
    call = make_call(cast)
    now = TEN.replace(hour=hour, minute=minute)
    assert Call.objects.claim_next(cast.agent, now) == (call if open_ else None)


def test_calling_hours_are_a_dated_setting_of_the_store(cast):
    call = make_call(cast)
    evening = TEN.replace(hour=18)
    Setting.objects.create(
        key="calls.hours", store=cast.store, effective_from=TODAY, value=[["17:00", "19:00"]]
    )
    assert Call.objects.claim_next(cast.agent, TEN) is None
    assert Call.objects.claim_next(cast.agent, evening) == call


def test_outside_calling_hours_a_time_named_by_the_customer_and_a_chosen_call_still_go(cast):
    make_call(cast)
    evening = TEN.replace(hour=18)
    agreed = make_call(cast, due_at=evening - MINUTE)
    assert Call.objects.claim_next(cast.agent, evening) == agreed
    chosen = make_call(cast)
    chosen.claim(by=cast.agent, now=evening)
    assert chosen.is_held_by(cast.agent, evening)


def test_the_claim_takes_every_open_call_of_the_customer(cast, second_agent):
    car = make_vehicle(cast)
    calls = [make_call(cast, vehicle=car), make_call(cast, vehicle=car, **window(2, 4))]
    assert Call.objects.claim_next(cast.agent) == calls[0]
    calls[1].refresh_from_db()
    assert calls[1].is_held_by(cast.agent)
    with pytest.raises(DomainError) as refused:
        calls[0].claim(by=second_agent)
    assert refused.value.code == "customer_is_claimed"


def test_a_call_made_due_while_the_customer_is_spoken_to_waits_for_the_same_agent(cast, second_agent):
    car = make_vehicle(cast)
    first = make_call(cast, vehicle=car)
    assert Call.objects.claim_next(cast.agent) == first
    late = make_call(cast, vehicle=car)
    assert Call.objects.claim_next(second_agent) is None
    assert late in first.other_reasons(cast.agent)


def test_an_abandoned_call_goes_back_after_a_quarter_of_an_hour_unless_somebody_works_on_it(
    cast, second_agent
):
    call = make_call(cast)
    assert Call.objects.claim_next(cast.agent) == call
    assert Call.objects.claim_next(second_agent, TEN + LEASE - MINUTE) is None
    call.renew(by=cast.agent, now=TEN + LEASE - MINUTE)
    assert Call.objects.claim_next(second_agent, TEN + LEASE + MINUTE) is None
    assert Call.objects.claim_next(second_agent, TEN + 2 * LEASE) == call


def test_a_held_call_is_handed_out_again_to_its_agent(cast):
    held, _other = make_call(cast, **window(0, 5)), None
    assert Call.objects.claim_next(cast.agent) == held
    make_call(cast, **window(0, 1))
    assert Call.objects.claim_next(cast.agent) == held


def test_a_call_put_back_is_offered_last_to_this_agent_and_first_to_the_next(cast, second_agent):
    urgent, other = make_call(cast, **window(0, 1)), make_call(cast, **window(0, 5))
    Call.objects.claim_next(cast.agent).release(by=cast.agent)
    assert Call.objects.claim_next(cast.agent) == other
    assert Call.objects.claim_next(second_agent) == urgent


def test_choosing_another_customer_gives_the_first_back(cast, second_agent):
    first, chosen = make_call(cast), make_call(cast)
    Call.objects.claim_next(cast.agent)
    chosen.claim(by=cast.agent)
    first.refresh_from_db()
    assert first.claimed_by is None


@pytest.mark.parametrize("who", ["administrator", "shared"])
def test_nobody_calls_under_a_name_that_is_not_his_own(who, cast):
    call = make_call(cast)
    user = cast.administrator
    if who == "shared":
        user = person(Role.CALLBACK_AGENT, cast.store, cast.group, "desk", is_shared=True)
    for verb in (
        lambda: Call.objects.claim_next(user),
        lambda: call.claim(by=user),
        lambda: call.record_attempt("no_answer", by=user),
        lambda: call.complete(by=user, person_spoken_to="x"),
    ):
        with pytest.raises(DomainError) as refused:
            verb()
        assert refused.value.code == "not_under_own_name"


def test_a_colleague_s_own_call_is_refused_but_a_stand_in_takes_it_over(cast):
    call = make_call(cast, owner=cast.advisor)
    with pytest.raises(DomainError) as refused:
        call.claim(by=cast.agent)
    assert refused.value.code == "call_of_another"
    call.claim(by=cast.reception_supervisor)
    assert call.is_held_by(cast.reception_supervisor)


def test_a_call_may_not_be_made_before_its_window(cast):
    call = make_call(cast, **window(2, 4))
    with pytest.raises(DomainError) as refused:
        call.claim(by=cast.agent)
    assert refused.value.code == "not_open_yet"


def test_scheduling_the_same_key_again_changes_nothing(cast):
    car = make_vehicle(cast)
    first = make_call(cast, vehicle=car, key="once")
    again = make_call(cast, vehicle=car, key="once", **window(3, 9))
    assert again.pk == first.pk
    assert Call.objects.get().closes_on == first.closes_on


def test_without_a_number_the_call_waits_and_the_customer_s_advisor_is_asked(cast):
    customer = make_customer(cast, phone="", advisor=cast.advisor, name="王芳")
    call = make_call(cast, customer=customer)
    assert call.state == "correction"
    assert Call.objects.claim_next(cast.agent) is None
    task = Task.objects.open().get()
    assert (task.owner, task.params) == (cast.advisor, {"customer": "王芳"})


def test_the_database_refuses_endings_that_lack_what_they_need(cast):
    call = make_call(cast)
    ended = {"finished_at": TEN, "finished_by": cast.agent, "customer_name": "x", "customer_phone": "+86"}
    for fields in (
        {"state": "done", **ended},
        {"state": "done", "reached_at": TEN},
        {"state": "done", "reached_at": TEN, **ended, "customer_name": ""},
        {"state": "unreached", "unreached_count": 1, **ended},
        {"state": "suspended"},
        {"claimed_by": cast.agent},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**fields)


# -- the customer's preference ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "handed_out"),
    [
        (8, 45, "morning"),  # before the calling hours
        (10, 0, "morning"),
        (10, 30, "morning"),
        (15, 0, "none"),
        (18, 30, "evening"),  # after them
        (12, 30, None),
        (21, 0, None),
    ],
)
def test_a_customer_s_hours_go_before_the_calling_hours(cast, hour, minute, handed_out):
    now = clock.at(TEN.date(), hour, minute)
    keep = {"opens_on": TEN.date(), "closes_on": TEN.date() + timedelta(days=3)}
    calls = {}
    for wish in ("morning", "evening", "none"):
        calls[wish] = make_call(cast, **keep)
        Customer.objects.filter(pk=calls[wish].customer_id).update(
            preferred_hours="" if wish == "none" else wish
        )
    found = Call.objects.claim_next(cast.agent, now=now)
    assert found == (calls[handed_out] if handed_out else None)


def test_next_says_why_it_hands_out_nothing(cast, client):
    client.force_login(cast.agent)

    def said() -> str:
        answer = client.post("/calls/next/", follow=True)
        return str(next(iter(answer.context["messages"])))

    assert "没有到期" in said()
    call = make_call(cast, opens_on=TODAY, closes_on=TODAY + 3 * DAY)
    Customer.objects.filter(pk=call.customer_id).update(preferred_hours="evening")
    assert "其他时间" in said()
    assert Call.objects.get(pk=call.pk).claimed_by is None


def test_on_the_last_day_nobody_waits_for_his_hours(cast):
    call = make_call(cast, opens_on=TEN.date(), closes_on=TEN.date())
    Customer.objects.filter(pk=call.customer_id).update(preferred_hours="evening")
    assert Call.objects.claim_next(cast.agent, now=clock.at(TEN.date(), 10)) == call


def test_an_unanswered_call_comes_back_in_the_customer_s_hours(cast):
    call = make_call(cast)
    Customer.objects.filter(pk=call.customer_id).update(preferred_hours="evening")
    call.refresh_from_db()
    call.record_attempt("no_answer", by=cast.agent, now=clock.at(TEN.date(), 10))
    assert timezone.localtime(call.due_at).hour == 18
