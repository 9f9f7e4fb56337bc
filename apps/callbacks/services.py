"""Completing a callback, and creating the ones that an event calls for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Setting, User
from apps.accounts.roles import Role
from apps.callbacks import surveys
from apps.callbacks.models import FollowUp, PostRepair, Questionnaire, Response
from apps.calls.models import Call
from apps.complaints.models import Complaint
from apps.core import clock, workdays
from apps.desk.models import Event, Task
from apps.workorders.models import WorkOrder

POST_REPAIR = "post_repair"
N15 = "n15"


def schedule_post_repair(event: Event) -> None:
    """Reaction to a delivered order: a call 3 to 5 working days later.

    A comeback or a large amount is called by reception, within 5 working days. Source: domain
    description, callback queues.
    """
    order = WorkOrder.objects.select_related("customer", "vehicle", "store").get(
        pk=int(event.subject.rsplit(":", 1)[1])
    )
    delivered_on = timezone.localdate(event.at)
    opens_on, closes_on = workdays.window(delivered_on, 3, 5)
    limit = Setting.value_of("callbacks.large_amount", order.store, on=delivered_on)
    is_special = order.comeback_of_id is not None or order.total >= Decimal(limit)
    Call.schedule(
        POST_REPAIR,
        f"post-repair:{order.pk}",
        about=order,
        customer=order.customer,
        vehicle=order.vehicle,
        opens_on=opens_on,
        closes_on=closes_on,
        role=Role.RECEPTION_SUPERVISOR if is_special else Role.CALLBACK_AGENT,
        previous_on=delivered_on,
        topic=order.number,
    )


def order_of(call: Call) -> WorkOrder:
    """The order that a post-repair call asks about. One query."""
    return WorkOrder.objects.select_related("advisor", "store").get(pk=call.object_id)


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, without whom we spoke to: that is the call's own."""
    return {name: value for name, value in said.items() if name != "person_spoken_to"}


@transaction.atomic
def complete_post_repair(
    call: Call,
    said: Mapping[str, Any],
    *,
    questionnaire: Questionnaire | None = None,
    answers: Mapping[str, Any] | None = None,
    by: User,
) -> tuple[PostRepair, Response | None]:
    """Complete the call with what was said and, when it was asked, the survey: all or nothing.

    ``said`` holds ``person_spoken_to`` and the fields of PostRepair; ``answers`` the survey's, by
    the question's code, and is None when the survey was left out.
    """
    order = order_of(call)
    call.complete(by=by, person_spoken_to=said["person_spoken_to"])
    filled = PostRepair.objects.create(call=call, order=order, store_id=call.store_id, **_fields(said))
    response = None
    if questionnaire is not None and answers is not None:
        response = surveys.record(
            questionnaire, order, answers, channel=Response.Channel.PHONE, call=call, by=by
        )
    return filled, response


@transaction.atomic
def complete_follow_up(call: Call, said: Mapping[str, Any], *, by: User) -> FollowUp:
    """Complete an N+15 call. A reading is kept on the vehicle; a defect becomes the manager's task.

    ``said`` holds ``person_spoken_to`` and the fields of FollowUp.
    """
    call.complete(by=by, person_spoken_to=said["person_spoken_to"])
    filled = FollowUp.objects.create(call=call, store_id=call.store_id, **_fields(said))
    on = timezone.localdate(call.finished_at)
    if filled.odometer_km is not None and call.vehicle is not None:
        call.vehicle.record_reading(filled.odometer_km, on=on, source="call", by=by)
    if filled.outcome == FollowUp.Outcome.DEFECT:
        Task.put(
            f"new-car-defect:{call.pk}",
            about=call,
            kind="callbacks.new_car_defect",
            title="Defect on a new car: %(customer)s, %(vehicle)s",
            params={"customer": call.customer.name, "vehicle": str(call.vehicle or "")},
            note=filled.condition[:500],
            role=Role.SERVICE_MANAGER,
            due_at=(call.finished_at or clock.now()) + timedelta(hours=4),
            url=call.get_absolute_url(),
        )
    return filled


def may_need_complaint(filled: PostRepair) -> bool:
    """Whether the agent should be led to a complaint: negative, and none open for the order."""
    return filled.is_negative and not Complaint.objects.open().filter(order=filled.order).exists()
