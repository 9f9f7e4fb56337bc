"""The shelf: every movement a row, never below zero, reserved for whom it is reserved, issued on consent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.parts import selectors, services
from apps.parts.models import Demand, Movement, StockItem
from tests.harness.connections import in_background, together, until_a_rival_waits
from tests.parts.factories import make_demand, make_part, make_stock

D = Decimal


def code_of(call, *args, **kwargs):
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def check_now():
    """What a commit would check; TRUNCATE waits for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_received_goods_lie_on_the_shelf_and_stand_in_the_ledger(cast):
    item = make_stock(cast, quantity="4.5")
    services.receive(cast.store, item.part, D("0.5"), by=cast.parts_clerk, note="delivery 7")
    item.refresh_from_db()
    assert (item.on_hand, item.available) == (D(5), D(5))
    assert list(item.movements.order_by("pk").values_list("kind", "quantity")) == [
        ("receipt", D("4.5")),
        ("receipt", D("0.5")),
    ]
    assert selectors.ledger_differences() == []


def test_a_demand_reserves_what_is_there_and_is_short_of_the_rest(cast):
    item = make_stock(cast, quantity=3)
    demand = make_demand(cast, item.part, 5)
    assert (demand.reserved, demand.short) == (D(3), D(2))
    item.refresh_from_db()
    assert item.available == 0


def test_what_is_reserved_goes_to_another_only_by_releasing_it(cast):
    item = make_stock(cast, quantity=2)
    first = make_demand(cast, item.part, 2, purpose="first")
    second = make_demand(cast, item.part, 1, purpose="second", released=True)
    assert code_of(services.issue, second, by=cast.parts_clerk) == "short"
    services.release_reservation(first, by=cast.parts_clerk, reason="second waits in the bay")
    assert services.reserve(second) == 0
    services.issue(second, by=cast.parts_clerk)
    assert services.reserve(first) == D(1)
    assert Event.objects.get(kind="parts.reservation_released").reason == "second waits in the bay"
    assert selectors.ledger_differences() == []


def test_receipts_serve_those_who_wait_the_earliest_need_first(cast):
    part = make_part(cast)
    late = make_demand(cast, part, 2, purpose="late")
    soon = services.open_demand(
        cast.store, part, D(2), purpose="soon", needed_at=clock.now() + timedelta(hours=1)
    )
    services.receive(cast.store, part, D(3), by=cast.parts_clerk)
    late.refresh_from_db()
    soon.refresh_from_db()
    assert (soon.short, late.short) == (0, D(1))
    assert Event.objects.get(kind="parts.arrived").facts["purpose"] == "soon"


def test_nothing_is_issued_before_the_customer_consents(cast):
    demand = make_demand(cast, make_stock(cast).part, 2)
    assert code_of(services.issue, demand, D(1), by=cast.parts_clerk) == "not_released"
    services.release_for_issue([demand.pk])
    movement = services.issue(demand, D(1), by=cast.parts_clerk)
    assert (movement.quantity, demand.issued, demand.state) == (D(-1), D(1), "open")
    services.issue(demand, by=cast.parts_clerk)
    assert demand.state == "issued"
    assert code_of(services.issue, demand, by=cast.parts_clerk) == "more_than_wanted"
    assert selectors.ledger_differences() == []


def test_what_is_held_back_cannot_leave_but_what_is_out_stays_out(cast):
    demand = make_demand(cast, make_stock(cast).part, 3, released=True)
    services.issue(demand, D(1), by=cast.parts_clerk)
    services.hold_back(demand)
    assert code_of(services.issue, demand, D(1), by=cast.parts_clerk) == "not_released"
    demand.refresh_from_db()
    assert demand.issued == 1


def test_returned_parts_stay_reserved_for_their_order(cast):
    item = make_stock(cast, quantity=2)
    demand = make_demand(cast, item.part, 2, released=True)
    services.issue(demand, by=cast.parts_clerk)
    assert (
        code_of(services.return_, demand, D(3), by=cast.parts_clerk, note="wrong side") == "more_than_issued"
    )
    services.return_(demand, D(1), by=cast.parts_clerk, note="wrong side")
    item.refresh_from_db()
    assert (item.on_hand, item.reserved, demand.state, demand.issued) == (D(1), D(1), "open", D(1))
    assert code_of(services.cancel, demand) == "issued_already"
    services.return_(demand, D(1), by=cast.parts_clerk, note="not needed")
    services.cancel(demand)
    item.refresh_from_db()
    assert (item.available, demand.state) == (D(2), "cancelled")
    assert selectors.ledger_differences() == []


def test_a_cancelled_demand_frees_its_parts_for_those_who_wait(cast):
    item = make_stock(cast, quantity=1)
    first, second = make_demand(cast, item.part, 1), make_demand(cast, item.part, 1)
    services.cancel(first)
    second.refresh_from_db()
    assert second.short == 0
    services.cancel(first)
    assert selectors.ledger_differences() == []


def test_a_changed_quantity_changes_the_reservation_and_never_the_release(cast):
    item = make_stock(cast, quantity=5)
    demand = make_demand(cast, item.part, 2, released=True)
    services.change_quantity(demand, D(4))
    assert (demand.reserved, demand.released_quantity) == (D(4), D(2))
    services.issue(demand, D(2), by=cast.parts_clerk)
    assert code_of(services.issue, demand, D(1), by=cast.parts_clerk) == "not_released"
    assert code_of(services.change_quantity, demand, D(1)) == "issued_already"
    services.change_quantity(demand, D(2))
    assert demand.state == "issued"
    item.refresh_from_db()
    assert item.available == D(3)


def test_a_count_is_corrected_with_a_reason_and_not_below_what_is_reserved(cast):
    item = make_stock(cast, quantity=5)
    make_demand(cast, item.part, 3)
    assert code_of(services.correct_count, item, D(4), by=cast.parts_clerk, note="") == "reason_missing"
    assert code_of(services.correct_count, item, D(2), by=cast.parts_clerk, note="lost") == "reserved"
    assert services.correct_count(item, D(4), by=cast.parts_clerk, note="one broken").quantity == D(-1)
    assert services.correct_count(item, D(4), by=cast.parts_clerk, note="again") is None
    assert selectors.ledger_differences() == []


def test_an_expected_day_is_noted_while_the_demand_is_open(cast):
    demand = make_demand(cast)
    services.expect(demand, date(2026, 12, 1), by=cast.parts_clerk)
    demand.refresh_from_db()
    assert demand.expected_on == date(2026, 12, 1)
    services.cancel(demand)
    assert code_of(services.expect, demand, date(2026, 12, 2), by=cast.parts_clerk) == "demand_closed"


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_quantities_are_positive(cast, quantity):
    part = make_part(cast)
    demand = make_demand(cast, part, released=True)
    for call in (
        lambda: services.receive(cast.store, part, D(quantity), by=cast.parts_clerk),
        lambda: services.open_demand(cast.store, part, D(quantity), purpose="x"),
        lambda: services.change_quantity(demand, D(quantity)),
        lambda: services.return_(demand, D(quantity), by=cast.parts_clerk, note="x"),
    ):
        assert code_of(call) == "not_positive"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE parts_movement SET quantity = 9", "DELETE FROM parts_movement", "TRUNCATE parts_movement"],
)
def test_psql_cannot_change_a_movement(cast, statement):
    make_stock(cast)
    check_now()
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Movement.objects.get().quantity == 10


def test_psql_cannot_issue_what_is_not_released_nor_take_the_shelf_below_zero(cast):
    item = make_stock(cast)
    demand = make_demand(cast, item.part, 2)
    with pytest.raises(IntegrityError, match="released for 0"), transaction.atomic():
        Movement.objects.create(
            item=item,
            demand=demand,
            kind="issue",
            quantity=D(-1),
            made_by=cast.parts_clerk,
            made_at=clock.now(),
        )
    with pytest.raises(IntegrityError, match="nothing_issued_before_release"), transaction.atomic():
        Demand.objects.filter(pk=demand.pk).update(issued=1, reserved=1)
    with pytest.raises(IntegrityError, match=r"stock_never_negative|reserved_lies"), transaction.atomic():
        StockItem.objects.filter(pk=item.pk).update(on_hand=-1, reserved=0)


def test_the_proof_finds_what_was_tampered_with(cast):
    item = make_stock(cast)
    demand = make_demand(cast, item.part, 2, released=True)
    services.issue(demand, by=cast.parts_clerk)
    assert selectors.ledger_differences() == []
    StockItem.objects.filter(pk=item.pk).update(on_hand=9, reserved=1)
    Demand.objects.filter(pk=demand.pk).update(issued=1)
    assert len(selectors.ledger_differences()) == 3


@pytest.mark.django_db(transaction=True)
def test_two_orders_that_want_the_same_two_parts_do_not_deadlock_and_reserve_each_piece_once(cast):
    bolts, nuts = make_stock(cast, quantity=1).part, make_stock(cast, quantity=1).part

    def want(*parts):
        return lambda: [
            d.reserved for d in services.open_demands(cast.store, [(p, D(1)) for p in parts], purpose="x")
        ]

    results = together(want(bolts, nuts), want(nuts, bolts), want(bolts, nuts), want(nuts, bolts))
    assert sum(sum(r) for r in results) == 2
    assert selectors.ledger_differences() == []


@pytest.mark.django_db(transaction=True)
def test_the_last_piece_is_issued_to_one_of_two_clerks(cast):
    item = make_stock(cast, quantity=1)
    first, second = (make_demand(cast, item.part, 1, purpose=p, released=True) for p in ("a", "b"))
    services.release_reservation(first, by=cast.parts_clerk, reason="race")
    with transaction.atomic():
        services.issue(first, by=cast.parts_clerk)
        rival = in_background(lambda: services.issue(Demand.objects.get(pk=second.pk), by=cast.parts_clerk))
        until_a_rival_waits()
    with pytest.raises(DomainError, match="b"):
        rival.result(timeout=10)
    item.refresh_from_db()
    assert item.on_hand == 0


def test_seeded_stock_balances(cast):
    for n in range(8):
        make_part(cast, name=f"part {n}")
    assert services.seed_stock(cast.store, by=cast.parts_clerk) == 8
    assert StockItem.objects.filter(store=cast.store).count() == 8
    assert selectors.ledger_differences() == []
