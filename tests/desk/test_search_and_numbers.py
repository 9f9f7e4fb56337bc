"""Search keys, running numbers, the calendar's overrides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from apps.core import workdays
from apps.core.registry import SearchKind, registry
from apps.desk.models import CalendarDay, NumberSeries, SearchKey

DAY = date(2026, 11, 24)


@pytest.fixture
def cars(monkeypatch):
    """A search kind whose car 2 this person may not see."""
    rows = {1: {"title": "Car one", "subtitle": "", "url": "/1/"}, 3: {"title": "Car three", "url": "/3/"}}
    kind = SearchKind("car", "Cars", lambda user, ids: {i: rows[i] for i in ids if i in rows}, "car")
    monkeypatch.setattr(registry, "search_kinds", {"car": kind})
    SearchKey.objects.put("car", 1, ["浙A·12345", "12345", "LSVAA4182E2100001"])
    SearchKey.objects.put("car", 2, ["12399"])
    SearchKey.objects.put("car", 3, ["ｗａｎｇ　ｆａｎｇ", "wf"])


@pytest.mark.parametrize("text", ["123", "浙a12", "lsvaa", "１２３４５"])
def test_a_row_is_found_by_the_beginning_of_any_key_however_it_is_written(cast, client, cars, text):
    client.force_login(cast.advisor)
    page = client.get("/search/", {"q": text}).content.decode()
    assert "Car one" in page
    assert "Car three" not in page


def test_what_may_not_be_seen_is_not_found(cast, client, cars):
    client.force_login(cast.advisor)
    groups = client.get("/search/", {"q": "12399"}).context["groups"]
    assert groups == []


@pytest.mark.parametrize("text", ["", " ", "%", "·", "\\", "' OR 1=1 --", "x" * 500])
def test_odd_input_finds_nothing_and_breaks_nothing(cast, client, cars, text):
    client.force_login(cast.advisor)
    assert client.get("/search/", {"q": text}).status_code == 200


def test_putting_keys_again_replaces_them(cast, cars):
    SearchKey.objects.put("car", 1, ["new"])
    assert [k.key for k in SearchKey.objects.filter(kind="car", object_id=1)] == ["new"]


def test_numbers_run_per_store_series_and_day(cast):
    wanted = [(cast.store, "WO"), (cast.store, "WO"), (cast.other_store, "WO"), (cast.store, "AP")]
    drawn = [NumberSeries.draw(store, series, DAY) for store, series in wanted]
    assert drawn == ["WO-HZ01-261124-001", "WO-HZ01-261124-002", "WO-HZ02-261124-001", "AP-HZ01-261124-001"]


@pytest.mark.django_db(transaction=True)
def test_numbers_drawn_at_the_same_moment_differ_and_a_rolled_back_one_leaves_no_gap(cast):
    def draw(fail: bool) -> str:
        try:
            with transaction.atomic():
                number = NumberSeries.draw(cast.store, "WO", DAY)
                transaction.set_rollback(fail)
                return "" if fail else number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        kept = {f.result(20) for f in [pool.submit(draw, n % 3 == 0) for n in range(12)]} - {""}
    assert sorted(kept) == [f"WO-HZ01-261124-{n:03d}" for n in range(1, 9)]


def test_a_day_declared_free_afterwards_is_no_working_day(cast):
    assert workdays.is_workday(DAY)
    CalendarDay.objects.create(day=DAY, is_workday=False, note="Power cut in the city")
    workdays.forget()
    try:
        assert not workdays.is_workday(DAY)
        assert workdays.add_workdays(date(2026, 11, 23), 1) == date(2026, 11, 25)
    finally:
        workdays.forget()
