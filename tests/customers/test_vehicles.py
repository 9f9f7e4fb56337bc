"""Vehicles: identity, owner, recommendations."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.core.errors import DomainError
from apps.customers import services
from apps.customers.models import Vehicle
from apps.desk.models import Event, SearchKey
from tests.customers.factories import make_customer, make_vehicle, make_vin

pytestmark = pytest.mark.django_db

GOOD = make_vin(7)
WRONG_DIGIT = GOOD[:8] + ("0" if GOOD[8] != "0" else "1") + GOOD[9:]


def register(cast, owner=None, **fields):
    fields = {"vin": GOOD, "plate": "浙A12345"} | fields
    return Vehicle.objects.register(
        owner=owner or make_customer(cast), store=cast.store, by=cast.advisor, **fields
    )


def test_vin_and_plate_are_stored_as_written_in_the_book(cast):
    vehicle = register(cast, vin=f" {GOOD.lower()[:5]} {GOOD.lower()[5:]}", plate="浙ａ·12345")
    assert (vehicle.vin, vehicle.plate) == (GOOD, "浙A12345")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"vin": "LSV123"}, "vin", "length"),
        ({"vin": "I" + GOOD[1:]}, "vin", "alphabet"),
        ({"vin": WRONG_DIGIT}, "vin", "check_digit"),
        ({"plate": "AB123"}, "plate", "province"),
        ({"vin": "", "plate": ""}, "plate", None),
    ],
)
def test_a_wrong_vin_or_plate_is_refused_beside_its_field(cast, fields, field, code):
    with pytest.raises(ValidationError) as refused:
        register(cast, **fields)
    assert [e.code for e in refused.value.error_dict[field]] == [code]
    assert not Vehicle.objects.exists()


def test_a_wrong_check_digit_passes_with_a_reason_that_is_told(cast):
    vehicle = register(cast, vin=WRONG_DIGIT, vin_override_reason="平行进口车")
    assert vehicle.vin == WRONG_DIGIT
    assert Event.objects.get(kind="vehicle.registered").reason == "平行进口车"


def test_two_cars_of_which_only_the_plate_is_known(cast):
    register(cast, vin="")
    register(cast, vin="", plate="浙A12346")
    assert Vehicle.objects.filter(vin="").count() == 2


def test_a_known_vin_names_the_file_to_whoever_may_see_it(cast):
    register(cast, owner=make_customer(cast, name="王建国", number="K7"))
    with pytest.raises(ValidationError) as refused:
        register(cast, plate="浙A99999")
    assert all(told in str(refused.value) for told in ("浙A·12345", "王建国", "K7"))


def test_a_known_vin_of_another_store_names_the_store_only(cast):
    Vehicle.objects.register(
        owner=make_customer(cast, name="李四", store=cast.other_store),
        store=cast.other_store,
        by=cast.neighbour,
        vin=GOOD,
    )
    with pytest.raises(ValidationError, match="城西店") as refused:
        register(cast)
    assert "李四" not in str(refused.value)


def test_the_same_vin_in_another_group_is_none_of_ours(cast):
    register(cast, owner=make_customer(cast, store=cast.foreign_store))
    assert register(cast).vin == GOOD


def test_the_database_itself_refuses_the_second_vin(cast):
    make_vehicle(cast, vin=GOOD)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_vehicle(cast, vin=GOOD)


@pytest.mark.parametrize("typed", ["浙A12345", "A12345", "12345", "345", GOOD[-6:], GOOD[-8:], GOOD.lower()])
def test_a_vehicle_is_found_by_plate_and_tails(cast, typed):
    vehicle = register(cast)
    assert list(type(vehicle.owner).objects.matching(typed)) == [vehicle.owner]


def test_a_new_plate_is_found_and_told(cast):
    vehicle = register(cast)
    vehicle.update(by=cast.advisor, plate="浙AD12345", colour="白")
    assert vehicle.version == 1
    assert "浙ad12345" in set(_keys(vehicle))
    event = Event.objects.get(kind="vehicle.updated")
    assert event.facts["changes"] == {"colour": ["", "白"]}
    assert event.personal == {"plate": ["浙A12345", "浙AD12345"]}


def _keys(vehicle):
    return SearchKey.objects.filter(kind="vehicle", object_id=vehicle.pk).values_list("key", flat=True)


def test_a_change_of_owner_is_told_in_three_stories(cast):
    vehicle = register(cast)
    seller, buyer = vehicle.owner, make_customer(cast, name="赵六")
    vehicle.change_owner(buyer, by=cast.advisor, reason="二手车过户")
    assert Vehicle.objects.get().owner == buyer
    kinds = [Event.objects.story(t.event_thread)[0].kind for t in (vehicle, seller, buyer)]
    assert kinds == ["vehicle.owner_changed", "customer.vehicle_left", "customer.vehicle_joined"]


def test_a_vehicle_is_not_sold_to_its_owner_nor_to_a_foreign_house(cast):
    vehicle = register(cast)
    for to in (vehicle.owner, make_customer(cast, store=cast.foreign_store)):
        with pytest.raises(DomainError):
            vehicle.change_owner(to, by=cast.advisor, reason="x")
    assert not Event.objects.filter(kind="vehicle.owner_changed").exists()


def test_a_recommendation_waits_once_and_is_closed_once(cast):
    vehicle = register(cast)
    opened = vehicle.recommend(
        "前制动片剩 3 mm", source="环车检查", by=cast.advisor, amount=Decimal("680"), is_safety_relevant=True
    )
    assert vehicle.recommend("前制动片剩 3 mm", source="质检", by=cast.inspector) == opened
    opened.close(by=cast.advisor, reason="已更换")
    assert not vehicle.recommendations.open().exists()
    with pytest.raises(DomainError, match="已更换"):
        opened.close(by=cast.advisor, reason="再次")
    kinds = set(Event.objects.story(vehicle.event_thread).values_list("kind", flat=True))
    assert {"recommendation.opened", "recommendation.closed"} <= kinds


def test_a_callers_file_is_made_as_a_whole_or_not_at_all(cast):
    with pytest.raises(ValidationError):
        services.register_with_vehicle(
            store=cast.store,
            by=cast.advisor,
            customer={"name": "王五", "phone": "13812345678"},
            vehicle={"vin": "LSV", "plate": ""},
            odometer_km=12,
        )
    assert not make_customer(cast).__class__.objects.filter(name="王五").exists()


def test_indexing_many_vehicles_takes_two_queries(cast, django_assert_num_queries):
    vehicles = [make_vehicle(cast) for _ in range(20)]
    with django_assert_num_queries(2):
        services.index_vehicles(vehicles)
