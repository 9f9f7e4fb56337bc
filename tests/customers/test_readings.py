"""The reading rule: mileage never falls unless the odometer was replaced."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.customers.models import Reading
from apps.desk.models import Event
from tests.customers.factories import make_vehicle

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
VISIT = Reading.Source.VISIT


def read(cast, vehicle, km, days=0, reason=""):
    return vehicle.record_reading(km, DAY + timedelta(days=days), VISIT, cast.advisor, replaced_reason=reason)


def test_a_lower_reading_is_kept_flagged_and_not_used(cast):
    vehicle = make_vehicle(cast)
    read(cast, vehicle, 48_210)
    flagged = read(cast, vehicle, 40_000, days=10)
    assert flagged.is_backwards
    assert vehicle.odometer_km == 48_210
    assert Event.objects.story(vehicle.event_thread)[0].kind == "reading.backwards"


def test_a_replaced_odometer_starts_anew(cast):
    vehicle = make_vehicle(cast)
    read(cast, vehicle, 48_210)
    assert not read(cast, vehicle, 12, days=5, reason="仪表总成更换").is_backwards
    assert not read(cast, vehicle, 900, days=20).is_backwards
    vehicle.refresh_from_db()
    assert vehicle.odometer_km == 900


def test_an_old_reading_that_comes_late_finds_its_place(cast):
    vehicle = make_vehicle(cast)
    read(cast, vehicle, 20_000, days=100)
    assert not read(cast, vehicle, 10_000).is_backwards
    assert read(cast, vehicle, 25_000, days=50).is_backwards
    assert vehicle.odometer_km == 20_000


def test_the_page_learns_which_reading_is_contradicted(cast):
    vehicle = make_vehicle(cast)
    kept = read(cast, vehicle, 48_210)
    assert vehicle.conflicting_reading(48_209, DAY) == kept
    assert vehicle.conflicting_reading(48_210, DAY) is None


def test_distance_a_day_leaves_a_replaced_odometer_out(cast):
    vehicle = make_vehicle(cast)
    for km, days, reason in [(1000, 0, ""), (2000, 20, ""), (5, 30, "更换"), (605, 50, "")]:
        read(cast, vehicle, km, days, reason)
    assert vehicle.km_per_day() == Decimal("40.0")


def test_without_readings_the_usage_profile_tells_the_distance(cast):
    assert make_vehicle(cast).km_per_day() is None
    assert make_vehicle(cast, km_per_month=1520).km_per_day() == Decimal("50.0")


READINGS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=READINGS)
def test_whatever_is_read_in_whatever_order_accepted_mileage_never_falls(cast, readings):
    vehicle = make_vehicle(cast)
    for days, km, replaced in readings:
        read(cast, vehicle, km, days, "更换" if replaced else "")
    kept = list(vehicle.readings.order_by("read_on", "pk"))
    accepted = [r for r in kept if not r.is_backwards]
    assert len(kept) == len(readings), "no reading is thrown away"
    assert all(b.odometer_km >= a.odometer_km or b.replaced_reason for a, b in itertools.pairwise(accepted))
    vehicle.refresh_from_db()
    assert vehicle.odometer_km == (accepted[-1].odometer_km if accepted else None)
