"""Settings from a day on, and working days that differ from the published calendar."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from apps.accounts.models import Setting
from apps.accounts.models.setting import KINDS
from apps.core import clock, workdays
from apps.desk.models import CalendarDay, Event

pytestmark = pytest.mark.django_db
ENTRY = "/settings/entry/?key="


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


def today():
    return clock.today()


def typed(value, day=None, **more):
    return {"value": value, "effective_from": (day or today()).isoformat(), **more}


def test_every_setting_can_be_opened_and_saved_as_it_stands(cast, manager):
    page = manager.get("/settings/").content.decode()
    for key, kind in KINDS.items():
        assert f"key={key}" in page
        form = manager.get(ENTRY + key).context["form"]
        assert manager.post(ENTRY + key, typed(form["value"].initial)).status_code == 302, key
        assert Setting.value_of(key, cast.store) == kind.default


def test_a_value_holds_from_its_day_on_in_this_store_alone(cast, manager):
    day = today() + timedelta(days=3)
    manager.post(ENTRY + "workorders.tax_rate", typed("9", day))
    assert Setting.value_of("workorders.tax_rate", cast.store) == Decimal(13)
    assert Setting.value_of("workorders.tax_rate", cast.store, day) == Decimal(9)
    assert Setting.value_of("workorders.tax_rate", cast.other_store, day) == Decimal(13)
    assert day.isoformat() in manager.get("/settings/").content.decode()
    assert Event.objects.filter(kind="setting.set", store=cast.store, actor=cast.manager).count() == 1


def test_the_list_shows_the_store_s_own_value_before_the_general_one(cast, manager):
    for store, value in ((cast.store, 7), (None, 9), (cast.other_store, 11)):
        Setting.objects.create(key="reception.queue_limit", store=store, value=value, effective_from=today())
    key = "reception.queue_limit"
    assert Setting.by_day([key], cast.store.pk, [today()])[today()][key] == 7
    assert Setting.value_of(key, cast.store) == 7


def test_only_the_store_s_own_plan_is_announced(cast):
    for store, days in ((None, 2), (cast.other_store, 3), (cast.store, 5), (cast.store, 9), (cast.store, 0)):
        day = today() + timedelta(days=days)
        Setting.objects.create(key="reception.queue_limit", store=store, value=7, effective_from=day)
    assert Setting.planned(cast.store) == {"reception.queue_limit": today() + timedelta(days=5)}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("workorders.tax_rate", "101"),
        ("workorders.tax_rate", "-1"),
        ("workorders.tax_rate", "much"),
        ("reception.queue_limit", "2.5"),
        ("reception.appointments_first", "maybe"),
        ("handover.n15_owner", "nobody"),
        ("calls.hours", "11:00-09:30"),
        ("calls.hours", "in the morning"),
        ("calls.hours", ""),
    ],
)
def test_what_makes_no_sense_is_refused_beside_the_field_and_kept(manager, key, value):
    answer = manager.post(ENTRY + key, typed(value))
    assert answer.status_code == 422
    assert answer.context["form"].errors["value"]
    assert answer.context["form"]["value"].value() == value
    assert not Setting.objects.exists()


def test_calling_hours_are_typed_as_people_write_them(cast, manager):
    manager.post(ENTRY + "calls.hours", typed("9:00-10:30，13:30-17:00".replace("9:00", "09:00")))
    spans = ((time(9), time(10, 30)), (time(13, 30), time(17)))
    assert Setting.value_of("calls.hours", cast.store) == spans


def test_a_day_that_is_over_keeps_its_value(manager):
    answer = manager.post(ENTRY + "workorders.tax_rate", typed("9", today() - timedelta(days=1)))
    assert answer.context["form"].errors["effective_from"]


def test_a_planned_value_is_taken_back_and_one_in_force_is_not(cast, manager):
    for days in (0, 4):
        manager.post(ENTRY + "workorders.tax_rate", typed("9", today() + timedelta(days=days)))
    held, planned = Setting.objects.order_by("effective_from")
    assert manager.post(f"/settings/{held.pk}/withdrawal/").status_code == 409
    assert manager.post(f"/settings/{planned.pk}/withdrawal/").status_code == 302
    assert list(Setting.objects.all()) == [held]


def test_an_unknown_setting_is_not_found(manager):
    assert manager.get(ENTRY + "no.such").status_code == 404


# Working days


@pytest.fixture
def sunday():
    day = today() + timedelta(days=400)
    return day + timedelta(days=6 - day.weekday())


def days(first, last=None, works="0", note=""):
    return {
        "first": first.isoformat(),
        "last": last.isoformat() if last else "",
        "is_workday": works,
        "note": note,
    }


def test_a_late_holiday_moves_every_window_at_once(manager, sunday, django_capture_on_commit_callbacks):
    monday = sunday + timedelta(days=1)
    assert workdays.add_workdays(sunday, 1) == monday
    with django_capture_on_commit_callbacks(execute=True):
        manager.post("/calendar/", days(monday, monday + timedelta(days=2), note="late holiday"))
    assert workdays.add_workdays(sunday, 1) == monday + timedelta(days=3)
    with django_capture_on_commit_callbacks(execute=True):
        manager.post("/calendar/withdrawal/", {"row": CalendarDay.objects.get(day=monday).pk})
    assert workdays.add_workdays(sunday, 1) == monday
    assert set(Event.objects.values_list("kind", flat=True)) >= {"calendar.set", "calendar.withdrawn"}


def test_a_second_entry_for_a_day_replaces_the_first(manager, sunday):
    manager.post("/calendar/", days(sunday, works="1"))
    manager.post("/calendar/", days(sunday, works="0", note="after all"))
    assert CalendarDay.objects.get().note == "after all"


@pytest.mark.parametrize(("field", "first", "last"), [("first", -1, None), ("last", 5, 4), ("last", 5, 36)])
def test_days_that_make_no_sense_are_refused_beside_the_field(manager, field, first, last):
    moved = [today() + timedelta(days=n) if n is not None else None for n in (first, last)]
    answer = manager.post("/calendar/", days(*moved))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not CalendarDay.objects.exists()


def test_a_correction_of_a_day_that_is_over_stays(cast, manager):
    row = CalendarDay.objects.create(day=date(2026, 1, 5), is_workday=False)
    assert manager.post("/calendar/withdrawal/", {"row": row.pk}).status_code == 409
    assert CalendarDay.objects.exists()
    assert manager.post("/calendar/withdrawal/", {"row": "x"}).status_code == 404


def test_a_year_without_an_arrangement_is_flagged(manager):
    year = today().year + 2
    page = manager.get(f"/calendar/?year={year}")
    assert page.context["is_published"] is False
    assert "notice-block" in page.content.decode()


def test_settings_and_calendar_are_not_for_an_advisor(cast, client):
    client.force_login(cast.advisor)
    for url in ("/settings/", ENTRY + "calls.hours", "/calendar/"):
        assert client.get(url).status_code == 403
