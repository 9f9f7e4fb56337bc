"""Opening an order, what it costs, when it is ready, and the ways it ends."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.appointments.items import Ask
from apps.capacity.models import CapacityDay, OpeningHours
from apps.catalog.models import LabourOperation
from apps.core import clock
from apps.core.money import fen
from apps.customers.models import Recommendation
from apps.desk.models import Event, SearchKey, Task
from apps.parts import services as stock
from apps.reception import services as reception
from apps.reception.models import Visit
from apps.workorders import selectors, services
from apps.workorders.models import Line, WorkOrder, tax_inside
from apps.workorders.services import LineSpec
from apps.workorders.services.orders import booked_line
from tests.appointments.factories import make_appointment
from tests.workorders.factories import (
    labour,
    make_authorised_order,
    make_operation,
    make_order,
    make_package,
    make_vehicle,
    make_visit,
    part,
)
from tests.workorders.refusals import code_of

D = Decimal


def test_an_order_opened_from_a_visit_knows_what_reception_knows(cast):
    visit = make_visit(cast)
    order = services.open_order(visit=visit, by=cast.advisor)
    assert (order.vehicle, order.customer, order.store) == (visit.vehicle, visit.customer, visit.store)
    assert order.number.startswith("WO-HZ01-")
    assert order.status == "estimate"
    assert set(SearchKey.objects.filter(kind="workorder").values_list("object_id", flat=True)) == {order.pk}
    assert Event.objects.get(kind="workorder.opened").thread == order.vehicle.event_thread


def test_a_visit_has_one_order_and_a_visit_that_is_over_gets_none(cast):
    order = make_order(cast)
    assert code_of(services.open_order, visit=order.visit, by=cast.advisor) == "has_order"
    gone = make_visit(cast, status=Visit.Status.LEFT)
    assert code_of(services.open_order, visit=gone, by=cast.advisor) == "visit_over"


def test_an_order_from_an_appointment_takes_over_its_items_its_prices_and_its_capacity(cast):
    spare = part(cast, "33.30", stocked=5).part
    asks = [Ask(make_operation(cast, hours="1.3")), Ask(spare, quantity=D(2))]
    appointment = make_appointment(cast.store, asks=asks, customer_words="brakes squeal")
    visit = reception.arrive(cast.store, by=cast.advisor, appointment=appointment)
    order = services.open_order(visit=visit, by=cast.advisor)
    told = {(i.operation_id, i.part_id): i.amount for i in appointment.items.all()}
    assert {(line.operation_id, line.part_id): line.amount for line in order.lines.all()} == told
    assert (order.holder, order.wished_at) == (appointment.holder, appointment.ready_at)
    assert order.customer_words == "brakes squeal"
    assert order.holder.reservations.exists()
    services.decline(order, by=cast.advisor, reason="too expensive")
    assert not order.holder.reservations.exists(), "others may have the time now"


def test_an_order_may_be_a_comeback_of_another(cast):
    first = make_order(cast)
    again = make_order(cast, vehicle=first.vehicle, comeback_of=first)
    assert again.comeback_of == first
    assert list(first.comebacks.all()) == [again]


def test_labour_and_parts_are_summed_apart_and_the_total_is_exact(cast):
    order = make_order(
        cast,
        [
            labour(cast, "1.5", unit_price=D("180.00")),
            part(cast, "33.33", quantity=D(3), discount=D("9.99")),
            LineSpec(kind="sublet", description="四轮定位", unit_price=D("120")),
        ],
    )
    assert (order.labour_total, order.parts_total, order.total) == (D("270.00"), D("90.00"), D("480.00"))
    assert order.other_total == D("120.00")
    assert selectors.total_differences() == []


def test_the_tax_is_shown_inside_the_total(cast):
    assert tax_inside(D("113.00"), D(13)) == D("13.00")
    assert tax_inside(D("0.05"), D(13)) == D("0.01")
    assert make_order(cast, [labour(cast, "1", unit_price=D("113"))]).tax == D("13.00")


@given(quantity=st.decimals("0.01", "99", places=2), price=st.decimals(0, 9999, places=2))
def test_an_amount_is_quantity_times_price_rounded_once_half_up(quantity, price):
    line = Line(kind="fee", description="x", quantity=quantity, unit_price=price, discount=D(0))
    line.price()
    assert line.amount == fen(quantity * price)


def test_psql_cannot_write_an_amount_that_is_not_its_product(cast):
    line = make_order(cast).lines.first()
    for wrong in ({"amount": line.amount + 1}, {"discount": 1}, {"quantity": 9}):
        with pytest.raises(IntegrityError, match="line_amount_is_its_product"), transaction.atomic():
            Line.objects.filter(pk=line.pk).update(**wrong)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"kind": "fee", "description": " ", "unit_price": D(1)}, "description_missing"),
        ({"kind": "fee", "description": "x", "quantity": D(-1)}, "not_positive"),
        ({"kind": "fee", "description": "x", "unit_price": D(-1)}, "negative"),
        ({"kind": "fee", "description": "x", "unit_price": D(1), "discount": D(2)}, "discount_too_large"),
    ],
)
def test_impossible_lines_are_refused_and_nothing_is_half_saved(cast, spec, code):
    order = make_order(cast, [])
    assert code_of(services.add_lines, order, [labour(cast), LineSpec(**spec)], by=cast.advisor) == code
    assert not order.lines.exists()


def test_what_another_group_sells_cannot_be_added(cast):
    foreign = LabourOperation.objects.create(
        group=cast.foreign_store.group, code="X", name="x", work_kind="repair", flat_rate_hours=D(1)
    )
    order = make_order(cast, [])
    spec = [LineSpec(operation=foreign)]
    assert code_of(services.add_lines, order, spec, by=cast.advisor) == "foreign_catalogue"


def test_an_advisor_may_discount_up_to_the_limit_and_a_manager_beyond(cast):
    order = make_order(cast, [])
    spec = [LineSpec(kind="fee", description="x", unit_price=D(100), discount=D("10.01"))]
    assert code_of(services.add_lines, order, spec, by=cast.advisor) == "discount_limit"
    (line,) = services.add_lines(order, spec, by=cast.manager)
    assert code_of(services.edit_line, line, discount=D(20), by=cast.advisor) == "discount_limit"
    services.edit_line(line, discount=D(5), by=cast.advisor)


def test_a_package_expands_into_its_operations_and_parts(cast):
    order = make_order(cast, [])
    package = make_package(cast, make_operation(cast, hours="0.8"), part(cast).part)
    services.add_package(order, package, by=cast.advisor)
    assert list(order.lines.values_list("kind", "quantity")) == [("labour", D("0.80")), ("part", D("1.00"))]


@given(
    amount=st.decimals("0.01", 5000, places=2),
    hours=st.integers(1, 99).map(lambda n: D(n) / 10),
)
def test_a_booked_item_costs_what_was_told_on_the_phone(amount, hours):
    from apps.appointments.models import AppointmentItem

    operation = LabourOperation(name="x", flat_rate_hours=hours)
    spec = booked_line(AppointmentItem(operation=operation, flat_rate_hours=hours, amount=amount))
    line = Line(kind="labour", description="x", quantity=spec.quantity, unit_price=spec.unit_price)
    line.discount = spec.discount
    line.price()
    assert line.amount == amount
    assert line.discount <= fen(spec.quantity * D("0.01"))


def test_parts_are_reserved_when_a_line_is_added_and_freed_when_it_is_removed(cast):
    order = make_order(cast, [part(cast, stocked=5, quantity=D(2))])
    line = order.lines.get()
    assert line.demand.reserved == 2
    assert line.demand.purpose == order.number
    services.edit_line(line, quantity=D(7), by=cast.advisor)
    line.refresh_from_db()
    assert (line.demand.quantity, line.demand.short) == (7, 2)
    demand = line.demand
    services.remove_line(line, by=cast.advisor)
    demand.refresh_from_db()
    assert (demand.state, demand.reserved) == ("cancelled", 0)
    order.refresh_from_db()
    assert order.total == 0


def test_a_line_whose_part_is_out_cannot_be_removed(cast):
    order = make_authorised_order(cast)
    line = order.lines.get(kind="part")
    stock.issue(line.demand, by=cast.parts_clerk)
    assert code_of(services.remove_line, line, by=cast.advisor) == "issued_already"


def test_a_line_that_was_removed_meanwhile_is_refused(cast):
    line = make_order(cast).lines.first()
    Line.objects.filter(pk=line.pk).delete()
    assert code_of(services.edit_line, line, quantity=D(2), by=cast.advisor) == "line_gone"


class TestReadyWhen:
    """Computed from hours, wash, opening hours and missing parts."""

    @pytest.fixture(autouse=True)
    def hours(self, cast):
        for weekday in range(1, 7):
            OpeningHours.objects.create(store=cast.store, weekday=weekday, opens=time(8), closes=time(18))

    @pytest.fixture(autouse=True)
    def now(self, monkeypatch):
        """Monday, 16 November 2026, 16:00."""
        self.monday = clock.today().replace(2026, 11, 16)
        moment = clock.at(self.monday, 16)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    def order(self, cast, hours: str, **fields):
        return make_order(cast, [labour(cast, hours)], vehicle=make_vehicle(cast), **fields)

    def test_hours_and_the_wash_are_added_inside_the_opening_hours(self, cast):
        assert self.order(cast, "1.0").computed_ready_at == clock.at(self.monday, 17, 20)

    def test_what_does_not_fit_goes_on_the_next_morning(self, cast):
        order = self.order(cast, "3.0", wants_wash=False)
        assert order.computed_ready_at == clock.at(self.monday + timedelta(days=1), 9)

    def test_closed_days_are_skipped(self, cast):
        CapacityDay.objects.create(store=cast.store, day=self.monday + timedelta(days=1), is_closed=True)
        order = self.order(cast, "3.0", wants_wash=False)
        assert order.computed_ready_at == clock.at(self.monday + timedelta(days=2), 9)

    def test_missing_parts_are_waited_for_and_an_unknown_day_makes_it_unknown(self, cast):
        order = make_order(cast, [labour(cast, "1.0"), part(cast, stocked=0)], vehicle=make_vehicle(cast))
        assert (order.computed_ready_at, order.promised_at) == (None, None)
        demand = order.lines.get(kind="part").demand
        stock.expect(demand, self.monday + timedelta(days=2), by=cast.parts_clerk)
        assert services.compute_ready_at(order) == clock.at(self.monday + timedelta(days=2), 9, 20)

    def test_the_first_promise_is_the_next_quarter_of_an_hour(self, cast):
        assert self.order(cast, "1.0").promised_at == clock.at(self.monday, 17, 30)

    def test_promising_earlier_than_computed_needs_a_reason_and_the_past_is_refused(self, cast, now):
        order = self.order(cast, "1.0")
        early = clock.at(self.monday, 17)
        assert code_of(services.set_promise, order, early, by=cast.advisor) == "promise_needs_a_reason"
        services.set_promise(order, early, by=cast.advisor, reason="two technicians")
        assert (order.promised_at, order.promise_reason) == (early, "two technicians")
        late = clock.at(self.monday, 18)
        services.set_promise(order, late, by=cast.advisor)
        assert order.promise_reason == ""
        assert code_of(services.set_promise, order, now, by=cast.advisor) == "promise_in_the_past"

    def test_a_later_promise_beyond_the_tolerance_asks_the_advisor_to_tell_the_customer(self, cast):
        order = make_authorised_order(
            cast, [labour(cast, "1.0")], vehicle=make_vehicle(cast), tolerance_minutes=30
        )
        services.set_promise(order, order.promised_at + timedelta(minutes=30), by=cast.advisor)
        assert not Task.objects.filter(kind="workorders.tell_new_time").exists()
        services.set_promise(order, order.promised_at + timedelta(minutes=31), by=cast.advisor)
        assert Task.objects.get(kind="workorders.tell_new_time").owner == cast.advisor

    def test_additional_work_moves_the_promise_as_far_as_what_was_accepted_needs(self, cast):
        order = make_authorised_order(cast, [labour(cast, "1.0")], vehicle=make_vehicle(cast))
        before = order.promised_at
        long, short = services.add_lines(order, [labour(cast, "6.0"), labour(cast, "0.1")], by=cast.advisor)
        version = services.freeze(order, by=cast.advisor)
        assert version.content["promised_at"] > before.strftime("%Y-%m-%dT%H:%M:%SZ")
        services.authorise(
            version,
            by=cast.advisor,
            method="phone",
            given_by="Wang",
            phone="+8613800000000",
            said="only the short one",
            accepted=[short.pk],
            declined=[long.pk],
        )
        order.refresh_from_db()
        assert order.promised_at == before


def test_a_declined_estimate_ends_the_visit_and_leaves_recommendations(cast):
    order = make_order(cast, [labour(cast, name="更换刹车片"), part(cast)])
    demand = order.lines.get(kind="part").demand
    assert code_of(services.decline, order, by=cast.advisor, reason="") == "reason_missing"
    services.decline(
        order, by=cast.advisor, reason="too expensive", given_by="Wang", waived_reason="goodwill"
    )
    assert (order.status, order.closed_reason) == ("declined", "too expensive")
    order.visit.refresh_from_db()
    assert order.visit.status == Visit.Status.LEFT
    assert order.visit.diagnosis_fee_waived_reason == "goodwill"
    assert set(Recommendation.objects.filter(vehicle=order.vehicle).values_list("text", flat=True)) == {
        "更换刹车片",
        "机油滤清器",
    }
    demand.refresh_from_db()
    assert demand.state == "cancelled"
    assert code_of(services.add_lines, order, [labour(cast)], by=cast.advisor) == "wrong_status"


def test_declining_what_concerns_safety_needs_a_name(cast):
    order = make_order(cast, [labour(cast, is_safety_relevant=True)])
    assert code_of(services.decline, order, by=cast.advisor, reason="later") == "name_missing"
    order.refresh_from_db()
    assert order.status == "estimate"
    services.decline(order, by=cast.advisor, reason="later", given_by="Wang")
    assert order.lines.get().declined_by == "Wang"


class TestTheWayThroughTheHouse:
    def test_every_step_is_recorded_with_who_and_when(self, cast):
        order = make_authorised_order(cast)
        order.start_work(by=cast.technician)
        order.start_work(by=cast.technician)
        order.move_to_qc(by=cast.team_lead)
        order.back_to_work(by=cast.inspector, reason="oil leak")
        order.move_to_qc(by=cast.team_lead)
        order.move_to_ready(by=cast.inspector)
        order.move_to_settled(by=cast.cashier)
        order.move_to_delivered(by=cast.advisor)
        kinds = [e.kind for e in Event.objects.about(order).order_by("pk")]
        assert kinds[-7:] == [
            "workorder.in_work",
            "workorder.awaiting_qc",
            "workorder.in_work",
            "workorder.awaiting_qc",
            "workorder.ready",
            "workorder.settled",
            "workorder.delivered",
        ]
        assert order.closed_at
        assert Event.objects.filter(kind="workorder.in_work", reason="oil leak").exists()

    @pytest.mark.parametrize(
        ("status", "verb"),
        [
            (status, verb)
            for status in WorkOrder.Status.values
            for verb, before in {
                "start_work": ("authorised", "in_work"),
                "move_to_qc": ("in_work",),
                "move_to_ready": ("awaiting_qc",),
                "move_to_settled": ("ready",),
                "move_to_delivered": ("settled",),
            }.items()
            if status not in before
        ],
    )
    def test_a_step_out_of_turn_is_refused_and_changes_nothing(self, cast, status, verb):
        order = make_order(cast, [])
        fields = {"status": status} | ({"closed_reason": "x"} if status == "declined" else {})
        WorkOrder.objects.filter(pk=order.pk).update(**fields)
        assert code_of(getattr(order, verb), by=cast.manager) == "wrong_status"
        order.refresh_from_db()
        assert order.status == status

    def test_going_back_needs_a_reason(self, cast):
        order = make_authorised_order(cast)
        order.start_work(by=cast.technician)
        order.move_to_qc(by=cast.team_lead)
        assert code_of(order.back_to_work, by=cast.inspector, reason=" ") == "reason_missing"

    def test_neither_the_check_nor_the_settlement_starts_while_consent_is_missing(self, cast):
        order = make_authorised_order(cast)
        order.start_work(by=cast.technician)
        services.add_lines(order, [labour(cast, name="空调滤芯")], by=cast.advisor)
        assert code_of(order.move_to_qc, by=cast.team_lead) == "unauthorised_lines"
        assert order.status == "in_work"

    def test_a_reversed_settlement_goes_back_to_ready(self, cast):
        order = make_order(cast, [])
        WorkOrder.objects.filter(pk=order.pk).update(status="settled")
        order.back_to_ready(by=cast.cashier, reason="wrong title")
        assert order.status == "ready"

    def test_while_it_is_checked_a_price_may_only_fall(self, cast):
        order = make_authorised_order(cast)
        order.start_work(by=cast.technician)
        order.move_to_qc(by=cast.team_lead)
        line = order.lines.get(kind="labour")
        assert code_of(services.edit_line, line, unit_price=D(999), by=cast.manager) == "only_lower"
        services.edit_line(line, discount=D(10), by=cast.manager)
        assert code_of(services.add_lines, order, [labour(cast)], by=cast.manager) == "wrong_status"
        assert code_of(services.remove_line, line, by=cast.manager) == "wrong_status"
