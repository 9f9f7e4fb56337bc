"""From four days before until the car comes: who is asked what, what the house does by itself, what fails."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.appointments import preparation, services
from apps.appointments.items import Ask
from apps.appointments.models import Appointment, PreparationStep
from apps.capacity.models import Reservation
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from apps.desk.models import Event, PdfJob, Task
from apps.parts import services as stock
from apps.parts.models import Demand, StockItem
from apps.reception import services as reception
from tests.appointments.factories import furnish, make_appointment, make_operation, make_part, make_vehicle
from tests.capacity.factories import tomorrow
from tests.capacity.incident_factories import deliver
from tests.workorders.factories import make_order

PAGE = "/appointments/preparation/"


@pytest.fixture
def store(cast):
    return furnish(cast.store)


def booked(store, days=10, quantity=0, **fields):
    """An appointment in so many days, with so many of one part, and its events delivered."""
    appointment = make(store, days, quantity, **fields)
    deliver()
    return appointment


def make(store, days, quantity=0, **fields):
    asks = [Ask(make_operation(store))]
    if quantity:
        asks.append(Ask(make_part(store), Decimal(quantity)))
    return make_appointment(store, starts_at=tomorrow(10, days=days), asks=asks, **fields)


def on_shelf(cast, quantity):
    stock.receive(cast.store, make_part(cast.store), Decimal(quantity), by=cast.manager)


def step(appointment, kind):
    rows = PreparationStep.objects.select_related("appointment__store")
    return rows.get(appointment=appointment, kind=kind)


def day(appointment, before, hour=8):
    return clock.at(timezone.localdate(appointment.arrives_at) - timedelta(days=before), hour)


def tasks(kind=preparation.TASK):
    return Task.objects.open().filter(kind=kind)


def refused(code, verb, *args, **kwargs):
    with pytest.raises(DomainError) as error:
        verb(*args, **kwargs)
    assert error.value.code == code


def test_a_booking_far_ahead_asks_nobody_yet(store):
    appointment = booked(store)
    assert {s.kind for s in appointment.steps.all()} == {"confirm", "fix", "pack"}
    assert not tasks().exists()
    assert preparation.begin_due(day(appointment, 4) - timedelta(seconds=1)) == 0


def test_four_days_before_the_advisor_has_the_call_and_confirms_by_it(cast, store):
    appointment = booked(store)
    assert preparation.begin_due(day(appointment, 4)) == 1
    assert preparation.begin_due(day(appointment, 4)) == 0
    task = tasks().get()
    assert (task.owner, task.due_at) == (appointment.advisor, day(appointment, 3, 17))
    preparation.complete(step(appointment, "confirm"), by=cast.advisor, note="另加雨刮，约 80 元")
    appointment.refresh_from_db()
    assert appointment.status == Appointment.Status.CONFIRMED
    assert not tasks().exists()
    assert Event.objects.get(kind="preparation.confirm_done").reason == "另加雨刮，约 80 元"
    refused("step_settled", preparation.complete, step(appointment, "confirm"), by=cast.advisor)


def test_parts_on_the_shelf_are_reserved_and_nobody_is_bothered(cast, store):
    on_shelf(cast, 5)
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 3))
    assert step(appointment, "parts").state == "done"
    demand = Demand.objects.get(purpose=appointment.number)
    assert (demand.reserved, demand.needed_at) == (4, appointment.arrives_at)
    assert [task.params.get("parts") for task in tasks()] == [None], "only the confirmation call"


@pytest.mark.parametrize(
    ("fields", "apart"),
    [
        ({"purchased_on": 700}, True),
        ({"purchased_on": 740}, False),
        ({"purchased_on": 700, "is_statutory": False}, False),
        ({"purchased_on": 700, "odometer_km": 50_001}, False),
        ({"licensed_on": 10}, True),
        ({}, False),
    ],
    ids=str,
)
def test_parts_of_a_car_under_statutory_liability_lie_apart(fields, apart, cast, store):
    days = ("purchased_on", "licensed_on")
    fields = {k: clock.today() - timedelta(days=v) if k in days else v for k, v in fields.items()}
    on_shelf(cast, 5)
    appointment = booked(store, quantity=4)
    Vehicle.objects.filter(pk=appointment.vehicle_id).update(**fields)
    preparation.begin_due(day(appointment, 1))
    title = tasks().get(role="parts_clerk", title__contains="shelf").title
    assert (title == preparation.APART) == apart


def test_what_is_short_is_the_parts_clerks_until_it_has_come(cast, store):
    on_shelf(cast, 1)
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 3))
    task = tasks().get(role="parts_clerk")
    assert task.params["parts"].endswith("× 3")
    preparation.complete(step(appointment, "parts"), by=cast.roles["parts_clerk"], note="已订，后天到")
    on_shelf(cast, 3)
    preparation.begin_due(day(appointment, 1))
    shelf = tasks().get(role="parts_clerk")
    assert "Part P001" in shelf.text
    preparation.complete(step(appointment, "shelf"), by=cast.roles["parts_clerk"])
    assert step(appointment, "shelf").state == "done"


def test_parts_that_have_not_come_the_day_before_raise_the_call(cast, store):
    on_shelf(cast, 1)
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 1))
    assert step(appointment, "shelf").state == "failed"
    call = tasks(preparation.CALL).get()
    assert call.owner == appointment.advisor
    assert "× 3" in call.params["reason"]
    refused("parts_short", preparation.complete, step(appointment, "shelf"), by=cast.roles["parts_clerk"])
    on_shelf(cast, 3)
    preparation.complete(step(appointment, "shelf"), by=cast.roles["parts_clerk"])
    assert not tasks(preparation.CALL).exists(), "it came after all"


def test_a_store_without_stock_reserves_nothing(store):
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 1))
    assert step(appointment, "parts").state == step(appointment, "shelf").state == "done"
    assert not Demand.objects.exists()


def test_the_day_before_bay_and_technician_are_fixed_and_the_pack_is_made(cast, store):
    appointment = booked(store)
    assert not Reservation.objects.filter(is_fixed=True).exists()
    preparation.begin_due(day(appointment, 1))
    assert not Reservation.objects.filter(holder=appointment.holder, is_fixed=False).exists()
    assert step(appointment, "fix").state == "done"
    assert PdfJob.objects.get(kind=preparation.PACK).object_id == step(appointment, "pack").pk
    assert {task.params["number"] for task in tasks()} == {appointment.number}


def test_what_cannot_be_done_raises_the_call_to_the_customer(cast, store):
    appointment = booked(store)
    refused("reason_missing", preparation.fail, step(appointment, "pack"), reason=" ", by=cast.advisor)
    preparation.fail(step(appointment, "pack"), reason="打印机坏了", by=cast.advisor)
    call = tasks(preparation.CALL).get()
    assert (call.owner, call.params["reason"]) == (appointment.advisor, "打印机坏了")
    preparation.complete(step(appointment, "pack"), by=cast.advisor)
    assert not tasks(preparation.CALL).exists()


def test_a_late_booking_has_its_skipped_stages_due_at_once(cast, store):
    on_shelf(cast, 5)
    appointment = make(store, days=2, quantity=4)
    noon = day(appointment, 1, 12)
    preparation.lay(appointment, now=noon)
    assert {s.opened_at for s in appointment.steps.exclude(kind="parts")} == {noon}
    assert step(appointment, "parts").state == step(appointment, "fix").state == "done"
    due = tasks().filter(owner=appointment.advisor).order_by("due_at").values_list("due_at", flat=True)
    assert list(due) == [noon, day(appointment, 1, 17)], "the skipped call at once, the pack today"


def test_a_moved_appointment_begins_anew_but_keeps_its_parts(cast, store):
    on_shelf(cast, 5)
    appointment = booked(store, days=1, quantity=4)
    services.reschedule(appointment, starts_at=tomorrow(10, days=12), by=cast.advisor)
    deliver()
    assert not tasks().exists()
    assert {s.kind for s in appointment.steps.open()} == {"confirm", "shelf", "fix", "pack"}
    assert step(appointment, "parts").state == "done"
    demand = Demand.objects.get(purpose=appointment.number)
    assert (demand.reserved, demand.needed_at) == (4, tomorrow(10, days=12))
    assert not Reservation.objects.filter(is_fixed=True).exists()


def test_its_own_parts_do_not_stand_in_the_way_of_a_move(cast, store):
    on_shelf(cast, 4)
    appointment = booked(store, days=3, quantity=4)
    preparation.begin_due(day(appointment, 3))
    assert StockItem.objects.get().available == 0
    services.reschedule(appointment, starts_at=tomorrow(14), by=cast.advisor)
    assert appointment.arrives_at == tomorrow(14)


@pytest.mark.parametrize("how", ["cancel", "no_show"])
def test_who_does_not_come_gives_the_parts_back(cast, store, how):
    on_shelf(cast, 5)
    appointment = booked(store, days=1, quantity=4)
    if how == "cancel":
        services.cancel(appointment, reason="车卖了", by=cast.advisor)
    else:
        services.mark_no_show(appointment, reason="未到", by=None, now=tomorrow(12))
    deliver()
    assert not appointment.steps.open().exists()
    assert not tasks().exists()
    assert StockItem.objects.get().reserved == 0
    refused("appointment_state", preparation.complete, step(appointment, "pack"), by=cast.advisor)


def test_the_order_takes_over_what_was_reserved(cast, store):
    on_shelf(cast, 4)
    appointment = booked(store, days=1, quantity=4)
    visit = reception.arrive(store=store, appointment=appointment, by=cast.advisor)
    order = make_order(cast, [], visit=visit)
    deliver()
    demand = Demand.objects.get()
    assert (demand.purpose, demand.reserved) == (order.number, 4)
    assert order.lines.get(part__isnull=False).demand == demand
    assert not appointment.steps.open().exists()


def test_a_hearing_that_comes_twice_changes_nothing(cast, store):
    appointment = make(store, days=2)
    preparation.lay(appointment, now=day(appointment, 1, 12))
    preparation.complete(step(appointment, "confirm"), by=cast.advisor)
    before = list(appointment.steps.order_by("kind").values_list("kind", "state", "pk"))
    preparation.lay(appointment, now=day(appointment, 1, 13))
    assert list(appointment.steps.order_by("kind").values_list("kind", "state", "pk")) == before


def test_a_task_ticked_on_my_work_settles_its_step(cast, store):
    appointment = booked(store)
    preparation.begin_due(day(appointment, 4))
    tasks().get().complete(by=cast.advisor, outcome="已电话确认")
    deliver()
    confirm = step(appointment, "confirm")
    assert (confirm.state, confirm.settled_by, confirm.note) == ("done", cast.advisor, "已电话确认")
    appointment.refresh_from_db()
    assert appointment.status == Appointment.Status.CONFIRMED


def test_a_tick_that_cannot_be_asks_again_with_the_reason(cast, store):
    on_shelf(cast, 4)
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 1))
    stock.release_reservation(Demand.objects.get(), by=cast.manager, reason="急用")
    tasks().get(role="parts_clerk").complete(by=cast.roles["parts_clerk"])
    deliver()
    assert step(appointment, "shelf").state == "open"
    assert "× 4" in tasks().get(role="parts_clerk").text


def test_what_was_booked_before_there_was_a_chain_is_planned_too(store):
    appointment = make(store, days=6)
    assert not appointment.steps.exists()
    preparation.begin_due(day(appointment, 5))
    assert {s.kind for s in appointment.steps.open()} == {"confirm", "fix", "pack"}


# -- the pages ------------------------------------------------------------------------------------


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_the_page_shows_the_next_days_and_what_is_ready_only_on_request(cast, desk):
    first, second = booked(cast.store, days=1), booked(cast.store, days=3)
    far = booked(cast.store, days=6)
    page = text(desk.get(PAGE))
    assert page.index(first.number) < page.index(second.number)
    assert far.number not in page
    first.steps.update(state="done", settled_at=clock.now())
    assert first.number not in text(desk.get(PAGE))
    assert first.number in text(desk.get(PAGE, {"all": 1}))


def test_only_mine(cast, desk):
    mine = booked(cast.store, days=1, advisor=cast.advisor)
    Appointment.objects.filter(pk=mine.pk).update(advisor=cast.manager)
    assert mine.number not in text(desk.get(PAGE, {"mine": 1}))
    assert mine.number in text(desk.get(PAGE))


def test_a_step_is_settled_on_the_appointments_page(cast, desk):
    appointment = booked(cast.store, days=1)
    assert 'id="steps"' in text(desk.get(f"/appointments/{appointment.pk}/"))
    pack, confirm = step(appointment, "pack"), step(appointment, "confirm")
    own = f"/appointments/{appointment.pk}/"
    assert desk.post(f"{PAGE}{confirm.pk}/completion/", {"note": "好"}).url == own
    assert desk.post(f"{PAGE}{pack.pk}/failure/", {"reason": "缺纸"}).url == own
    assert desk.post(f"{PAGE}{pack.pk}/completion/").url == own
    assert "缺纸" not in text(desk.get(PAGE))


def test_what_cannot_be_settled_is_said_beside_the_step_and_the_note_is_kept(cast, desk, store):
    on_shelf(cast, 1)
    appointment = booked(store, quantity=4)
    preparation.begin_due(day(appointment, 2))
    shelf, pack = step(appointment, "shelf"), step(appointment, "pack")
    kept = text(desk.post(f"{PAGE}{shelf.pk}/completion/", {"note": "柜 3 号"}), 422)
    assert f'id="step-{shelf.pk}-error"' in kept
    assert 'value="柜 3 号"' in kept
    assert f'id="step-{pack.pk}-error"' in text(desk.post(f"{PAGE}{pack.pk}/failure/", {"reason": " "}), 422)
    assert step(appointment, "shelf").state == "open"


def test_others_settle_nothing(cast, client, store):
    pack = step(booked(store, days=1), "pack")
    for person, status in ((cast.technician, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.post(f"{PAGE}{pack.pk}/completion/").status_code == status
    assert step(pack.appointment, "pack").state == "open"


def test_the_page_costs_the_same_for_3_and_60(cast, desk):
    template = booked(cast.store, days=1)
    steps = list(template.steps.all())
    costs = []
    for count in (3, 60):
        for n in range(count):
            template.pk, template.holder, template.number = None, None, f"X-{count}-{n}"
            template.vehicle = make_vehicle(cast.store, f"浙X{count:03d}{n:02d}")
            template.save(force_insert=True)
            for row in steps:
                row.pk, row.appointment = None, template
            PreparationStep.objects.bulk_create(steps)
        with CaptureQueriesContext(connection) as queries:
            page = text(desk.get(PAGE))
        costs.append(len(queries))
    assert page.count("row-link") == 64
    assert costs[1] <= costs[0]


def test_list_day_and_week_show_what_is_prepared(cast, desk):
    appointment = booked(cast.store, days=1)
    day = f"{timezone.localdate(appointment.arrives_at):%Y-%m-%d}"
    for address in ("/appointments/?day=", "/appointments/day/?day=", "/appointments/week/?week="):
        appointment.steps.update(state="done", settled_at=clock.now())
        assert "已备妥" in text(desk.get(address + day))
        appointment.steps.filter(kind="pack").update(state="failed", note="缺纸")
        assert "已备妥" not in text(desk.get(address + day))
