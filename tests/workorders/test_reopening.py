"""Which edit re-opens which line: the table of rules, and the tolerance's arithmetic."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.desk.models import Event
from apps.parts import services as stock
from apps.workorders import selectors, services
from apps.workorders.models import Line, WorkOrder
from apps.workorders.services import LineSpec
from tests.workorders.factories import make_authorised_order, part, sign
from tests.workorders.refusals import code_of

D = Decimal


def fee(price: str, **fields) -> LineSpec:
    return LineSpec(kind="fee", description=f"fee {price}", unit_price=D(price), **fields)


def signed(cast, *prices: str, tolerance: str = "0", **fields) -> WorkOrder:
    """An order of one fee per price that the customer has signed."""
    return make_authorised_order(cast, [fee(p, **fields) for p in prices], tolerance_amount=D(tolerance))


# tolerance, change of a signed line of ¥100 × 1, is it re-opened?
TABLE = [
    ("0", {"unit_price": D("100.01")}, True),
    ("0", {"quantity": D("1.01")}, True),
    ("0", {"unit_price": D("99.99")}, False),
    ("0", {"discount": D("5.00")}, False),
    ("0", {"quantity": D("2"), "unit_price": D("50.00")}, False),
    ("0", {"description": "something else"}, True),
    ("0", {"description": "something else", "unit_price": D("1.00")}, True),
    ("0", {"payer": "warranty"}, False),
    ("0", {"wish": "required"}, False),
    ("0", {"reason": "worn"}, False),
    ("0", {"is_safety_relevant": True}, False),
    ("50", {"unit_price": D("150.00")}, False),
    ("50", {"unit_price": D("150.01")}, True),
    ("50", {"quantity": D("1.50")}, False),
    ("50", {"description": "something else"}, True),
]


@pytest.mark.parametrize(("tolerance", "change", "reopened"), TABLE)
def test_the_table(cast, tolerance, change, reopened):
    order = signed(cast, "100.00", "200.00", tolerance=tolerance)
    touched, other = order.lines.all()
    services.edit_line(touched, by=cast.manager, **change)
    touched.refresh_from_db()
    other.refresh_from_db()
    assert (touched.state == "waiting") is reopened
    assert other.state == "authorised", "exactly the touched line"
    kind = "workorder.line_reopened" if reopened else "workorder.line_changed"
    assert Event.objects.get(kind__startswith="workorder.line_").kind == kind


def test_on_an_unsigned_estimate_nothing_is_reopened_nor_recorded(cast):
    order = signed(cast, "100.00")
    WorkOrder.objects.filter(pk=order.pk).update(status="estimate")
    Line.objects.update(authorised_in=None, agreed_amount=None)
    services.edit_line(order.lines.get(), by=cast.advisor, unit_price=D(500))
    assert not Event.objects.filter(kind__startswith="workorder.line_").exists()


def test_the_tolerance_is_cumulative_over_all_lines_since_the_last_consent(cast):
    order = signed(cast, "100.00", "100.00", "100.00", tolerance="50")
    first, second, third = order.lines.all()
    services.edit_line(first, by=cast.manager, unit_price=D("130.00"))
    services.edit_line(second, by=cast.manager, unit_price=D("120.00"))
    services.edit_line(third, by=cast.manager, unit_price=D("100.01"))
    assert [line.state for line in order.lines.all()] == ["authorised", "authorised", "waiting"]


def test_a_fall_elsewhere_does_not_pay_for_a_rise(cast):
    order = signed(cast, "100.00", "100.00", tolerance="10")
    cheaper, dearer = order.lines.all()
    services.edit_line(cheaper, by=cast.manager, unit_price=D("1.00"))
    services.edit_line(dearer, by=cast.manager, unit_price=D("110.01"))
    dearer.refresh_from_db()
    assert dearer.state == "waiting"


def test_taking_a_rise_back_gives_the_tolerance_back(cast):
    order = signed(cast, "100.00", "100.00", tolerance="50")
    first, second = order.lines.all()
    services.edit_line(first, by=cast.manager, unit_price=D("150.00"))
    services.edit_line(first, by=cast.manager, unit_price=D("100.00"))
    services.edit_line(second, by=cast.manager, unit_price=D("150.00"))
    second.refresh_from_db()
    assert second.state == "authorised"


def test_a_new_consent_begins_the_count_anew_for_every_line_that_was_shown(cast):
    order = signed(cast, "100.00", "100.00", tolerance="50")
    first, second = order.lines.all()
    services.edit_line(first, by=cast.manager, unit_price=D("150.00"))
    services.edit_line(second, by=cast.manager, unit_price=D("100.01"))
    sign(cast, order)
    first.refresh_from_db()
    assert (first.agreed_amount, first.authorised_in.number) == (D("150.00"), 1)
    services.edit_line(first, by=cast.manager, unit_price=D("200.00"))
    first.refresh_from_db()
    assert first.state == "authorised"


def test_a_signature_without_open_lines_renews_the_agreed_prices(cast):
    order = signed(cast, "100.00", tolerance="50")
    services.edit_line(order.lines.get(), by=cast.manager, unit_price=D("140.00"))
    sign(cast, order)
    assert order.lines.get().agreed_amount == D("140.00")


def test_what_the_customer_does_not_pay_never_uses_his_tolerance_until_he_does(cast):
    order = signed(cast, "100.00", payer="warranty")
    line = order.lines.get()
    assert line.agreed_amount == 0
    services.edit_line(line, by=cast.manager, unit_price=D("900.00"))
    line.refresh_from_db()
    assert line.state == "authorised"
    services.edit_line(line, by=cast.manager, payer="customer")
    line.refresh_from_db()
    assert line.state == "waiting"


def test_the_tolerance_cannot_be_raised_after_the_signature(cast):
    order = signed(cast, "100.00", tolerance="50")
    raised = {"tolerance_amount": D(51)}
    assert code_of(services.change_options, order, by=cast.manager, **raised) == "tolerance_signed"
    services.change_options(order, by=cast.manager, tolerance_amount=D(10))
    services.edit_line(order.lines.get(), by=cast.manager, unit_price=D("110.01"))
    assert order.lines.get().state == "waiting"


def test_of_a_reopened_part_nothing_more_is_issued_and_what_is_out_stays_out(cast):
    order = make_authorised_order(cast, [part(cast, "100.00", quantity=D(2), stocked=9)])
    line = order.lines.get()
    stock.issue(line.demand, D(1), by=cast.parts_clerk)
    services.edit_line(line, by=cast.manager, quantity=D(4))
    line.refresh_from_db()
    assert line.state == "waiting"
    assert code_of(stock.issue, line.demand, D(1), by=cast.parts_clerk) == "not_released"
    sign(cast, order)
    line.refresh_from_db()
    stock.issue(line.demand, D(3), by=cast.parts_clerk)
    assert line.demand.state == "issued"


def test_a_part_that_rose_within_the_tolerance_may_be_issued_in_full(cast):
    order = make_authorised_order(
        cast, [part(cast, "10.00", quantity=D(2), stocked=9)], tolerance_amount=D(10)
    )
    line = order.lines.get()
    services.edit_line(line, by=cast.manager, quantity=D(3))
    line.refresh_from_db()
    stock.issue(line.demand, D(3), by=cast.parts_clerk)
    assert line.demand.state == "issued"


cents = st.integers(0, 30_000).map(lambda n: D(n) / 100)
walks = st.lists(st.tuples(st.integers(0, 2), cents), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks, tolerance=cents)
def test_whatever_is_edited_consent_never_covers_more_than_agreed_plus_tolerance(cast, walk, tolerance):
    """Against a model kept beside it: a line falls out exactly when its rise breaks the tolerance."""
    with transaction.atomic():
        order = signed(cast, "100.00", "50.00", "0.01", tolerance=str(tolerance))
        agreed = {line.pk: line.agreed_amount for line in order.lines.all()}
        price, lines = dict(agreed), list(order.lines.all())
        standing = set(agreed)
        for n, new in walk:
            line = lines[n]
            services.edit_line(line, by=cast.manager, unit_price=new)
            if new != price[line.pk]:
                price[line.pk] = new
                drift = sum(max(price[pk] - agreed[pk], D(0)) for pk in standing)
                if line.pk in standing and new > agreed[line.pk] and drift > tolerance:
                    standing.discard(line.pk)
        now = list(order.lines.all())
        assert {line.pk for line in now if line.state == "authorised"} == standing
        assert selectors.drift(now) <= tolerance
        covered = sum(line.charge for line in now if line.pk in standing)
        assert covered <= sum(agreed[pk] for pk in standing) + tolerance
        assert selectors.total_differences() == []
        transaction.set_rollback(True)
