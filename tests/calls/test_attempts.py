"""Attempts, and how a call ends: reached, unreached after two, or waiting for a number."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.roles import Role
from apps.calls.models import Attempt, Call
from apps.core.errors import DomainError
from apps.desk.models import Event, EventDelivery, Task
from tests.calls.factories import make_call
from tests.cast import person
from tests.customers.factories import make_customer, make_vehicle

ZONE = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
TODAY = TEN.date()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
UNREACHED = ["no_answer", "busy", "off", "refused", "later"]


@pytest.fixture
def at(monkeypatch):
    """``at(moment)``: the business clock stands there; it starts at ten."""

    def set_to(moment):
        monkeypatch.setattr("apps.core.clock.now", lambda: moment)

    set_to(TEN)
    return set_to


pytestmark = pytest.mark.usefixtures("at")


def fresh(call):
    return Call.objects.get(pk=call.pk)


@pytest.mark.parametrize("outcome", UNREACHED)
def test_an_unreached_attempt_comes_back_the_next_working_day_in_the_other_half(outcome, cast):
    call = make_call(cast)
    call.record_attempt(outcome, by=cast.agent)
    call = fresh(call)
    assert (call.state, call.unreached_count, call.claimed_by) == ("open", 1, None)
    assert call.due_at == datetime(2026, 11, 25, 14, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "back"),
    [
        (datetime(2026, 11, 24, 15, 0), datetime(2026, 11, 25, 9, 30)),
        (datetime(2026, 11, 27, 10, 0), datetime(2026, 11, 30, 14, 0)),
        (datetime(2026, 9, 30, 15, 0), datetime(2026, 10, 8, 9, 30)),
        (datetime(2026, 10, 9, 10, 0), datetime(2026, 10, 10, 14, 0)),
    ],
    ids=["afternoon", "over the weekend", "over the National Day holiday", "onto a make-up Saturday"],
)
def test_it_comes_back_on_a_working_day_of_the_statutory_calendar(moment, back, cast, at):
    at(moment.replace(tzinfo=ZONE))
    call = make_call(cast)
    call.record_attempt("no_answer", by=cast.agent)
    assert fresh(call).due_at == back.replace(tzinfo=ZONE)


def test_the_agent_may_choose_the_time_within_two_days_and_not_in_the_past(cast):
    call = make_call(cast)
    for wrong, code in ((TEN - HOUR, "again_in_the_past"), (TEN + 3 * DAY, "again_too_late")):
        with pytest.raises(DomainError) as refused:
            call.record_attempt("busy", by=cast.agent, again_at=wrong)
        assert refused.value.code == code
    assert not Attempt.objects.exists()
    call.record_attempt("busy", by=cast.agent, again_at=TEN + HOUR)
    assert fresh(call).due_at == TEN + HOUR


def test_a_time_that_the_customer_named_may_be_later_and_is_kept_outside_calling_hours(cast):
    call = make_call(cast)
    evening = TEN + 5 * DAY + 9 * HOUR
    call.record_attempt("later", by=cast.agent, again_at=evening)
    assert fresh(call).is_agreed_time
    assert Call.objects.claim_next(cast.agent, evening) == call


def test_saving_an_attempt_does_not_complete_and_completing_needs_somebody_reached(cast):
    call = make_call(cast)
    call.record_attempt("no_answer", by=cast.agent)
    with pytest.raises(DomainError) as refused:
        call.complete(by=cast.agent, person_spoken_to="王建国")
    assert refused.value.code == "not_reached"
    call.record_attempt("reached", by=cast.agent)
    assert fresh(call).state == "open"
    with pytest.raises(DomainError):
        call.complete(by=cast.agent, person_spoken_to=" ")
    call.complete(by=cast.agent, person_spoken_to="他太太", note="一切都好")
    done = fresh(call)
    assert (done.state, done.person_spoken_to, done.note) == ("done", "他太太", "一切都好")


def test_a_finished_call_keeps_name_number_caller_time_and_the_days_since_the_previous_level(cast):
    customer = make_customer(cast, name="王芳", phone="+8613812345678")
    call = make_call(cast, customer=customer, previous_on=TODAY - 6 * DAY)
    call.record_attempt("reached", by=cast.agent)
    call.complete(by=cast.agent, person_spoken_to="王芳")
    customer.update(by=cast.advisor, name="王小芳", phone="13900000000")
    done = fresh(call)
    assert (done.customer_name, done.customer_phone) == ("王芳", "+8613812345678")
    assert (done.finished_by, done.finished_at, done.days_since_previous) == (cast.agent, TEN, 6)
    assert done.claimed_by is None


def test_after_the_second_attempt_it_may_be_closed_as_unreached_and_not_before(cast):
    call = make_call(cast)
    call.record_attempt("no_answer", by=cast.agent)
    with pytest.raises(DomainError) as refused:
        call.complete_unreached(by=cast.agent)
    assert refused.value.code == "too_few_attempts"
    call.record_attempt("busy", by=cast.agent)
    call.complete_unreached(by=cast.agent)
    done = fresh(call)
    assert (done.state, done.person_spoken_to, done.customer_name) == ("unreached", "", call.customer.name)


def test_one_conversation_settles_the_attempt_for_every_due_reason(cast):
    car = make_vehicle(cast)
    first, second = make_call(cast, vehicle=car), make_call(cast, vehicle=car)
    later = make_call(cast, vehicle=car, opens_on=TODAY + 2 * DAY, closes_on=TODAY + 4 * DAY)
    own = make_call(cast, vehicle=car, owner=cast.advisor)
    first.record_attempt("reached", by=cast.agent)
    assert [fresh(c).attempt_count for c in (first, second, later, own)] == [1, 1, 0, 0]
    first.complete(by=cast.agent, person_spoken_to="x")
    assert Call.objects.claim_next(cast.agent) == second, "the same customer comes next"
    second.complete(by=cast.agent, person_spoken_to="x")


def test_an_attempt_recorded_meanwhile_refuses_the_stale_page(cast):
    call = make_call(cast)
    stale = fresh(call)
    call.record_attempt("busy", by=cast.agent, seen=0)
    with pytest.raises(DomainError) as refused:
        stale.record_attempt("busy", by=cast.agent, seen=0)
    assert refused.value.code == "stale"
    assert Attempt.objects.count() == 1


def test_an_attempt_on_a_customer_whom_a_colleague_holds_is_refused(cast):
    call = make_call(cast)
    second = person(Role.CALLBACK_AGENT, cast.store, cast.group, "agent-two")
    call.claim(by=cast.agent)
    with pytest.raises(DomainError) as refused:
        call.record_attempt("busy", by=second)
    assert refused.value.code == "customer_is_claimed"


def test_a_wrong_number_holds_up_every_call_and_asks_the_service_manager(cast):
    car = make_vehicle(cast)
    calls = [make_call(cast, vehicle=car), make_call(cast, vehicle=car, opens_on=TODAY + DAY)]
    calls[0].record_attempt("wrong", by=cast.agent)
    assert {fresh(c).state for c in calls} == {"correction"}
    task = Task.objects.open().get()
    assert (task.owner, task.role) == (None, "service_manager")
    assert task.url == f"/calls/numbers/{car.owner_id}/"
    with pytest.raises(DomainError):
        calls[0].record_attempt("busy", by=cast.agent)


def test_the_task_is_the_advisor_s_only_if_he_works_in_this_store(cast):
    customer = make_customer(cast, advisor=cast.neighbour)
    make_call(cast, customer=customer).record_attempt("wrong", by=cast.agent)
    assert Task.objects.open().get().role == "service_manager"


def test_correcting_the_number_anywhere_brings_the_calls_back(cast):
    call = make_call(cast)
    call.record_attempt("wrong", by=cast.agent)
    call.customer.update(by=cast.advisor, phone="13711112222")
    while EventDelivery.objects.deliver_one(TEN):
        pass
    back = fresh(call)
    assert (back.state, back.due_at) == ("open", TEN)
    assert not Task.objects.open().exists()
    assert Call.objects.claim_next(cast.agent) == call


def test_a_number_taken_off_the_file_holds_up_the_open_calls(cast):
    call = make_call(cast)
    call.customer.update(by=cast.advisor, phone="")
    while EventDelivery.objects.deliver_one(TEN):
        pass
    assert fresh(call).state == "correction"
    assert not EventDelivery.objects.dead().exists()


def test_another_change_of_the_customer_moves_no_call(cast):
    call = make_call(cast)
    call.record_attempt("wrong", by=cast.agent)
    call.customer.update(by=cast.advisor, remarks="Likes tea")
    while EventDelivery.objects.deliver_one(TEN):
        pass
    assert fresh(call).state == "correction"


def test_a_suspended_call_says_why_and_comes_back_with_new_days(cast):
    call = make_call(cast)
    with pytest.raises(DomainError):
        call.suspend("  ", by=cast.manager)
    call.suspend("Customer abroad", by=cast.manager)
    assert Call.objects.claim_next(cast.agent) is None
    call.resume(by=cast.manager, opens_on=TODAY + 2 * DAY, closes_on=TODAY + 5 * DAY)
    back = fresh(call)
    assert (back.state, back.opens_on, back.closes_on) == ("open", TODAY + 2 * DAY, TODAY + 5 * DAY)
    assert back.due_at == datetime(2026, 11, 26, 0, 0, tzinfo=ZONE)


def test_a_cancelled_call_is_over_for_good(cast):
    call = make_call(cast)
    call.cancel("Car sold", by=cast.manager)
    for verb in (
        lambda: call.resume(by=cast.manager),
        lambda: call.cancel("again", by=cast.manager),
        lambda: call.claim(by=cast.agent),
    ):
        with pytest.raises(DomainError):
            verb()
    assert fresh(call).reason == "Car sold"


def test_a_promise_to_come_back_is_a_call_of_one_s_own_at_that_time(cast):
    call = make_call(cast)
    call.claim(by=cast.agent)
    six = TEN + 8 * HOUR
    promised = call.promise("制动盘到货时间", six, by=cast.agent)
    assert call.promise("制动盘到货时间", six, by=cast.agent) == promised
    assert (promised.owner, promised.topic, promised.closes_on) == (cast.agent, "制动盘到货时间", TODAY)
    call.cancel("done with it", by=cast.manager)
    assert Call.objects.claim_next(cast.agent, TEN + HOUR) is None
    assert Call.objects.claim_next(cast.agent, six) == promised


def test_nobody_reached_within_seven_days_is_called_for_the_same_thing(cast):
    call = make_call(cast)
    call.record_attempt("reached", by=cast.agent)
    call.complete(by=cast.agent, person_spoken_to="x")
    lately = Call.objects.reached_lately
    assert lately("promise", call.customer, TEN + 7 * DAY - HOUR).exists()
    assert not lately("promise", call.customer, TEN + 7 * DAY).exists()
    assert not lately("other", call.customer, TEN).exists()


def test_each_step_stands_in_the_vehicle_s_story(cast):
    call = make_call(cast)
    call.record_attempt("no_answer", by=cast.agent)
    call.record_attempt("reached", by=cast.agent)
    call.complete(by=cast.agent, person_spoken_to="x")
    story = Event.objects.story(call.vehicle.event_thread)
    kinds = [event.kind for event in story if event.kind.startswith("call.")]
    assert kinds == ["call.done", "call.attempted", "call.attempted"]
    assert {event.actor for event in story} == {cast.agent}


def test_windows_are_dates_in_order(cast):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        make_call(cast, opens_on=date(2026, 11, 24), closes_on=date(2026, 11, 23))
