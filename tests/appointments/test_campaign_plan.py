"""Recalls, campaigns and declined work as grounds of a call, on days on which there is room."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.accounts.models import Setting
from apps.appointments import campaign_plan, forecast, proactive
from apps.appointments.models import ProactiveCall
from apps.capacity.load import House
from apps.core import clock
from apps.customers.models import Campaign, CampaignVehicle, Recommendation, Vehicle
from tests.appointments.factories import make_appointment, make_customer, make_package, make_vehicle
from tests.appointments.online_house import wide
from tests.appointments.test_forecast import reached
from tests.capacity.incident_factories import deliver
from tests.customers.factories import make_campaign
from tests.customers.factories import make_vin as of_number
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]

LEAD, AHEAD = campaign_plan.LEAD_DAYS, campaign_plan.AHEAD_DAYS


@pytest.fixture
def store(cast, midmorning):
    return wide(cast)


def cars(store, n):
    return [
        make_vehicle(
            store, f"浙C{i:05d}", owner=make_customer(store, f"客{i}", f"+86138{i:08d}"), vin=of_number(i)
        )
        for i in range(1, n + 1)
    ]


def planned(campaign):
    return [row.planned_on for row in campaign.cars.order_by("pk")]


def at_most(store, calls):
    day = clock.today()
    Setting.objects.create(key=campaign_plan.PER_DAY, store=store, effective_from=day, value=calls)


def free_hours(store):
    house = House.load(store, clock.today() + timedelta(days=LEAD), AHEAD)
    return {day.day: day.load.free for day in house.days}


# -- days --------------------------------------------------------------------------------------------


def test_cars_are_spread_over_the_days_within_the_share(cast, store):
    free = free_hours(store)
    first = next(day for day, hours in free.items() if hours)
    hours = Decimal(str(round(free[first] * 0.1, 1)))
    campaign = make_campaign(cast, *cars(store, 7), hours=hours)
    assert campaign_plan.plan(store, today=clock.today()) == 7
    days = planned(campaign)
    assert days == sorted(days)
    assert days[0] == first
    per_day = {day: days.count(day) for day in days}
    for day, n in per_day.items():
        assert n * float(hours) <= free[day] * 0.3 + 0.001, "thirty percent of what is free, no more"
    assert len(per_day) >= 3
    assert campaign_plan.plan(store, today=clock.today()) == 0, "a car keeps its day"


def test_a_long_job_takes_a_whole_day_though_it_is_more_than_the_share(cast, store):
    free = free_hours(store)
    most = max(free.values())
    campaign = make_campaign(cast, *cars(store, 2), hours=Decimal(str(round(most * 0.9, 1))))
    campaign_plan.plan(store, today=clock.today())
    assert len(set(planned(campaign))) == 2


def test_what_finds_no_room_waits_and_is_said(cast, store):
    campaign = make_campaign(cast, *cars(store, 2), hours=Decimal("900.0"))
    assert campaign_plan.plan(store, today=clock.today()) == 0
    shown = campaign_plan.panel(campaign, cast.advisor)
    assert (shown["waiting"], shown["weeks"]) == (2, [])


def test_recalls_go_first_and_no_day_lies_after_the_end(cast, store):
    free = free_hours(store)
    hours = Decimal(str(round(max(free.values()) * 0.25, 1)))
    one, two, three = cars(store, 3)
    ends = clock.today() + timedelta(days=LEAD + 1)
    other = make_campaign(cast, one, two, kind=Campaign.Kind.CAMPAIGN, hours=hours, ends_on=ends)
    recall = make_campaign(cast, three, hours=hours)
    campaign_plan.plan(store, today=clock.today())
    assert planned(recall)[0] <= min(day for day in planned(other) if day)
    assert all(day is None or day <= ends for day in planned(other))


def test_a_booked_car_needs_no_day(cast, store):
    [car] = cars(store, 1)
    make_appointment(store, vehicle=car, customer=car.owner)
    campaign = make_campaign(cast, car)
    assert campaign_plan.plan(store, today=clock.today()) == 0
    assert planned(campaign) == [None]


@pytest.mark.parametrize(("kind", "again"), [("recall", True), ("campaign", False)])
def test_a_recall_nobody_came_for_is_planned_again_after_a_month(kind, again, cast, store):
    campaign = make_campaign(cast, *cars(store, 1), kind=kind)
    long_ago = clock.today() - timedelta(days=31)
    campaign.cars.update(planned_on=long_ago)
    campaign_plan.plan(store, today=clock.today())
    assert (planned(campaign) != [long_ago]) == again


def test_no_more_cars_a_day_than_half_of_the_calls(cast, store):
    at_most(store, 4)
    campaign = make_campaign(cast, *cars(store, 5), hours=Decimal("0.1"))
    campaign_plan.plan(store, today=clock.today())
    assert sorted(Counter(planned(campaign)).values()) == [1, 2, 2]


# -- calls -------------------------------------------------------------------------------------------


def go(store):
    return proactive.forecast_store(store, now=clock.at(clock.today(), 9))


def test_the_customer_is_called_before_the_day_and_the_page_offers_the_package(cast, store, client):
    [car] = cars(store, 1)
    package = make_package(store)
    campaign = make_campaign(cast, car, package=package, words="请尽快到店检查")
    assert go(store) == 1
    row = ProactiveCall.objects.get(vehicle=car)
    assert [item.campaign for item in row.due] == [campaign.pk]
    assert str(row) == "气囊传感器召回"
    reached(row, cast.advisor)
    client.force_login(cast.advisor)
    page = client.get(row.call.get_absolute_url()).content.decode()
    assert "请尽快到店检查" in page
    assert f"add=package%3A{package.pk}%40required&amp;kind=campaign" in page
    book = (
        reverse("appointments:create") + f"?vehicle={car.pk}&add=package:{package.pk}@required&kind=campaign"
    )
    booking = client.get(book).content.decode()
    assert "气囊传感器召回" in booking
    assert '<option value="campaign" selected' in booking
    assert campaign_plan.panel(campaign, cast.advisor)["called"] == 1
    assert go(store) == 0


def test_what_is_only_a_campaign_s_waits_for_services_and_recalls(cast, store):
    first, second, third = cars(store, 3)
    make_campaign(cast, first, kind=Campaign.Kind.CAMPAIGN)
    make_campaign(cast, second)
    Vehicle.objects.filter(pk=third.pk).update(inspection_due_on=clock.today() + timedelta(days=14))
    at_most(store, 2)
    assert go(store) == 2
    assert set(ProactiveCall.objects.values_list("vehicle", flat=True)) == {second.pk, third.pk}


def test_what_is_done_meanwhile_takes_its_call_away_and_leaves_the_others(cast, store):
    one, two = cars(store, 2)
    campaign = make_campaign(cast, one, two)
    told = two.recommend("前制动片更换", source="WO", by=cast.advisor)
    Recommendation.objects.filter(pk=told.pk).update(created_at=clock.now() - timedelta(days=40))
    assert go(store) == 2
    for row in campaign.cars.all():
        row.end(CampaignVehicle.Result.ELSEWHERE, by=cast.advisor, note="在杭州做过")
    deliver()
    states = dict(ProactiveCall.objects.values_list("vehicle", "call__state"))
    assert states == {one.pk: "cancelled", two.pk: "open"}, "about the brakes there is still something to say"
    Recommendation.objects.get().close(by=cast.advisor, reason="不做")
    deliver()
    assert ProactiveCall.objects.get(vehicle=two).call.state == "cancelled"


def test_cars_that_an_import_brought_are_found_by_the_round(cast, store):
    campaign = make_campaign(cast, kind=Campaign.Kind.RECALL)
    campaign.add_vins([of_number(1)], by=cast.manager)
    [car] = cars(store, 1)
    assert not campaign.cars.exists()
    proactive.go_round(clock.at(clock.today(), 9))
    assert [row.vehicle for row in campaign.cars.all()] == [car]


def test_a_recall_that_is_done_calls_nobody(cast, store):
    [car] = cars(store, 1)
    make_campaign(cast, car).cars.get().end(CampaignVehicle.Result.DONE, by=cast.advisor, note="WO-1")
    assert go(store) == 0


@pytest.mark.parametrize(
    ("days", "safety", "called"),
    [
        (29, False, False),
        (30, False, True),
        (105, False, True),
        (106, False, False),
        (6, True, False),
        (7, True, True),
    ],
)
def test_declined_work_is_a_ground_when_it_is_ripe(days, safety, called, cast, store):
    [car] = cars(store, 1)
    told = car.recommend("前制动片更换", source="WO", by=cast.advisor, is_safety_relevant=safety)
    Recommendation.objects.filter(pk=told.pk).update(created_at=clock.now() - timedelta(days=days))
    assert go(store) == called
    if called:
        assert str(ProactiveCall.objects.get()) == "前制动片更换"


def test_what_a_call_was_about_is_read_from_rows_kept_before_campaigns():
    kept = {"key": "service-10000", "kind": "service", "km": 10_000, "due_on": "2026-11-30"}
    assert forecast.DueItem.of_json(kept).km == 10_000
