"""The settlement statement on paper, and the message that the car is ready."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import Store
from apps.core import clock
from apps.delivery.models import Settlement
from apps.desk.models import Event
from apps.desk.nudge import nudge
from apps.messaging import quiet
from apps.messaging.models import Message
from apps.money.models import Payment
from apps.workorders.models import Line, WorkOrder

READY = "delivery.ready"


def context(settlement_id: int) -> dict[str, Any]:
    """What the statement prints. Three queries."""
    settlement = Settlement.objects.select_related(
        "order__vehicle__model__brand",
        "order__customer",
        "order__advisor",
        "order__visit",
        "store",
        "settled_by",
    ).get(pk=settlement_id)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in settlement.content["lines"]:
        money = {
            key: Decimal(line[key]) for key in ("quantity", "unit_price", "discount", "amount", "charge")
        }
        agreed = None if line["agreed"] is None else Decimal(line["agreed"])
        changed = agreed is not None and agreed != money["charge"]
        payer = "" if line["payer"] == Line.Payer.CUSTOMER else Line.Payer(line["payer"]).label
        groups[line["kind"]].append(
            line | money | {"agreed": agreed if changed else None, "payer_label": payer}
        )
    labels = dict(Line.Kind.choices)
    return {
        "store": settlement.store,
        "settlement": settlement,
        "order": settlement.order,
        "groups": [
            (labels[kind], lines, sum(line["amount"] for line in lines)) for kind, lines in groups.items()
        ],
        "payments": list(Payment.objects.filter(account_id=settlement.account_id).order_by("pk")),
    }


def file_name(printed: dict[str, Any]) -> str:
    """``ST-HZ01-261124-007.pdf``."""
    return f"{printed['settlement'].number}.pdf"


def announce_ready(event: Event) -> None:
    """Reaction to an order that is ready: tell the customer, outside quiet hours."""
    order = WorkOrder.objects.select_related("customer", "store").get(pk=int(event.subject.rsplit(":", 1)[1]))
    phone = order.contact_phone or order.customer.phone
    at = quiet.permitted(event.at, now=clock.now())
    if at is None or order.status != WorkOrder.Status.READY:
        return
    Message.plan(READY, about=order, key=f"ready:{order.pk}", phone=phone, at=at)
    nudge("messaging.send_due")


def decide_ready(message: Message) -> str:
    """Whether "your car is ready" is still true when it is sent."""
    status = WorkOrder.objects.filter(pk=message.object_id).values_list("status", flat=True).first()
    return (
        ""
        if status in (WorkOrder.Status.READY, WorkOrder.Status.SETTLED)
        else "The car is not waiting any more"
    )


def ready_words(_store: Store) -> str:
    """The words of the message."""
    return _(
        "[%(store)s] Your car %(plate)s is ready (%(time)s). %(advisor)s looks forward to handing it back. "
        "Questions: %(phone)s."
    )


def ready_facts(message: Message) -> dict[str, str]:
    """What holds when it is sent."""
    order = WorkOrder.objects.select_related("vehicle", "store", "advisor").get(pk=message.object_id)
    return {
        "store": order.store.name,
        "plate": order.vehicle.plate,
        "time": date_format(timezone.localtime(clock.now()), "H:i"),
        "advisor": order.advisor.name,
        "phone": order.store.hotline,
    }
