from apps.money import selectors as ms
from apps.parts import selectors as ps
from apps.workorders import selectors
from tests.workorders.factories import make_authorised_order


def test_it(cast):
    order = make_authorised_order(cast)
    print(order.number, order.status, order.total, order.promised_at)
    assert selectors.total_differences() == []
    assert selectors.version_differences() == []
    assert ps.ledger_differences() == []
    assert ms.differences() == []
