"""The day page: every figure is counted from rows that stand behind it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.appointments.models import Appointment
from apps.capacity.models import Absence, Resource
from apps.complaints.models import Complaint
from apps.core import clock
from apps.messaging.models import Message
from apps.reports.today import day_of, load_by_hour, technicians
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job
from tests.calls.factories import make_call
from tests.complaints.factories import make_complaint
from tests.reception.factories import make_appointment
from tests.workorders.factories import make_vehicle, make_visit
from tests.workshop.clock import midmorning
from tests.workshop.factories import (
    colleague,
    make_job,
    make_planned_job,
    make_running_job,
    many_jobs,
    technician_of,
)

__all__ = ["midmorning"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]
READERS = {"service_manager", "station_head", "group_manager", "reception_supervisor", "dispatcher"}


def day(cast, user: User | None = None, store=None) -> dict:
    return day_of(user or cast.manager, store or cast.store)


def promise(job: Job, **ahead) -> Job:
    WorkOrder.objects.filter(pk=job.order_id).update(promised_at=clock.now() + timedelta(**ahead))
    return job


def book(cast, status: str = "booked", **ahead) -> Appointment:
    """An appointment of today or a day near it."""
    reason = "x" if status == "cancelled" else ""
    arrives_at = clock.now() + timedelta(**ahead)
    return make_appointment(cast, status=status, closed_reason=reason, arrives_at=arrives_at)


def message(cast, state: str = "failed", n: int = 0) -> Message:
    return Message.objects.create(
        store=cast.store,
        kind="note",
        key=f"m{state}{n}",
        subject="x:1",
        object_id=1,
        thread="x:1",
        phone="+8613812345678",
        state=state,
        reason="x",
        planned_at=clock.now(),
        created_at=clock.now(),
    )


def test_arrivals_are_counted_from_today_s_appointments(cast):
    book(cast, "arrived", hours=-1)
    book(cast, "confirmed", minutes=-20)
    book(cast, "booked", hours=2)
    book(cast, "cancelled", hours=1)
    book(cast, "booked", days=1)
    counts = day(cast)["counts"]
    assert (counts.arrived, counts.expected, counts.overdue) == (1, 3, 1)


def test_cars_are_counted_by_stage_and_by_promise(cast):
    make_visit(cast, make_vehicle(cast), status="waiting")
    late = promise(make_running_job(cast, "2.0"), minutes=30)
    promise(make_job(cast, plate="浙A00002"), minutes=100)
    promise(make_job(cast, plate="浙A00003"), hours=5)
    ready = promise(make_job(cast, plate="浙A00004"), minutes=40)
    WorkOrder.objects.filter(pk=ready.order_id).update(status="ready")
    shown = day(cast)
    house = shown["house"]
    assert {stage: n for stage, n in house.stages if n} == {"waiting": 1, "repair": 3, "ready": 1}
    assert (house.late, house.ready) == (1, 1)
    assert [row.car.order for row in house.soon] == [late.order_id, house.soon[1].car.order]
    assert [row.plate for row in house.soon][1] == "浙A00002"
    assert shown["counts"].visits == sum(row.visit is not None for row in house.rows)


def test_technicians_work_idle_or_are_away(cast):
    job = make_running_job(cast, plate="浙A00001")
    now = clock.now()
    absent = technician_of(colleague(cast))
    shown = day(cast)
    assert (shown["working"], shown["idle"], shown["away"]) == (1, 1, 0)
    Absence.objects.create(resource=absent, during=(now - timedelta(hours=1), now + timedelta(hours=1)))
    shown = day(cast)
    assert (shown["working"], shown["idle"], shown["away"]) == (1, 0, 1)
    person, is_away = shown["people"][0]
    assert (person.plate, person.order, is_away) == ("浙A00001", job.order_id, False)
    assert person.since == job.clockings.get().started_at


def test_load_is_booked_against_there_hour_by_hour(cast):
    make_planned_job(cast, "1.5", at=clock.at(clock.today(), 13))
    at = clock.at(clock.today(), 16)
    Absence.objects.create(resource=technician_of(colleague(cast)), during=(at, at + timedelta(minutes=30)))
    columns = day(cast)["chart"].columns
    hours = {c.hour.hour: (c.hour.booked, c.hour.there) for c in columns}
    assert list(hours) == list(range(8, 18))
    assert (hours[12], hours[13], hours[14], hours[16]) == ((0, 2), (1, 2), (0.5, 2), (0, 1.5))


def test_overlapping_absences_count_once(cast):
    make_job(cast)
    at = clock.at(clock.today(), 9)
    me = technician_of(cast.technician)
    for length in (30, 45):
        Absence.objects.create(resource=me, during=(at, at + timedelta(minutes=length)))
    times = day(cast)["chart"]
    assert times.columns[1].hour.there == 1.25


def test_a_closed_day_has_no_load(cast):
    assert load_by_hour(technicians(cast.store, clock.now()), None) == []
    assert day(cast)["chart"] is None


def test_calls_complaints_and_messages_are_counted(cast):
    make_call(cast)
    make_call(cast, opens_on=clock.today() + timedelta(days=2), closes_on=clock.today() + timedelta(days=4))
    waiting, answered, closed = make_complaint(cast), make_complaint(cast), make_complaint(cast)
    for one in (answered, closed):
        one.give_answer("已电话致歉", by=cast.manager)
    closed.close(word="satisfied", prevention="培训", by=cast.manager)
    Complaint.objects.filter(pk=waiting.pk).update(
        opened_at=clock.now() - timedelta(hours=25), due_at=clock.now() - timedelta(hours=1)
    )
    for n, state in enumerate(("failed", "unknown", "sent", "suppressed")):
        message(cast, state, n)
    shown = day(cast)
    complaints = shown["complaints"]
    assert shown["counts"].calls == 1
    assert (complaints.running, complaints.late, complaints.total) == (1, 1, 2)
    assert complaints.rows == [waiting, answered]
    assert shown["message_count"] == 2


def test_named_rows_are_few_and_their_number_is_whole(cast):
    for n in range(10):
        message(cast, n=n)
        make_complaint(cast)
    shown = day(cast)
    assert (len(shown["messages_"]), shown["message_count"]) == (8, 10)
    assert (len(shown["complaints"].rows), shown["complaints"].total) == (8, 10)


def fill(cast) -> None:
    make_running_job(cast)
    make_call(cast)
    make_complaint(cast)
    message(cast)
    book(cast, "arrived", hours=-1)


@pytest.mark.parametrize("whose", ["foreign_store", "other_store"])
def test_the_figures_of_another_store_are_zero(cast, whose):
    fill(cast)
    manager = User.objects.create_user(
        "other", "x", role="service_manager", store=getattr(cast, whose), group=getattr(cast, whose).group
    )
    shown = day(cast, manager, getattr(cast, whose))
    assert set(vars(shown["counts"]).values()) == {0}
    assert shown["house"].rows == []
    assert (shown["people"], shown["complaints"].total, shown["message_count"]) == ([], 0, 0)


def test_a_stranger_asking_for_our_store_s_figures_finds_nothing(client, cast):
    stranger = User.objects.create_user(
        "boss", "x", role="group_manager", store=None, group=cast.foreign_store.group
    )
    client.force_login(stranger)
    for url in ("/today/", "/today/fragment/"):
        assert client.get(f"{url}?store={cast.store.pk}").status_code == 404
        assert client.get(url).status_code == 200


def test_managers_and_dispatchers_read_it_and_nobody_else(client, cast):
    allowed = set()
    for role, user in cast.roles.items():
        client.force_login(user)
        if client.get("/today/").status_code == 200:
            allowed.add(role.value)
    assert allowed == READERS


def test_what_the_reader_may_not_open_is_not_shown(client, cast):
    fill(cast)
    client.force_login(cast.dispatcher)
    page = client.get("/today/fragment/").content.decode()
    for url in ("/complaints/", "/outbox/", "/calls/"):
        assert f'href="{url}' not in page
    assert "complaints" not in day(cast, cast.dispatcher)


@pytest.mark.parametrize("reader", ["manager", "dispatcher", "group_manager"])
def test_every_figure_leads_to_a_list_that_opens(client, cast, reader):
    fill(cast)
    client.force_login(getattr(cast, reader))
    page = client.get("/today/fragment/").content.decode()
    targets = {part.partition('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]}
    assert len(targets) >= 12
    for target in targets - {"#promised"}:
        assert client.get(target).status_code == 200, target


def test_the_figure_of_cars_at_risk_is_the_board_s(client, cast):
    promise(make_running_job(cast, "2.0", plate="浙A11111"), minutes=30)
    promise(make_job(cast, plate="浙A22222"), hours=6)
    client.force_login(cast.manager)
    cards = client.get(f"/board/fragment/?store={cast.store.pk}&late=1").content.decode()
    assert cards.partition("stage-board")[2].count("car-card") == day(cast)["house"].endangered == 1


def test_an_empty_store_says_what_will_stand_there(client, cast):
    client.force_login(cast.manager)
    assert client.get("/today/").content.decode().count('<div class="empty"') == 5


def test_a_group_manager_chooses_the_store(client, cast):
    client.force_login(cast.group_manager)
    page = client.get(f"/today/?store={cast.other_store.pk}").content.decode()
    assert f'<option value="{cast.other_store.pk}" selected>' in page


@pytest.mark.parametrize("reader", ["manager", "group_manager"])
def test_sixty_rows_take_as_many_queries_as_three(client, cast, django_assert_max_num_queries, reader):
    make_planned_job(cast)
    client.force_login(getattr(cast, reader))
    client.get("/today/fragment/")  # the first request of a session writes it
    frame = 4  # session, user, the stores that may be seen, and which of them
    counts = []
    for more in (3, 57):
        many_jobs(cast, more)
        for n in range(more):
            message(cast, n=n + 100 * more)
        for _n in range(min(more, 12)):
            make_complaint(cast)
            make_call(cast)
        with django_assert_max_num_queries(12 + frame) as asked:
            assert client.get("/today/fragment/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_clocks_of_the_chart_and_of_the_page_agree(cast):
    make_job(cast)
    chart = day(cast)["chart"]
    local = timezone.localtime(clock.now())
    assert (local.hour, local.minute // 30) == (10, 1)
    assert chart.columns[2].x < chart.now_x < chart.columns[3].x
    assert Resource.objects.filter(store=cast.store, kind="technician").count() == 2
