"""Shifts, the roster, days that differ, blackouts: what they do to slots, and what they break."""

import json
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.appointments import services as appointments
from apps.capacity import rostering, slots
from apps.capacity.models import Blackout, CapacityDay, Duty, OpeningHours, Resource, Shift
from apps.capacity.needs import Needs
from apps.capacity.services import reserve
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import CalendarDay, Event, Task
from tests.appointments.factories import make_appointment
from tests.capacity.factories import hours, narrow_house, tomorrow
from tests.capacity.incident_factories import deliver

pytestmark = pytest.mark.django_db
HOUR = Needs.of(timedelta(hours=1), "general")
EARLY = [time(8), time(12), time(13), time(17)]


@pytest.fixture
def manager(client, cast):
    client.force_login(cast.manager)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def early(cast) -> Shift:
    return Shift.objects.create(store=cast.store, name="Early", times=EARLY)


def mechanic() -> Resource:
    return Resource.objects.get(kind="technician")


def day_of(cast, day, needs=HOUR):
    return slots.days(cast.store, needs=needs, date_from=day, now=clock.now())[0]


def at(view) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in view.slots]


# -- pages ------------------------------------------------------------------------------------------


def week_url(day) -> str:
    return f"{reverse('capacity:roster')}?week={day:%Y-%m-%d}"


def square(person, day) -> str:
    return f"{person.pk}_{day:%Y-%m-%d}"


def test_a_shift_is_typed_as_people_write_it_and_a_wrong_one_is_told_beside_the_field(cast, manager):
    url = reverse("capacity:shift_create")
    good = {"name": "Early", "hours": "8:00–12:00， 13：00-17:00"}
    assert manager.post(url, good).status_code == 302
    assert Shift.objects.get().times == EARLY
    for typed, message in {
        "08:00-12:00, 11:00-17:00": "do not overlap",
        "08:00": "is no time from",
        "8 to 12": "is no time from",
        "08:10-12:00": "quarter hours",
        "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00": "at most three",
    }.items():
        answer = manager.post(url, {"name": "Late", "hours": typed})
        assert answer.status_code == 422
        assert message in answer.context["form"].errors["hours"][0], typed
        assert typed in answer.content.decode()
    assert "name" in manager.post(url, good).context["form"].errors


def test_the_roster_of_one_week_differs_from_the_usual_one_and_goes_back(cast, manager, early):
    narrow_house(cast)
    day = tomorrow(days=7).date()
    key = square(mechanic(), day)
    usual = f"{reverse('capacity:roster')}?usual=1"
    manager.post(usual, {f"{mechanic().pk}_{day.isoweekday()}": early.pk, "was": "{}"})
    assert Duty.objects.get().weekday == day.isoweekday()
    page = manager.get(week_url(day))
    assert "(Early)" in page.content.decode()
    manager.post(week_url(day), {key: "off", "was": page.context["roster"].was})
    assert Duty.objects.get(day=day).shift is None
    page = manager.get(week_url(day))
    manager.post(week_url(day), {key: "usual", "was": page.context["roster"].was})
    assert not Duty.objects.filter(day=day).exists()
    assert Event.objects.filter(kind="capacity.duties_set").count() == 3


def test_two_tabs_on_one_roster_show_what_the_other_chose(cast, manager, early):
    narrow_house(cast)
    day = tomorrow(days=7).date()
    key = square(mechanic(), day)
    Duty.objects.create(resource=mechanic(), day=day, shift=early)
    answer = manager.post(week_url(day), {key: "off", "was": "{}"})
    assert answer.status_code == 422
    assert "Somebody else chose “Early” meanwhile" in answer.content.decode()
    again = manager.post(week_url(day), {key: "off", "was": answer.context["roster"].was})
    assert again.status_code == 302
    assert Duty.objects.get().shift is None


def refused_once(manager, url, data):
    """The edit is shown with what it breaks and saves nothing; agreed to, it goes through."""
    shown = manager.post(url, data)
    assert shown.status_code == 422
    assert "浙A99" in shown.content.decode()
    assert manager.post(url, data | {"seen": shown.context["fingerprint"]}).status_code == 302


@pytest.fixture
def booked(cast):
    """One booking tomorrow at nine in the only bay."""
    narrow_house(cast)
    return reserve(cast.store, needs=HOUR, starts_at=tomorrow(), label="浙A99")[0]


def test_a_day_off_lists_the_bookings_it_breaks(cast, manager, booked):
    day = tomorrow().date()
    refused_once(manager, week_url(day), {square(mechanic(), day): "off", "was": json.dumps({})})
    assert Duty.objects.get().shift is None
    assert booked.reservations.count() == 3, "they stay for somebody to move"
    task = Task.objects.get(kind="capacity.move")
    assert (task.owner, task.params["label"], task.done_at) == (cast.manager, "浙A99", None)


def test_who_agreed_to_move_a_booking_has_it_to_do_until_it_is_moved(cast, manager):
    narrow_house(cast)
    appointment = make_appointment(cast.store, starts_at=tomorrow())
    day = tomorrow().date()
    data = {square(mechanic(), day): "off", "was": json.dumps({})}
    shown = manager.post(week_url(day), data)
    manager.post(week_url(day), data | {"seen": shown.context["fingerprint"]})
    task = Task.objects.get(kind="capacity.move")
    assert task.url == reverse("appointments:detail", args=[appointment.pk])
    appointments.reschedule(appointment, starts_at=tomorrow(days=3), by=cast.advisor)
    deliver()
    task.refresh_from_db()
    assert task.done_at is not None


def test_a_shift_that_becomes_shorter_lists_what_it_breaks_and_nothing_that_was_broken(
    cast, manager, booked, early
):
    Duty.objects.create(resource=mechanic(), day=tomorrow().date(), shift=early)
    url = reverse("capacity:shift_update", args=[early.pk])
    data = {"name": "Early", "hours": "10:00-17:00", "version": 0}
    refused_once(manager, url, data)
    early.refresh_from_db()
    assert early.times == [time(10), time(17)]
    later = manager.post(url, {"name": "Early", "hours": "11:00-17:00", "version": 1})
    assert later.status_code == 302, "this booking was broken before"


def test_a_shift_that_is_worked_cannot_be_removed(cast, manager, early):
    narrow_house(cast)
    Duty.objects.create(resource=mechanic(), weekday=1, shift=early)
    with pytest.raises(DomainError) as refused:
        rostering.remove_shift(early, by=cast.manager)
    assert refused.value.code == "shift_in_use"
    Duty.objects.all().delete()
    assert manager.post(reverse("capacity:shift_remove", args=[early.pk])).status_code == 302
    assert not Shift.objects.exists()


def test_a_skill_or_a_permit_taken_away_lists_what_it_breaks(cast, manager, booked):
    url = reverse("capacity:resource_update", args=[mechanic().pk])
    data = {"is_active": "on", "order": 0}
    refused_once(
        manager, url, data | {"level_general": 2, "until_general": f"{clock.today():%Y-%m-%d}", "version": 0}
    )
    refused_once(manager, url, data | {"level_paint": 2, "version": 1})
    assert mechanic().skills == ["paint"]


def test_another_kind_of_bay_lists_what_it_breaks(cast, manager, booked):
    row = Resource.objects.get(kind="bay")
    url = reverse("capacity:resource_update", args=[row.pk])
    refused_once(
        manager, url, {"name": row.name, "bay_kind": "paint", "is_active": "on", "version": 0, "order": 0}
    )


def test_shorter_hours_on_one_day_list_what_they_break(cast, manager, booked):
    url = f"{reverse('capacity:day_update')}?day={tomorrow():%Y-%m-%d}"
    assert "08:00" in manager.get(url).content.decode(), "what is usual is shown"
    refused_once(manager, url, {"opens": "11:00", "closes": "17:00"})
    row = CapacityDay.objects.get(day=tomorrow().date())
    assert (row.opens, row.intake_per_hour) == (time(11), None)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"opens": "11:00"}, "closes"),
        ({"opens": "11:00", "closes": "10:00"}, "closes"),
        ({"reserve_percent": "95"}, "reserve_percent"),
        ({"intake_per_hour": "-1"}, "intake_per_hour"),
    ],
    ids=str,
)
def test_odd_limits_of_a_day_are_told_beside_the_field(cast, manager, data, name):
    hours(cast.store)
    url = f"{reverse('capacity:day_update')}?day={tomorrow():%Y-%m-%d}"
    answer = manager.post(url, data)
    assert answer.status_code == 422
    assert name in answer.context["form"].errors


def test_a_day_that_is_over_or_none_is_not_set(cast, manager):
    hours(cast.store)
    days = reverse("capacity:day_update")
    yesterday = f"{days}?day={clock.today() - timedelta(days=1):%Y-%m-%d}"
    assert manager.get(days).status_code == 200
    assert "This day is over." in manager.get(yesterday).content.decode()
    assert manager.post(yesterday, {"intake_per_hour": "3"}).status_code == 422
    assert manager.get(f"{days}?day=2026-13-01").status_code == 422
    assert not CapacityDay.objects.exists()


def test_a_blackout_stops_new_bookings_and_keeps_what_is_booked(cast, manager, booked):
    start, end = timezone.localtime(tomorrow(8)), timezone.localtime(tomorrow(12))
    data = {
        "from_at": f"{start:%Y-%m-%dT%H:%M}",
        "till_at": f"{end:%Y-%m-%dT%H:%M}",
        "reason": "Inspection by the maker",
    }
    assert manager.post(reverse("capacity:blackout_create"), data).status_code == 302
    view = day_of(cast, tomorrow().date())
    assert at(view)[0] == "12:00"
    assert view.closed[0].reasons == ("Inspection by the maker",)
    assert booked.reservations.count() == 3
    wrong = manager.post(reverse("capacity:blackout_create"), data | {"till_at": data["from_at"]})
    assert "till_at" in wrong.context["form"].errors
    assert (
        manager.post(reverse("capacity:blackout_remove", args=[Blackout.objects.get().pk])).status_code == 302
    )
    assert at(day_of(cast, tomorrow().date()))[0] != "12:00"


def test_hours_of_holidays_are_set_with_the_week(cast, manager):
    hours(cast.store)
    url = reverse("capacity:hours")
    week = {f"opens_{n}": "08:00" for n in range(1, 8)} | {f"closes_{n}": "18:00" for n in range(1, 8)}
    assert (
        manager.post(
            url, week | {"closed_on_holidays": "on", "opens_9": "09:00", "closes_9": "16:00"}
        ).status_code
        == 302
    )
    rows = {h.weekday: h.opens for h in OpeningHours.objects.filter(store=cast.store)}
    assert (rows[8], rows[9], len(rows)) == (None, time(9), 9)
    assert manager.get(url).context["form"].initial["closed_on_holidays"]
    both = manager.post(url, week | {"closed_on_holidays": "on", "opens_8": "09:00", "closes_8": "16:00"})
    assert "opens_8" in both.context["form"].errors
    assert manager.post(url, week).status_code == 302
    assert OpeningHours.objects.filter(store=cast.store).count() == 7


def test_a_holiday_published_late_lists_what_is_booked_on_it_for_the_manager(cast, booked):
    day = tomorrow().date()
    CalendarDay.put(day, day, is_workday=False, note="Flood", by=cast.manager)
    deliver()
    assert not Task.objects.filter(kind="capacity.calendar").exists(), "open as on any other day"
    OpeningHours.objects.create(store=cast.store, weekday=8)
    CalendarDay.put(day, day, is_workday=False, note="Flood", by=cast.manager)
    deliver()
    task = Task.objects.get(kind="capacity.calendar")
    assert (task.role, task.params["n"]) == ("service_manager", 1)
    assert "浙A99" in task.note
    assert booked.reservations.count() == 3
    assert not day_of(cast, day).slots
    deliver()
    assert Task.objects.filter(kind="capacity.calendar").count() == 1
