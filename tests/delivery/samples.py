"""Rows of the cast's store for each address of this room."""

from apps.delivery import services
from tests.delivery.factories import hand_back, make_paid_order, make_settlement


def samples(cast) -> dict[str, dict]:
    settlement = make_settlement(cast)
    one = {"number": settlement.order.number}
    gate_pass = hand_back(cast, make_paid_order(cast))
    payment = services.pay(settlement, "cash", settlement.customer_total, by=cast.cashier)
    return {f"delivery:{name}": one for name in ("detail", "settle", "pay", "reverse", "hand_back")} | {
        "delivery:exit": {"pk": gate_pass.pk},
        "delivery:custody": {"pk": settlement.order.visit_id},
        "api:settlement-detail": {"pk": settlement.pk},
        "api:settlement-reverse": {"pk": settlement.pk},
        "api:work-order-hand-back-deliver": {"pk": settlement.order_id},
        "api:payment-detail": {"pk": payment.pk},
    }
