"""The verbs of an appointment: what each changes, frees, tells and refuses."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.appointments import services
from apps.appointments.items import Ask
from apps.appointments.models import Appointment
from apps.appointments.texts import decide, failed
from apps.capacity.models import Reservation, Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import StoreAccess
from apps.desk.models import Event, Task
from apps.messaging.models import Message
from apps.messaging.words import Words
from apps.parts.models import StockItem
from tests.appointments.factories import (
    make_appointment,
    make_customer,
    make_operation,
    make_package,
    make_part,
    make_vehicle,
)
from tests.capacity.factories import narrow_house, tomorrow

NEXT_WEEK = 7


def kinds_of(appointment, state):
    rows = Message.objects.about(appointment).filter(state=state)
    return {m.kind.removeprefix("appointment.") for m in rows}


def test_booking_holds_capacity_prices_the_items_and_tells_the_customer(cast):
    package, part = make_package(cast.store), make_part(cast.store, "P9", price=Decimal("33.33"))
    appointment = make_appointment(
        cast.store,
        by=cast.advisor,
        starts_at=tomorrow(9, days=NEXT_WEEK),
        asks=[Ask(package), Ask(part, Decimal("0.5"), "recommended")],
    )
    lines = [(str(i), i.flat_rate_hours, i.amount) for i in appointment.items.all()]
    assert lines == [
        ("Operation M001", Decimal("1.0"), Decimal("280.00")),
        ("Part P001", Decimal(0), Decimal("398.00")),
        ("Part P9", Decimal(0), Decimal("16.67")),
    ]
    assert appointment.number.startswith("AP-HZ01-")
    assert appointment.ready_at - appointment.arrives_at == timedelta(hours=1, minutes=15)
    assert appointment.holder.reservations.count() == 3
    assert kinds_of(appointment, "planned") == {"booked", "reminder_72", "reminder_24", "reminder_1"}
    event = Event.objects.about(appointment).get()
    assert (event.kind, event.thread) == ("appointment.booked", appointment.vehicle.event_thread)


def test_the_ledger_also_says_why_a_late_booking_gets_no_early_reminder(cast):
    appointment = make_appointment(cast.store, starts_at=tomorrow(17))
    rows = Message.objects.about(appointment).filter(state="suppressed")
    assert {m.kind for m in rows} >= {"appointment.reminder_72"}
    assert all(m.reason for m in rows)


def test_work_longer_than_the_day_is_ready_on_the_next(cast):
    gearbox = make_operation(cast.store, "G1", flat_rate_hours=Decimal("12.0"), skill="engine")
    appointment = make_appointment(cast.store, asks=[Ask(gearbox)], starts_at=tomorrow(9))
    assert appointment.ready_at == tomorrow(11, 15, days=2)


def test_booking_opens_the_file_to_the_store(cast):
    stranger = make_vehicle(cast.other_store)
    make_appointment(cast.store, vehicle=stranger, by=cast.advisor)
    assert StoreAccess.objects.filter(store=cast.store, customer=stranger.owner, reason="booking").exists()


def test_without_a_wish_whoever_is_free_receives_and_a_wish_is_kept(cast):
    assert make_appointment(cast.store).advisor == cast.advisor
    with pytest.raises(DomainError) as refused:
        make_appointment(cast.store, advisor=cast.neighbour, starts_at=tomorrow(14))
    assert refused.value.code == "slot_taken"


def test_one_car_is_not_promised_twice_for_the_same_time(cast):
    first = make_appointment(cast.store)
    with pytest.raises(DomainError) as refused:
        make_appointment(cast.store, vehicle=first.vehicle, starts_at=tomorrow(9, 30))
    assert refused.value.code == "vehicle_booked"
    assert first.number in refused.value.message
    make_appointment(cast.store, vehicle=first.vehicle, starts_at=tomorrow(14))


def test_a_refused_booking_leaves_nothing(cast):
    narrow_house(cast)
    make_appointment(cast.store)
    before = (Appointment.objects.count(), Reservation.objects.count(), Message.objects.count())
    with pytest.raises(DomainError), transaction.atomic():
        make_appointment(cast.store, starts_at=tomorrow(9))
    assert (Appointment.objects.count(), Reservation.objects.count(), Message.objects.count()) == before


def test_confirming_says_so_to_the_customer_and_happens_once(cast):
    appointment = make_appointment(cast.store)
    services.confirm(appointment, by=cast.advisor)
    assert appointment.status == "confirmed"
    assert "confirmed" in kinds_of(appointment, "planned")
    with pytest.raises(DomainError) as refused:
        services.confirm(appointment, by=cast.advisor)
    assert refused.value.code == "appointment_state"


def test_moving_takes_the_new_time_and_plans_the_messages_anew(cast):
    narrow_house(cast)
    appointment = make_appointment(cast.store, starts_at=tomorrow(9, days=NEXT_WEEK))
    services.reschedule(appointment, starts_at=tomorrow(16), by=cast.advisor, reason="Away that week")
    appointment.refresh_from_db()
    assert appointment.arrives_at == tomorrow(16)
    assert appointment.holder.reservations.count() == 3
    assert "reminder_72" in kinds_of(appointment, "suppressed")
    assert {"moved", "reminder_1"} <= kinds_of(appointment, "planned")
    planned = Message.objects.about(appointment).filter(state="planned")
    assert {datetime.fromisoformat(m.params["arrives_at"]) for m in planned} == {tomorrow(16)}
    make_appointment(cast.store, starts_at=tomorrow(9, days=NEXT_WEEK))


def test_a_refused_move_keeps_the_old_time(cast):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(14))
    appointment = make_appointment(cast.store)
    with pytest.raises(DomainError) as refused:
        services.reschedule(appointment, starts_at=tomorrow(14), by=cast.advisor)
    assert refused.value.extra["alternatives"]
    appointment.refresh_from_db()
    assert (appointment.arrives_at, appointment.holder.reservations.count()) == (tomorrow(9), 3)


def test_cancelling_frees_the_time_and_stops_the_reminders(cast):
    narrow_house(cast)
    appointment = make_appointment(cast.store, starts_at=tomorrow(9, days=NEXT_WEEK))
    services.cancel(appointment, reason="Sold the car", by=cast.advisor)
    assert appointment.status == "cancelled"
    assert not appointment.holder.reservations.exists()
    assert kinds_of(appointment, "planned") == {"cancelled"}
    make_appointment(cast.store, starts_at=tomorrow(9, days=NEXT_WEEK))


def test_a_reason_is_due(cast):
    appointment = make_appointment(cast.store)
    with pytest.raises(DomainError):
        services.cancel(appointment, reason="  ", by=cast.advisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=appointment.pk).update(status="cancelled")


def test_an_arrival_keeps_the_capacity_for_the_order_and_stops_the_reminders(cast):
    appointment = make_appointment(cast.store)
    services.mark_arrived(appointment, by=cast.advisor)
    assert appointment.holder.reservations.count() == 3
    assert kinds_of(appointment, "planned") == set()


def test_a_no_show_is_refused_before_its_time_and_frees_the_rest_after(cast):
    appointment = make_appointment(cast.store)
    with pytest.raises(DomainError) as refused:
        services.mark_no_show(appointment, reason="?", by=cast.advisor)
    assert refused.value.code == "appointment_not_due"
    services.mark_no_show(appointment, reason="Not reached", by=cast.advisor, now=tomorrow(10))
    assert appointment.status == "no_show"
    assert not appointment.holder.reservations.exists()


@pytest.mark.parametrize("closed", ["arrived", "cancelled", "no_show"])
@pytest.mark.parametrize("verb", ["confirm", "reschedule", "cancel", "mark_arrived", "mark_no_show"])
def test_nothing_leads_out_of_a_closed_appointment(cast, closed, verb):
    appointment = make_appointment(cast.store)
    Appointment.objects.filter(pk=appointment.pk).update(status=closed, closed_reason="x")
    arguments = {
        "reschedule": {"starts_at": tomorrow(14)},
        "cancel": {"reason": "x"},
        "mark_no_show": {"reason": "x", "now": tomorrow(10)},
    }.get(verb, {})
    with pytest.raises(DomainError) as refused:
        getattr(services, verb)(appointment, by=cast.advisor, **arguments)
    assert refused.value.code == "appointment_state"
    assert Event.objects.about(appointment).count() == 1


def test_a_stale_tab_is_refused(cast):
    appointment = make_appointment(cast.store)
    seen = appointment.version
    services.reschedule(appointment, starts_at=tomorrow(14), by=cast.advisor, version=seen)
    with pytest.raises(DomainError) as refused:
        services.cancel(appointment, reason="x", by=cast.advisor, version=seen)
    assert refused.value.code == "stale"


def test_what_is_due_is_judged_again_when_it_is_sent(cast):
    appointment = make_appointment(cast.store, starts_at=tomorrow(9, days=NEXT_WEEK))
    message = Message.objects.about(appointment).get(kind="appointment.reminder_24")
    assert decide(message) == ""
    assert (
        appointment.number
        in Words().of(Message.objects.about(appointment).get(kind="appointment.booked"), None).text
    )
    services.mark_arrived(appointment, by=cast.advisor)
    assert decide(message)


def test_a_message_that_cannot_be_delivered_becomes_the_advisors_call(cast):
    appointment = make_appointment(cast.store, contact_name="陈女士")
    failed(Message.objects.about(appointment).first())
    task = Task.objects.get()
    assert task.owner == appointment.advisor
    assert "陈女士" in task.text


def test_the_mileage_told_on_the_phone_is_a_reading(cast):
    appointment = make_appointment(cast.store, odometer_km=45_000, by=cast.advisor)
    appointment.vehicle.refresh_from_db()
    assert appointment.vehicle.odometer_km == 45_000


def test_the_contact_may_be_somebody_else_than_the_owner(cast):
    vehicle = make_vehicle(cast.store, owner=make_customer(cast.store, "公司车队", ""))
    appointment = make_appointment(
        cast.store, vehicle=vehicle, contact_name="司机小王", contact_phone="+8613900000000"
    )
    message = Message.objects.about(appointment).first()
    assert message.phone == "+8613900000000"
    assert clock.now() < appointment.arrives_at


def test_a_missing_part_closes_the_days_until_it_can_be_there(cast):
    narrow_house(cast)
    part, other = make_part(cast.store, "P7"), make_part(cast.store, "P8")
    asks = [Ask(part, Decimal(2))]
    assert make_appointment(cast.store, starts_at=tomorrow(), asks=asks).pk, "no stock is counted here yet"
    StockItem.objects.create(store=cast.store, part=other, on_hand=Decimal(5))
    with pytest.raises(DomainError) as refused:
        make_appointment(cast.store, starts_at=tomorrow(11), asks=asks)
    assert part.name in refused.value.message
    StockItem.objects.create(store=cast.store, part=part, on_hand=Decimal(2))
    assert make_appointment(cast.store, starts_at=tomorrow(11), asks=asks).pk


def held(appointment, kind: str) -> list[tuple[datetime, datetime]]:
    rows = appointment.holder.reservations.filter(resource__kind=kind).order_by("during")
    return [(row.during.lower, row.during.upper) for row in rows]


def test_a_courtesy_car_is_kept_from_the_arrival_until_the_customers_is_ready(cast):
    narrow_house(cast)
    wish = {"mobility": "courtesy", "starts_at": tomorrow(9)}
    with pytest.raises(DomainError):
        make_appointment(cast.store, **wish)
    Resource.objects.create(store=cast.store, kind="courtesy", name="浙A00001")
    appointment = make_appointment(cast.store, **wish)
    assert held(appointment, "courtesy") == [(appointment.arrives_at, appointment.ready_at)]
    services.reschedule(appointment, starts_at=tomorrow(14), by=cast.advisor)
    assert held(appointment, "courtesy") == [(tomorrow(14), appointment.ready_at)], "it moves along"


def test_a_car_we_fetch_takes_a_driver_before_and_after(cast):
    narrow_house(cast)
    driver = Resource.objects.create(store=cast.store, kind="driver", name="老赵")
    wish = {"mobility": "fetched", "fetched_from": "文三路 1 号", "people": 0}
    with pytest.raises(DomainError):
        make_appointment(cast.store, starts_at=tomorrow(8, 30), **wish)
    appointment = make_appointment(cast.store, starts_at=tomorrow(9), **wish)
    way = timedelta(minutes=45)
    ready = appointment.ready_at
    assert held(appointment, "driver") == [(tomorrow(8, 15), tomorrow(9)), (ready, ready + way)]
    driver.is_active = False
    driver.save()
    with pytest.raises(DomainError) as refused:
        make_appointment(cast.store, starts_at=tomorrow(13), **wish)
    assert "司机" in refused.value.message or "driver" in refused.value.message
