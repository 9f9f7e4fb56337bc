"""The figure of levelling: how customers choose, what is measured, and its chart."""

from collections import Counter
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from apps.capacity.models import Reservation
from apps.capacity.slots import DayView, Needs, days
from apps.core import clock
from apps.demo import house
from bench.charts import columns
from bench.figures.levelling import CHART, booked, levelled_start, spread_of, wished_start
from tests.capacity.factories import narrow_house, tomorrow

NO_CARS: Counter = Counter()


@pytest.fixture
def view(cast) -> DayView:
    """A day with free starts from 8:00 on."""
    narrow_house(cast)
    needs = Needs.of(timedelta(hours=1), "general")
    return days(cast.store, needs=needs, date_from=tomorrow().date(), now=clock.now())[0]


@pytest.mark.django_db
def test_who_comes_when_he_likes_takes_the_first_start_from_then_on(view):
    assert wished_start(view, tomorrow(13, 10), NO_CARS) == tomorrow(13, 15)
    late = wished_start(view, tomorrow(17, 59), NO_CARS)
    assert late == view.slots[-1].starts_at, "the last one when nothing comes after"


@pytest.mark.django_db
def test_who_follows_the_recommendation_stays_in_his_half_of_the_day(view):
    full = Counter({8: 3, 9: 3, 10: 1, 11: 3, **dict.fromkeys(range(12, 18), 0)})
    assert levelled_start(view, tomorrow(8, 30), full) == tomorrow(10), "the emptiest hour before noon"
    assert levelled_start(view, tomorrow(13, 30), full) == tomorrow(13, 30)


@pytest.mark.django_db
def test_a_start_that_is_pointed_out_goes_before_others(view):
    pointed = DayView(view.day, view.slots, view.closed, level=frozenset({tomorrow(11)}))
    assert levelled_start(pointed, tomorrow(8), NO_CARS) == tomorrow(11)


def test_the_spread_is_the_mean_deviation_of_the_days():
    even = Counter({(day, hour): 2 for day in range(7) for hour in range(8, 18)})
    assert spread_of(even, 1) == 0
    heaped = Counter({(0, 8): 10})
    assert spread_of(heaped, 1) == pytest.approx(3 / 7)


@pytest.mark.django_db
def test_a_levelled_week_is_flatter_and_leaves_nothing_behind():
    house.build(7)
    before, after = booked(wished_start, weeks=1), booked(levelled_start, weeks=1)
    assert sum(before.values()) > 150
    assert sum(after.values()) > sum(before.values()) * 0.98, "hardly anybody stays away for it"
    assert spread_of(after, 1) < spread_of(before, 1)
    assert not Reservation.objects.exists()


def test_the_chart_is_a_picture_of_its_own():
    drawn = columns("Cars & hours", ["8:00", "9:00"], {"before": [9.5, 0], "after": [4, 5.5]})
    for text in (drawn, CHART.read_text(encoding="utf-8")):
        root = ElementTree.fromstring(text)
        assert "href" not in text
        assert "style=" not in text
        assert "<script" not in text
        bars = [r for r in root.iter("{http://www.w3.org/2000/svg}rect") if r.get("height") != "11"][1:]
        assert all(float(bar.get("y", 0)) >= 0 for bar in bars)
        assert len(bars) % 2 == 0
