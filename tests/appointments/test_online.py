"""From a request at night to a confirmed appointment: codes, holds, distribution, escalation."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Setting
from apps.appointments import online, online_codes, online_round, online_times, services
from apps.appointments.models import Appointment, OnlineBatch, OnlineCode, OnlineRequest
from apps.capacity import services as capacity
from apps.capacity.models import Absence, Holder, OpeningHours, Reservation, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Notice, Task
from apps.messaging.models import Message
from tests.appointments.factories import make_appointment, make_customer, make_vehicle
from tests.appointments.online_house import ADDRESS, ask, at, code_of, received, wide

Status = OnlineRequest.Status


@pytest.fixture
def store(cast):
    return wide(cast)


def refused(code, verb, *args, **kwargs):
    with pytest.raises(DomainError) as error:
        verb(*args, **kwargs)
    assert error.value.code == code
    return error.value


# -- the code -------------------------------------------------------------------------------------


def test_nothing_is_held_before_the_number_is_proved(store):
    request = ask(store, now=at(22))
    assert request.status == Status.TYPED
    assert not Reservation.objects.exists()
    assert not OnlineRequest.objects.known().exists()
    online_codes.prove(request, code_of(request), now=at(22, 5))
    online.receive(request, now=at(22, 5))
    assert request.status == Status.RECEIVED
    assert request.number.startswith("OR-")
    assert Reservation.objects.filter(holder=request.holder).exists()
    assert Message.objects.about(request).get(kind="online.received").answers_customer


def test_received_twice_is_received_once(store):
    request = received(store, now=at(22))
    online.receive(OnlineRequest.objects.get(pk=request.pk), now=at(22, 1))
    assert Event.objects.filter(kind="online.received").count() == 1


def test_a_wrong_code_counts_and_after_five_the_right_one_is_over(store):
    request = ask(store, now=at(9))
    wrong = f"{(int(code_of(request)) + 1) % 1_000_000:06d}"
    for _n in range(OnlineCode.TRIES):
        refused("code_wrong", online_codes.prove, request, wrong, now=at(9, 1))
    refused("code_over", online_codes.prove, request, code_of(request), now=at(9, 1))


def test_a_code_is_good_for_ten_minutes_and_only_the_last_one(store):
    request = ask(store, now=at(9))
    first = code_of(request)
    refused("code_over", online_codes.prove, request, first, now=at(9, 10))
    online_codes.send(request, address=ADDRESS, now=at(9, 11))
    if code_of(request) != first:
        refused("code_wrong", online_codes.prove, request, first, now=at(9, 12))
    online_codes.prove(request, f" {code_of(request)} ", now=at(9, 12))


def test_neither_code_nor_address_can_be_read_from_the_table(store):
    request = ask(store, now=at(9))
    row = OnlineCode.objects.get()
    assert ADDRESS not in row.address
    assert code_of(request) not in row.digest


def test_a_phone_and_an_address_get_only_so_many_codes(store):
    request = ask(store, now=at(9))
    for _n in range(2):
        online_codes.send(request, address=ADDRESS, now=at(9))
    refused("online_too_many", ask, store, now=at(9, 59), address="198.51.100.1")
    ask(store, now=at(10, 1))
    for n in range(6):
        ask(store, now=at(9), phone=f"+861390000000{n}")
    refused("online_too_many", ask, store, now=at(9, 30), phone="+8613900000009")
    assert OnlineRequest.objects.count() == 8, "what was refused is not kept"


def test_a_number_has_only_so_many_requests_open(store):
    for n in range(online.OPEN_PER_PHONE):
        received(store, now=at(9 + 2 * n), plate=f"浙A1000{n}", starts_at=at(10 + n, days=3))
    request = ask(store, now=at(17), plate="浙A10009", starts_at=at(15, days=3))
    refused("online_too_many", online.receive, request, now=at(17))
    request.refresh_from_db()
    assert request.status == Status.TYPED


def test_what_was_never_proved_is_forgotten_after_two_days(store):
    ask(store, now=at(9))
    kept = received(store, now=at(9), phone="+8613900000001")
    assert online_codes.forget(at(8, days=2)) == 0
    assert online_codes.forget(at(9, days=2)) == 1
    assert list(OnlineRequest.objects.all()) == [kept]
    assert not OnlineCode.objects.exists()


# -- which times ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(8), at(0, days=1)),  # today at 9 somebody gets it, so tomorrow is open from the morning on
        (at(16, 59), at(0, days=1)),
        (at(17), at(10, days=1)),  # tomorrow at 9 somebody gets it, from 10 on the car can come
        (at(23), at(10, days=1)),
    ],
    ids=str,
)
def test_asked_for_may_be_what_can_still_be_confirmed(store, now, first):
    assert online_times.first_start(store, now) == first


def test_before_a_closed_day_nothing_is_asked_for_that_nobody_could_confirm(store):
    OpeningHours.objects.filter(store=store, weekday=at(9, days=1).isoweekday()).delete()
    assert online_times.first_start(store, at(17)) == at(10, days=2)


def test_neither_today_nor_the_fifteenth_day_can_be_asked_for(store):
    for moment in (at(16), at(9, days=1), at(10, days=15)):
        refused("online_time", ask, store, now=at(20), starts_at=moment)
    ask(store, now=at(20), starts_at=at(10, days=14))


def test_a_time_that_goes_meanwhile_brings_others_and_the_code_still_stands(cast, store):
    request = ask(store, now=at(9), starts_at=at(10, days=1))
    for _n in range(2):
        make_appointment(store, starts_at=at(10, days=1))
    error = refused("slot_taken", online.receive, request, now=at(9, 5))
    other = error.extra["alternatives"][0]["starts_at"]
    online_codes.prove(request, code_of(request), now=at(9, 6))
    online.receive(request, starts_at=timezone.datetime.fromisoformat(other), now=at(9, 6))
    assert request.starts_at.isoformat() == other


# -- who it is ------------------------------------------------------------------------------------


def test_the_car_is_known_only_where_number_and_plate_are_those_of_the_file(cast, store):
    owner = make_customer(store, "李明", "+8613812345678")
    car = make_vehicle(store, "浙A12345", owner=owner)
    assert received(store, now=at(9)).vehicle == car
    stranger = received(store, now=at(11), phone="+8613900000001", starts_at=at(14, days=1))
    assert (stranger.vehicle, stranger.customer) == (None, None)
    other_car = received(store, now=at(13), plate="浙A99999", starts_at=at(15, days=1))
    assert (other_car.vehicle, other_car.customer) == (None, owner)


# -- distribution ---------------------------------------------------------------------------------


def test_what_came_in_until_nine_is_given_out_at_nine_in_the_order_received(cast, store):
    second = received(store, now=at(23), phone="+8613900000002", plate="浙A2")
    first = received(store, now=at(21), phone="+8613900000001", plate="浙A1")
    later = received(store, now=at(9, 30, days=1), phone="+8613900000003", starts_at=at(10, days=3))
    assert online_round.go_round(at(8, 59, days=1)) == 0
    assert online_round.go_round(at(9, 1, days=1)) == 2
    for row in (first, second, later):
        row.refresh_from_db()
    given = (
        Event.objects.filter(kind="online.assigned").order_by("pk").values_list("facts__number", flat=True)
    )
    assert list(given) == [first.number, second.number]
    assert {first.assigned_to, second.assigned_to} == {cast.advisor, cast.reception_supervisor}, "levelled"
    assert later.status == Status.RECEIVED
    batch = OnlineBatch.objects.get()
    assert batch.at == at(9, days=1)
    assert set(batch.requests.all()) == {first, second}
    assert online_round.go_round(at(13, days=1)) == 1
    assert online_round.go_round(at(13, 0, days=1)) == 0


def test_the_dedicated_advisor_gets_his_own_customer_if_he_is_on_duty(cast, store):
    owner = make_customer(store, "李明", "+8613812345678", advisor=cast.reception_supervisor)
    make_vehicle(store, "浙A12345", owner=owner)
    request = received(store, now=at(20))
    assert request.receiver == cast.reception_supervisor, "and the time is held with him"
    online_round.go_round(at(9, 1, days=1))
    request.refresh_from_db()
    assert request.assigned_to == cast.reception_supervisor


def test_who_is_away_gets_nothing(cast, store):
    owner = make_customer(store, "李明", "+8613812345678", advisor=cast.advisor)
    make_vehicle(store, "浙A12345", owner=owner)
    request = received(store, now=at(20), starts_at=at(10, days=4))
    mine = Resource.objects.get(person=cast.advisor)
    Absence.objects.create(resource=mine, during=(at(0, days=1), at(0, days=2)), reason="培训")
    online_round.go_round(at(9, 1, days=1))
    request.refresh_from_db()
    assert request.assigned_to == cast.reception_supervisor


def test_on_a_closed_day_nothing_is_given_out(store):
    request = received(store, now=at(20), starts_at=at(10, days=3))
    OpeningHours.objects.filter(store=store, weekday=at(9, days=1).isoweekday()).delete()
    assert online_round.go_round(at(9, 1, days=1)) == 0
    assert online_round.go_round(at(9, 1, days=2)) == 1
    request.refresh_from_db()
    assert request.status == Status.ASSIGNED


def test_where_nobody_is_on_duty_the_manager_is_told_once(cast, store):
    received(store, now=at(20), starts_at=at(10, days=3))
    for resource in Resource.objects.filter(kind="advisor"):
        Absence.objects.create(resource=resource, during=(at(0, days=1), at(0, days=2)), reason="培训")
    for minute in (1, 2):
        assert online_round.go_round(at(9, minute, days=1)) == 0
    task = Task.objects.get(kind="online.nobody")
    assert task.role == "service_manager"
    assert online_round.go_round(at(9, 1, days=2)) == 1
    task.refresh_from_db()
    assert task.done_at


def test_the_times_of_the_distribution_are_a_setting(store):
    Setting.objects.create(key=online_times.KEY, store=store, effective_from=clock.today(), value=["11:00"])
    received(store, now=at(10), starts_at=at(14, days=1))
    assert online_round.go_round(at(10, 59)) == 0
    assert online_round.go_round(at(11)) == 1


def test_the_advisor_has_a_call_to_make_within_four_working_hours(cast, store):
    request = received(store, now=at(12))
    online_round.go_round(at(17))
    request.refresh_from_db()
    assert request.due_at == at(11, days=1), "one hour until closing, three the next morning"
    task = Task.objects.get(kind="online.call")
    assert (task.owner, task.due_at) == (request.assigned_to, request.due_at)
    assert Notice.objects.filter(reader=request.assigned_to).exists()
    assert Notice.objects.filter(reader=cast.manager).exists(), "the manager sees each batch"


def test_after_four_working_hours_the_manager_has_it(cast, store):
    request = received(store, now=at(12), starts_at=at(15, days=2))
    online_round.go_round(at(17))
    assert online_round.go_round(at(10, 59, days=1)) == 0
    assert online_round.go_round(at(11, days=1)) == 1
    assert online_round.go_round(at(11, 1, days=1)) == 0
    assert Task.objects.get(kind="online.late").role == "service_manager"
    online.confirm(_fresh(request), vehicle=make_vehicle(store), by=cast.advisor, now=at(11, 5, days=1))
    assert not Task.objects.open().exists()


def _fresh(request):
    return OnlineRequest.objects.get(pk=request.pk)


def test_it_can_be_given_to_somebody_else_and_the_call_goes_along(cast, store):
    request = received(store, now=at(12))
    online_round.go_round(at(13))
    request.refresh_from_db()
    other = ({cast.advisor, cast.reception_supervisor} - {request.assigned_to}).pop()
    online.assign(request, other, by=cast.manager, version=request.version)
    assert Task.objects.open().get(kind="online.call").owner == other
    refused("online_advisor", online.assign, request, cast.technician, by=cast.manager)
    refused("stale", online.assign, request, cast.advisor, by=cast.manager, version=0)


# -- confirmed, declined, withdrawn ----------------------------------------------------------------


def test_before_the_distribution_the_manager_may_give_it_to_somebody(cast, store):
    request = received(store, now=at(22))
    online.assign(request, cast.advisor, by=cast.manager, now=at(9))
    assert (request.status, request.due_at) == (Status.ASSIGNED, at(13))


def test_given_to_somebody_else_the_four_hours_begin_anew(cast, store):
    request = received(store, now=at(22))
    online.assign(request, cast.advisor, by=None, now=at(9))
    assert online_round.escalate(_fresh(request), now=at(14))
    assert _fresh(request).escalated_at
    online.assign(_fresh(request), cast.reception_supervisor, by=cast.manager, now=at(14))
    assert _fresh(request).escalated_at is None
    call = Task.objects.about(request).open().get()
    assert (call.owner, call.due_at) == (cast.reception_supervisor, _fresh(request).due_at)


def test_confirmed_it_is_an_appointment_in_the_time_that_was_held(cast, store):
    request = received(store, now=at(12), words="顺便看一下空调")
    holder, amount = request.holder, sum(item.amount for item in request.items.all())
    appointment = online.confirm(request, vehicle=make_vehicle(store), by=cast.advisor, now=at(13))
    assert appointment.status == Appointment.Status.CONFIRMED
    assert (appointment.channel, appointment.customer_words) == ("online", "顺便看一下空调")
    assert (appointment.arrives_at, appointment.holder) == (request.starts_at, holder)
    assert appointment.holder.expires_at is None
    assert appointment.amount == amount
    assert request.holder is None
    going = Message.objects.about(appointment).filter(state="planned", kind__startswith="appointment.")
    acts = [m.kind for m in going if m.kind in ("appointment.booked", "appointment.confirmed")]
    assert acts == ["appointment.confirmed"], "one message, not two"
    refused("online_state", online.confirm, request, vehicle=make_vehicle(store), by=cast.advisor)


def test_on_the_phone_another_time_can_be_agreed_on(cast, store):
    request = received(store, now=at(12))
    car = make_vehicle(store)
    appointment = online.confirm(request, vehicle=car, by=cast.advisor, starts_at=at(14, days=2), now=at(13))
    assert appointment.arrives_at == at(14, days=2)
    assert not Reservation.objects.filter(during__contains=at(10, 30, days=1)).exists()


def test_a_hold_that_is_over_is_taken_anew_or_refused_with_others(cast, store):
    request = received(store, now=at(12), starts_at=at(10, days=6))
    assert request.is_held
    capacity.release_expired(at(12, days=3))
    request.refresh_from_db()
    assert not request.is_held
    for _n in range(2):
        make_appointment(store, starts_at=at(10, days=6))
    car = make_vehicle(store)
    error = refused("slot_taken", online.confirm, request, vehicle=car, by=cast.advisor, now=at(13, days=3))
    assert len(error.extra["alternatives"]) == 3
    appointment = online.confirm(
        request, vehicle=car, by=cast.advisor, starts_at=at(14, days=6), now=at(13, days=3)
    )
    assert appointment.arrives_at == at(14, days=6)
    assert not Holder.objects.filter(reservations=None).exists(), "nothing is left of the old hold"


def test_a_hold_never_outlasts_the_arrival(store):
    request = received(store, now=at(12), starts_at=at(8, days=1))
    assert request.holder.expires_at == at(8, days=1)
    far = received(store, now=at(12), starts_at=at(10, days=9), phone="+8613900000001")
    assert far.holder.expires_at == at(12, days=2), "twenty open hours"


def test_a_car_that_is_promised_already_is_refused(cast, store):
    car = make_vehicle(store, "浙A12345", owner=make_customer(store))
    make_appointment(store, vehicle=car, starts_at=at(10, days=1))
    request = received(store, now=at(12), starts_at=at(10, 30, days=1))
    refused("vehicle_booked", online.confirm, request, vehicle=car, by=cast.advisor, now=at(13))
    assert _fresh(request).is_open


def test_declined_with_a_reason_the_time_is_free_and_the_customer_told(cast, store):
    request = received(store, now=at(12))
    refused("reason_missing", online.decline, request, reason=" ", by=cast.advisor)
    online.decline(_fresh(request), reason="三次无人接听", by=cast.advisor)
    assert not Reservation.objects.exists()
    assert Message.objects.about(request).filter(kind="online.declined", state="planned").exists()


def test_the_customer_withdraws_himself_until_it_is_settled(cast, store):
    request = received(store, now=at(12))
    online.withdraw(request)
    assert not Reservation.objects.exists()
    refused("online_state", online.confirm, request, vehicle=make_vehicle(store), by=cast.advisor)


def test_the_database_wants_an_appointment_for_what_is_booked(store):
    request = received(store, now=at(12))
    with pytest.raises(IntegrityError, match="online_booked"), transaction.atomic():
        OnlineRequest.objects.filter(pk=request.pk).update(status="booked")


def test_only_described_it_is_looked_at_first(cast, store):
    request = received(store, now=at(12), asks=[], words="方向盘抖动")
    appointment = online.confirm(request, vehicle=make_vehicle(store), by=cast.advisor, now=at(13))
    assert appointment.kind == Appointment.Kind.INSPECTION_REPAIR
    services.cancel(appointment, reason="改期", by=cast.advisor)
