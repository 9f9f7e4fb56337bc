"""Delivered orders, their calls, and answered surveys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.callbacks import sampling, services, surveys
from apps.callbacks.models import Draw, Improvement, Response, Upload
from apps.calls.models import Call
from apps.core import clock
from apps.desk.models import Event
from apps.workorders.models import WorkOrder
from tests.calls.factories import make_call
from tests.workorders.factories import make_order

GOOD = {
    "listened": True, "booking": 9, "greeting": 9, "advisor": 10, "facility": 8, "quality": 9, "price": 8,
    "hand_back": 9, "follow_up": 9, "overall": 9, "recommend": True, "suggestions": "",
}  # fmt: skip
"""A content customer's answers."""


def make_post_repair_call(cast: Any, **fields: Any) -> Call:
    """A due post-repair call about an order of ``cast.store``."""
    order = fields.pop("order", None) or make_order(cast)
    fields = {"key": f"post-repair:{order.pk}", "customer": order.customer, "vehicle": order.vehicle} | fields
    return make_call(cast, queue=services.POST_REPAIR, about=order, **fields)


def make_reached(call: Call, by: Any) -> Call:
    """The agent holds the call and has the customer on the line."""
    call.claim(by=by)
    call.record_attempt("reached", by=by)
    return call


def make_response(cast: Any, *, advisor: Any = None, **answers: Any) -> Response:
    """An answered CSI about a new order; ``answers`` change the content customer's."""
    order = make_order(cast)
    if advisor is not None:
        order.advisor = advisor
        order.save(update_fields=["advisor"])
    questionnaire = surveys.seed(cast.group)
    return surveys.record(questionnaire, order, GOOD | answers, channel="phone", call=None, by=cast.agent)


def delivered_event(order: Any) -> Event:
    """The event that delivery records."""
    return Event.record("workorder.delivered", about=order, by=None, facts={"at": clock.now().isoformat()})


def make_upload(cast: Any, **fields: Any) -> Upload:
    """A completed post-repair call that waits for the maker."""
    call = make_post_repair_call(cast)
    make_reached(call, cast.agent)
    said = {"solved": "yes", "satisfaction": 9, "suggestions": "", "person_spoken_to": "王女士"}
    services.complete_post_repair(call, said, by=cast.agent)
    return Upload.objects.create(store=call.store, call=call, due_at=clock.now(), **fields)


def make_visits(cast: Any, n: int, *, advisor: Any = None, **fields: Any) -> list[WorkOrder]:
    """``n`` orders delivered on the last day of last week, each of a customer of his own."""
    _first, last = sampling.week_before(clock.today())
    orders = [make_order(cast, **fields) for _n in range(n)]
    told = {"status": "delivered", "closed_at": clock.at(last, 12)}
    if advisor is not None:
        told["advisor"] = advisor
    WorkOrder.objects.filter(pk__in=[order.pk for order in orders]).update(**told)
    return list(WorkOrder.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk"))


def make_draw(cast: Any, *, seed: str = "s") -> Draw:
    """Last week's draw of the cast's store."""
    surveys.seed(cast.group)
    first, last = sampling.week_before(clock.today())
    made = sampling.draw(cast.store, first, last + timedelta(0), seed=seed)
    assert made is not None
    return made


def make_improvement(cast: Any) -> Improvement:
    """A weak item of the cast's store that nobody has a measure for yet."""
    questionnaire = surveys.seed(cast.group)
    question = questionnaire.questions.get(code="price")
    return Improvement.objects.create(
        store=cast.store,
        questionnaire=questionnaire,
        question=question,
        label=question.text_zh,
        before=70,
        n_before=9,
        target=85,
        opened_on=clock.today(),
    )
