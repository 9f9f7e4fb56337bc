"""Level 1 and level 2: made at the handover, each within its working days, with what is asked in them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Setting
from apps.callbacks import levels, services, windows
from apps.callbacks.models import NewCarTalk
from apps.calls.models import Call
from apps.core import clock, workdays
from apps.desk.models import CalendarDay, Task
from apps.desk.subscriptions import wanting
from apps.handover import services as handovers
from tests.callbacks.factories import make_post_repair_call, make_reached
from tests.calls.factories import make_call
from tests.capacity.incident_factories import deliver
from tests.complaints.factories import make_complaint
from tests.handover.factories import delivery, make_handover, tick_all
from tests.workorders.factories import make_order

DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
SAID_1 = {"condition": "很好", "sale": "good", "person_spoken_to": "王女士"}
SAID_2 = {
    "condition": "很好", "odometer_km": "812", "serviced": "no", "product": "good",
    "person_spoken_to": "王女士",
}  # fmt: skip


@pytest.fixture
def at(monkeypatch):
    """``at(2026, 11, 24)``: ten in the morning of that day."""

    def set_to(*day, hour=10):
        moment = datetime(*day, hour, tzinfo=ZONE)
        monkeypatch.setattr("apps.core.clock.now", lambda: moment)
        return moment

    set_to(2026, 11, 24)
    return set_to


@pytest.fixture
def calendar():
    """Days set in the test are forgotten with it."""
    yield CalendarDay
    workdays.forget()


def delivered(cast):
    """A car handed over now; the events have gone their way."""
    handover = make_handover(cast, prepared=True)
    tick_all(handover, "rechecked", "explained")
    handovers.deliver(handover, delivery(), by=cast.advisor)
    deliver()
    return handover


def of(level, handover):
    return Call.objects.get(key=levels.key(level, handover.pk))


# Delivered, level 1 from … to, level 2 from … to when level 1 was completed on its first day.
WINDOWS = [
    (
        "2024-02-08",
        "2024-02-09",
        "2024-02-19",
        "2024-02-22",
        "2024-02-27",
    ),  # Sunday 18 February made up
    ("2024-09-29", "2024-09-30", "2024-10-09", "2024-10-12", "2024-10-16"),  # national day, 12 Oct made up
    ("2025-01-24", "2025-01-26", "2025-02-05", "2025-02-08", "2025-02-12"),  # 26 Jan and 8 Feb made up
    ("2025-04-30", "2025-05-06", "2025-05-08", "2025-05-13", "2025-05-16"),
    ("2025-09-26", "2025-09-28", "2025-09-30", "2025-10-11", "2025-10-15"),  # 28 Sep and 11 Oct made up
    ("2026-02-13", "2026-02-14", "2026-02-25", "2026-02-28", "2026-03-04"),
    ("2026-09-30", "2026-10-08", "2026-10-10", "2026-10-14", "2026-10-19"),
    ("2026-11-24", "2026-11-25", "2026-11-27", "2026-12-02", "2026-12-07"),
    ("2027-03-05", "2027-03-08", "2027-03-10", "2027-03-15", "2027-03-18"),  # not published: Mon to Fri
]


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "opens_1", "closes_1", "opens_2", "closes_2"), WINDOWS)
def test_the_windows_over_holidays_and_made_up_weekends(day, opens_1, closes_1, opens_2, closes_2):
    first = windows.of(windows.LEVEL_1, date.fromisoformat(day), None)
    assert [d.isoformat() for d in first] == [opens_1, closes_1]
    second = windows.of(windows.LEVEL_2, first[0], None)
    assert [d.isoformat() for d in second] == [opens_2, closes_2]


@pytest.mark.django_db
def test_both_calls_are_there_from_the_handover_on(cast, at):
    at(2026, 11, 24)
    handover = delivered(cast)
    first, second = of("level_1", handover), of("level_2", handover)
    assert (first.opens_on, first.closes_on) == (date(2026, 11, 25), date(2026, 11, 27))
    assert (first.role, second.role) == ("information_clerk", "callback_agent")
    assert first.previous_on == date(2026, 11, 24)
    assert (second.opens_on, second.closes_on) == (date(2026, 12, 4), date(2026, 12, 9)), "from its last day"
    assert second.previous_on is None, "there is no previous level yet"


@pytest.mark.django_db
def test_level_2_counts_from_the_day_level_1_was_over(cast, at, client):
    handover = delivered(cast)
    at(2026, 11, 25)
    first = make_reached(of("level_1", handover), cast.information_clerk)
    client.force_login(cast.information_clerk)
    answer = client.post(reverse("callbacks:new_car", args=[first.pk]), SAID_1 | {"note_to_next": "问蓝牙"})
    assert answer.status_code == 302
    deliver()
    second = of("level_2", handover)
    assert (second.opens_on, second.closes_on) == (date(2026, 12, 2), date(2026, 12, 7))
    assert second.previous_on == date(2026, 11, 25)
    assert levels.note_of_level_1(second) == "问蓝牙"


@pytest.mark.django_db
def test_unreached_is_over_too_and_a_tried_call_keeps_its_days(cast, at):
    handover = delivered(cast)
    at(2026, 12, 7)
    second = of("level_2", handover)
    second.record_attempt("no_answer", by=cast.agent)
    first = of("level_1", handover)
    for day in (7, 8):
        at(2026, 12, day, hour=15)
        first.refresh_from_db()
        first.claim(by=cast.information_clerk)
        first.record_attempt("no_answer", by=cast.information_clerk)
    first.refresh_from_db()
    first.claim(by=cast.information_clerk)
    first.complete_unreached(by=cast.information_clerk)
    deliver()
    again = of("level_2", handover)
    assert (again.opens_on, again.closes_on) == (second.opens_on, second.closes_on)


@pytest.mark.django_db
def test_a_holiday_published_late_moves_the_windows_of_calls_nobody_has_tried(cast, at, calendar):
    handover = delivered(cast)
    order = make_order(cast)
    repair = make_post_repair_call(cast, order=order, previous_on=date(2026, 11, 24),
                                   opens_on=date(2026, 11, 27), closes_on=date(2026, 12, 1),
                                   role="callback_agent")  # fmt: skip
    calendar.put(date(2026, 11, 26), date(2026, 11, 27), is_workday=False, note="停电", by=cast.manager)
    deliver()
    first, second = of("level_1", handover), of("level_2", handover)
    assert (first.opens_on, first.closes_on) == (date(2026, 11, 25), date(2026, 12, 1))
    calendar.put(date(2026, 12, 10), date(2026, 12, 10), is_workday=False, note="停电", by=cast.manager)
    deliver()
    assert of("n15", handover).closes_on == date(2026, 12, 15)
    second.refresh_from_db()
    assert second.opens_on == date(2026, 12, 8)
    repair.refresh_from_db()
    assert (repair.opens_on, repair.closes_on) == (date(2026, 12, 1), date(2026, 12, 3))


@pytest.mark.django_db
def test_a_reached_customer_answers_level_2_and_what_it_says_goes_on(cast, at, client):
    handover = delivered(cast)
    at(2026, 12, 4)
    second = make_reached(of("level_2", handover), cast.agent)
    client.force_login(cast.agent)
    url = reverse("callbacks:new_car", args=[second.pk])
    page = client.get(second.get_absolute_url()).content.decode()
    assert cast.store.name in page
    said = SAID_2 | {"note_to_next": "想加装踏板"}
    assert client.post(url, said).status_code == 302
    talk = NewCarTalk.objects.get()
    assert (talk.level, talk.odometer_km, talk.serviced) == (2, 812, False)
    handover.vehicle.refresh_from_db()
    assert handover.vehicle.odometer_km == 812
    task = Task.objects.get(kind="callbacks.note_to_next")
    assert (task.owner, task.note) == (cast.advisor, "想加装踏板")
    second.refresh_from_db()
    assert (second.state, second.days_since_previous) == ("done", None), "level 1 is not over"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"odometer_km": ""}, "odometer_km"),
        ({"mileage_unknown": "on"}, "odometer_km"),
        ({"serviced": ""}, "serviced"),
        ({"serviced": "yes"}, "station"),
        ({"product": ""}, "product"),
        ({"condition": ""}, "condition"),
        ({"person_spoken_to": ""}, "person_spoken_to"),
        ({"condition": "长" * 2001}, "condition"),
    ],
    ids=str,
)
def test_what_level_2_must_know_is_asked_beside_its_field(cast, at, client, changes, field):
    call = make_reached(make_call(cast, queue="level_2", role="callback_agent"), cast.agent)
    client.force_login(cast.agent)
    answer = client.post(reverse("callbacks:new_car", args=[call.pk]), SAID_2 | {"remarks": "留着"} | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "留着" in answer.content.decode()
    call.refresh_from_db()
    assert call.state == "open"


@pytest.mark.django_db
def test_an_unknown_mileage_is_kept_as_unknown(cast, at):
    call = make_reached(make_call(cast, queue="level_2", role="callback_agent"), cast.agent)
    said = {
        "condition": "好",
        "odometer_km": None,
        "mileage_unknown": True,
        "serviced": False,
        "product": "good",
    }
    talk = levels.complete(call, said | {"person_spoken_to": "王"}, by=cast.agent)
    assert (talk.odometer_km, talk.mileage_unknown) == (None, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        NewCarTalk.objects.filter(pk=talk.pk).update(mileage_unknown=False)


@pytest.mark.django_db
def test_who_is_not_content_leads_to_the_complaint_of_his_car(cast, at, client):
    call = make_reached(make_call(cast, queue="level_1"), cast.agent)
    client.force_login(cast.agent)
    answer = client.post(reverse("callbacks:new_car", args=[call.pk]), SAID_1 | {"sale": "poor"})
    assert answer.url == f"/complaints/new/?vehicle={call.vehicle_id}"


@pytest.mark.django_db
def test_the_api_asks_what_the_page_asks(cast, at, client):
    call = make_reached(make_call(cast, queue="level_2", role="callback_agent"), cast.agent)
    client.force_login(cast.agent)
    url = f"/api/v1/callbacks/{call.pk}/complete/"
    short = {"person_spoken_to": "王", "condition": "好", "serviced": False, "product": "good"}
    assert client.post(url, short, content_type="application/json").status_code == 400
    whole = short | {"mileage_unknown": True}
    assert client.post(url, whole, content_type="application/json").status_code == 200
    assert NewCarTalk.objects.get().mileage_unknown


# -- what makes a post-repair call special ------------------------------------------------------------


@pytest.mark.django_db
def test_a_complaint_makes_the_callback_reception_s(cast, at):
    order = make_order(cast)
    day = clock.today()
    call = make_post_repair_call(cast, order=order, previous_on=day, role="callback_agent",
                                 opens_on=day + 3 * DAY, closes_on=day + 7 * DAY)  # fmt: skip
    assert services.special_reasons(order, on=day) == []
    make_complaint(cast, order=order)
    deliver()
    call.refresh_from_db()
    assert call.role == "reception_supervisor"
    assert (call.opens_on, call.closes_on) == windows.of(windows.SPECIAL, day, cast.store)


@pytest.mark.django_db
def test_the_days_of_a_window_are_a_setting(cast, at):
    day = date(2026, 11, 24)
    Setting.objects.create(key=windows.LEVEL_1, store=cast.store, effective_from=day, value=[2, 4])
    assert windows.of(windows.LEVEL_1, day, cast.store) == (date(2026, 11, 26), date(2026, 11, 30))
    assert windows.read("2 - 4") == [2, 4]
    for wrong in ("4-2", "0-3", "3", "a-b", "1-99"):
        with pytest.raises(ValueError):  # noqa: PT011 -- whatever the reason
            windows.read(wrong)


def test_every_event_of_the_room_has_somebody_who_hears_it():
    assert "callbacks.new_car" in wanting("handover.delivered")
    assert "callbacks.level_2" in wanting("call.unreached")


# -- after a complaint --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("sensitive", [False, True])
def test_a_closed_complaint_is_asked_about_some_days_later(cast, at, sensitive):
    at(2026, 11, 24)
    complaint = make_complaint(cast, is_sensitive=sensitive)
    complaint.give_answer("已免费返修", by=complaint.owner)
    complaint.close(word="satisfied", prevention="复检", by=complaint.owner)
    deliver()
    call = Call.objects.get(queue=services.COMPLAINT)
    assert (call.opens_on, call.closes_on) == (date(2026, 11, 27), date(2026, 12, 1))
    assert (call.topic, call.customer) == (complaint.number, complaint.customer)
    assert (call.owner, call.role) == ((complaint.owner, "") if sensitive else (None, "callback_agent"))
