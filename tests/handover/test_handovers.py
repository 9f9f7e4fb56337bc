"""A new car from the day before to the call a fortnight later."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Setting
from apps.accounts.roles import Role
from apps.calls.models import Call
from apps.core.errors import DomainError
from apps.customers.models import StoreAccess
from apps.desk.models import Event, Notice
from apps.handover import services
from apps.handover.models import Handover
from tests.cast import person
from tests.customers.factories import make_customer, make_vehicle
from tests.handover.factories import delivery, make_handover, tick_all

ZONE = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
DAY = timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    """``at(moment)``: the business clock stands there; it starts at ten."""

    def set_to(moment):
        monkeypatch.setattr("apps.core.clock.now", lambda: moment)

    set_to(TEN)
    return set_to


pytestmark = pytest.mark.usefixtures("at")


def ready(cast, **fields):
    handover = make_handover(cast, prepared=True, **fields)
    tick_all(handover, "rechecked", "explained")
    return handover


def test_the_advisor_with_the_fewest_customers_is_proposed(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second-advisor")
    person(Role.SERVICE_ADVISOR, cast.store, cast.group, "shared", is_shared=True)
    for _n in range(2):
        make_customer(cast, advisor=cast.advisor)
    make_customer(cast, advisor=second)
    assert [(a.username, a.customer_count) for a in services.advisors(cast.store)] == [
        ("second-advisor", 1),
        ("service_advisor", 2),
    ]


def test_planning_opens_the_file_and_makes_the_follow_up_suspended_and_visible(cast):
    customer = make_customer(cast, store=False)
    handover = make_handover(cast, customer=customer)
    assert StoreAccess.objects.get(customer=customer).reason == "handover"
    call = Call.objects.get()
    assert (call.queue, call.state, call.reason) == ("n15", "suspended", "Not collected yet")
    assert (call.owner, call.object_id) == (cast.advisor, handover.pk)


def test_a_car_is_planned_once_and_again_only_after_a_cancellation(cast):
    first = make_handover(cast)
    with pytest.raises(DomainError) as refused:
        make_handover(cast, vehicle=first.vehicle, customer=first.customer)
    assert refused.value.code == "handover_exists"
    services.cancel(first, "Customer withdrew", by=cast.customer_manager)
    assert Call.objects.get().state == "cancelled"
    assert make_handover(cast, vehicle=first.vehicle, customer=first.customer).status == "planned"


def test_it_is_deliverable_only_when_all_is_prepared_and_the_advisor_is_told(cast):
    handover = make_handover(cast)
    handover.tick("prepared", {"washed": True})
    with pytest.raises(DomainError) as refused:
        handover.make_deliverable(by=cast.information_clerk)
    assert refused.value.code == "not_prepared"
    tick_all(handover, "prepared")
    handover.make_deliverable(by=cast.information_clerk)
    assert Notice.objects.get().reader == cast.advisor


def test_a_car_outside_statutory_liability_needs_no_statutory_points(cast):
    handover = make_handover(cast, is_statutory=False)
    assert "statutory_paper" not in handover.missing("prepared")
    assert "statutory" not in handover.missing("explained")
    assert "statutory" in make_handover(cast).missing("explained")


def test_lists_are_ticked_in_their_time_and_unknown_points_are_no_input(cast):
    handover = make_handover(cast)
    with pytest.raises(DomainError) as refused:
        handover.tick("explained", {"warranty": True})
    assert refused.value.code == "list_closed"
    with pytest.raises(ValueError, match="nonsense"):
        handover.tick("prepared", {"nonsense": True})


def test_two_people_tick_different_points_and_neither_is_lost(cast):
    handover = make_handover(cast)
    stale = Handover.objects.get(pk=handover.pk)
    handover.tick("prepared", {"washed": True})
    stale.tick("prepared", {"tyres": True})
    assert Handover.objects.get().prepared == ["washed", "tyres"]


def test_nothing_is_delivered_with_open_points(cast):
    handover = make_handover(cast, prepared=True)
    tick_all(handover, "rechecked")
    with pytest.raises(DomainError) as refused:
        services.deliver(handover, delivery(), by=cast.advisor)
    assert refused.value.code == "not_explained"
    planned = make_handover(cast)
    with pytest.raises(DomainError) as refused:
        services.deliver(planned, delivery(), by=cast.advisor)
    assert refused.value.code == "handover_state"


def test_delivery_puts_mileage_usage_owner_and_advisor_on_file(cast):
    seller = make_customer(cast, name="展厅")
    handover = ready(cast, vehicle=make_vehicle(cast, owner=seller, plate=""))
    services.deliver(handover, delivery(preferred_channel="wechat", use="commute"), by=cast.advisor)
    handover = Handover.objects.select_related("vehicle", "customer").get()
    car, customer = handover.vehicle, handover.customer
    assert (car.odometer_km, car.km_per_month, car.purchased_on) == (12, 1500, TEN.date())
    assert car.owner == customer
    assert (customer.advisor, customer.preferred_channel) == (cast.advisor, "wechat")
    assert (handover.delivered_by, handover.delivered_at, handover.use) == (cast.advisor, TEN, "commute")
    assert Event.objects.filter(kind="handover.delivered", thread=car.event_thread).exists()


@pytest.mark.parametrize(
    ("day", "opens_on", "closes_on"),
    [
        (date(2026, 11, 24), date(2026, 12, 9), date(2026, 12, 14)),
        (date(2026, 9, 18), date(2026, 10, 3), date(2026, 10, 10)),
    ],
    ids=["ordinary", "into the National Day holiday, over its make-up Saturday"],
)
def test_n15_opens_fifteen_calendar_days_later_for_three_working_days(day, opens_on, closes_on, cast, at):
    at(TEN.replace(year=day.year, month=day.month, day=day.day))
    handover = ready(cast)
    services.deliver(handover, delivery(), by=cast.advisor)
    call = Call.objects.get()
    assert (call.state, call.opens_on, call.closes_on) == ("open", opens_on, closes_on)
    assert call.previous_on == day
    noon = TEN.replace(year=opens_on.year, month=opens_on.month, day=opens_on.day)
    assert Call.objects.claim_next(cast.advisor, noon - DAY) is None
    assert Call.objects.claim_next(cast.advisor, noon) == call


def test_n15_counts_from_the_day_the_car_was_really_collected(cast, at):
    handover = ready(cast, planned_at=TEN + DAY)
    at(TEN + 5 * DAY)
    assert handover.is_not_collected
    assert list(Handover.objects.not_collected(TEN + 5 * DAY)) == [handover]
    assert Call.objects.get().state == "suspended"
    services.deliver(handover, delivery(), by=cast.advisor)
    assert Call.objects.get().opens_on == (TEN + 20 * DAY).date()


def test_by_setting_the_n15_call_is_any_callback_agent_s(cast):
    Setting.objects.create(key="handover.n15_owner", effective_from=TEN.date(), value="agent")
    make_handover(cast)
    call = Call.objects.get()
    assert (call.owner, call.role) == (None, Role.CALLBACK_AGENT)


def test_another_advisor_takes_the_follow_up_along(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second-advisor")
    handover = make_handover(cast)
    services.change_advisor(handover, second, by=cast.manager)
    assert Call.objects.get().owner == second
    assert Handover.objects.get().advisor == second


def test_the_advisor_is_alerted_once_five_minutes_before(cast):
    handover = make_handover(cast, planned_at=TEN + timedelta(minutes=6))
    assert services.alert_advisors(TEN) == 0
    assert services.alert_advisors(TEN + timedelta(minutes=1)) == 1
    assert services.alert_advisors(TEN + timedelta(minutes=2)) == 0
    notice = Notice.objects.get()
    assert (notice.reader, notice.params["time"]) == (cast.advisor, "10:06")
    handover.replan(TEN + DAY, by=cast.information_clerk)
    assert services.alert_advisors(TEN + DAY) == 1


def test_a_handover_long_past_or_delivered_alerts_nobody(cast):
    make_handover(cast, planned_at=TEN - timedelta(hours=2))
    done = ready(cast, planned_at=TEN)
    services.deliver(done, delivery(), by=cast.advisor)
    Notice.objects.all().delete()
    assert services.alert_advisors(TEN) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_alert_once(cast, on_other_connection):
    make_handover(cast, planned_at=TEN)
    with transaction.atomic():
        assert services.alert_advisors(TEN) == 1
        assert on_other_connection(lambda: services.alert_advisors(TEN)) == 0


def test_a_recheck_that_finds_something_sends_the_car_back(cast):
    handover = make_handover(cast, prepared=True)
    tick_all(handover, "rechecked")
    with pytest.raises(DomainError):
        handover.send_back(" ", by=cast.advisor)
    handover.send_back("Scratch on the left door", by=cast.advisor)
    handover.refresh_from_db()
    assert (handover.status, handover.rechecked) == ("planned", [])


def test_delivered_and_cancelled_are_the_end(cast):
    handover = ready(cast)
    services.deliver(handover, delivery(), by=cast.advisor)
    for verb in (
        lambda: services.deliver(handover, delivery(), by=cast.advisor),
        lambda: services.cancel(handover, "x", by=cast.manager),
        lambda: handover.replan(TEN, by=cast.manager),
        lambda: services.change_advisor(handover, cast.advisor, by=cast.manager),
        lambda: handover.send_back("x", by=cast.manager),
    ):
        with pytest.raises(DomainError):
            verb()


def test_the_database_refuses_a_delivery_without_its_facts(cast):
    handover = make_handover(cast)
    for fields in (
        {"status": "delivered", "delivered_at": TEN, "delivered_by": cast.advisor},
        {"status": "cancelled"},
        {"sales_consultant": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.filter(pk=handover.pk).update(**fields)
