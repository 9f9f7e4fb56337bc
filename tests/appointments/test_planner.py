"""The day and the week of the appointments: what they show, and what that costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.appointments import planner, services
from apps.appointments.models import Appointment
from apps.capacity import keeping
from apps.capacity.load import House
from apps.capacity.models import CapacityDay, Reservation
from tests.appointments.factories import fill, furnish, make_appointment, make_vehicle, make_waiting
from tests.capacity.factories import narrow_house, tomorrow

DAY, WEEK = "/appointments/day/", "/appointments/week/"


@pytest.fixture
def desk(cast, client):
    client.force_login(cast.advisor)
    return client


def day_of(**more):
    return {"day": f"{tomorrow():%Y-%m-%d}", **more}


def week_of():
    return {"week": f"{tomorrow():%Y-%m-%d}"}


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def no_tone(_appointment):
    return ""


def test_a_bar_stands_in_the_bay_and_hours_that_are_reserved(cast):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9), vehicle=make_vehicle(cast.store))
    board = planner.load_day(cast.advisor, cast.store, tomorrow().date(), no_tone)
    held = Reservation.objects.get(holder=appointment.holder, resource__kind="bay")
    (lane,) = (lane for lane in board.lanes if lane.bars)
    assert lane.pk == held.resource_id
    (bar,) = lane.bars
    assert (bar.at, bar.till, bar.appointment) == (9.25, 10.25, appointment)
    assert [(a.time, len(a.cars)) for a in board.arrivals] == [("09:00", 1)]


def test_the_hours_add_up_to_the_day_and_nothing_is_counted_twice(cast):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(9))
    (day,) = House.load(cast.store, tomorrow().date()).days
    assert day.load.present == 10
    assert day.load.planned == 1
    assert day.load.kept == pytest.approx(10 * day.limits.reserve_percent / 100)
    for name in ("present", "planned", "kept", "free"):
        assert sum(getattr(h.load, name) for h in day.hours) == pytest.approx(getattr(day.load, name))
    by_hour = {h.hour: h for h in day.hours}
    assert (by_hour[9].cars, by_hour[9].load.planned, by_hour[10].load.planned) == (1, 0.75, 0.25)


def test_closed_full_and_empty_days_say_so(cast, desk):
    narrow_house(cast)
    assert "notice" in text(desk.get(DAY, day_of()))
    fill(cast.store)
    assert planner.load_day(cast.advisor, cast.store, tomorrow().date(), no_tone).is_full
    assert "/appointments/waiting/" in text(desk.get(DAY, day_of()))
    CapacityDay.objects.filter(store=cast.store, day=tomorrow().date()).update(
        is_closed=True, closed_reason="盘点"
    )
    assert "盘点" in text(desk.get(DAY, day_of()))
    assert "盘点" in text(desk.get(WEEK, week_of()))


def test_the_week_shows_every_day_with_its_cars_and_who_waits(cast, desk):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    make_waiting(cast.store, by=cast.advisor)
    monday = tomorrow().date() - timedelta(days=tomorrow().weekday())
    columns = planner.load_week(cast.advisor, cast.store, monday, no_tone)
    assert [c.load.day for c in columns] == [monday + timedelta(days=n) for n in range(7)]
    mine = columns[tomorrow().weekday()]
    assert [a for a, _tone in mine.appointments] == [appointment]
    assert (mine.load.cars, mine.waiting) == (1, 1)
    page = text(desk.get(WEEK, week_of()))
    assert page.count("week-card ") == 1
    assert f"/appointments/{appointment.pk}/" in page


def test_a_day_with_limits_of_its_own_is_marked(cast):
    furnish(cast.store)
    row = CapacityDay(store=cast.store, day=tomorrow().date(), intake_per_hour=2)
    keeping.set_day(row, by=cast.manager)
    (day,) = House.load(cast.store, tomorrow().date()).days
    assert day.differs
    assert {h.limit for h in day.hours} == {2}


def test_what_is_cancelled_is_gone_from_both(cast, desk):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    services.cancel(appointment, reason="车卖了", by=cast.advisor)
    for page in (desk.get(DAY, day_of()), desk.get(WEEK, week_of())):
        assert f"/appointments/{appointment.pk}/" not in text(page)


@pytest.mark.parametrize("address", [DAY, WEEK])
def test_nonsense_for_a_day_shows_today(desk, cast, address):
    furnish(cast.store)
    for word in ("x", "2026-02-31", "", "9999-99-99"):
        text(desk.get(address, {"day": word, "week": word}))


@pytest.mark.parametrize("address", [DAY, WEEK])
def test_a_stranger_sees_nothing_of_ours(cast, client, address):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    client.force_login(cast.stranger)
    page = text(client.get(address, day_of(**week_of())))
    assert f"/appointments/{appointment.pk}/" not in page
    assert appointment.vehicle.plate not in page


@pytest.mark.parametrize("address", [DAY, WEEK])
def test_the_pages_are_for_looking_only(desk, address):
    assert desk.post(address).status_code == 405


def test_both_cost_the_same_for_3_and_60_appointments(cast, desk):
    template = make_appointment(cast.store, starts_at=tomorrow(9))
    day = tomorrow().date()
    monday = day - timedelta(days=day.weekday())
    for count in (3, 60):
        for n in range(count):
            template.pk, template.holder, template.number = None, None, f"X-{count}-{n}"
            template.vehicle = make_vehicle(cast.store, f"浙X{count:03d}{n:02d}")
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            planner.load_day(cast.advisor, cast.store, day, no_tone)
        assert len(queries) <= 10
        with CaptureQueriesContext(connection) as queries:
            planner.load_week(cast.advisor, cast.store, monday, no_tone)
        assert len(queries) <= 11
    desk.get(DAY, day_of())  # fills the session
    with CaptureQueriesContext(connection) as queries:
        text(desk.get(DAY, day_of()))
    assert len(queries) <= 12, "session and user are two of them"
    assert text(desk.get(WEEK, week_of())).count("week-card ") == Appointment.objects.count()
