"""Completing a callback, and creating the ones that an event calls for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Setting, User
from apps.accounts.roles import Role
from apps.callbacks import levels, no_shows, surveys, windows
from apps.callbacks.models import FollowUp, PostRepair, Questionnaire, Response
from apps.calls.models import Call
from apps.complaints.models import Complaint
from apps.core import clock
from apps.desk.models import Event, Task
from apps.handover.services import N15, n15_window
from apps.workorders.models import Line, WorkOrder

POST_REPAIR = "post_repair"
COMPLAINT = "complaint"


def schedule_post_repair(event: Event) -> None:
    """Reaction to a delivered order: a call 3 to 5 working days later.

    What is special (``special_reasons``) is called by reception, within 5 working days.
    """
    order = WorkOrder.objects.select_related("customer", "vehicle", "store").get(
        pk=int(event.subject.rsplit(":", 1)[1])
    )
    delivered_on = timezone.localdate(event.at)
    (opens_on, closes_on), role = _post_repair(order, delivered_on)
    Call.schedule(
        POST_REPAIR,
        f"post-repair:{order.pk}",
        about=order,
        customer=order.customer,
        vehicle=order.vehicle,
        opens_on=opens_on,
        closes_on=closes_on,
        role=role,
        previous_on=delivered_on,
        topic=order.number,
    )


def special_reasons(order: WorkOrder, *, on: date) -> list[str]:
    """Why the callback is not an agent's: comeback, large amount, complaint, accident, safety. Three queries.

    Source: domain description, callback queues.
    """
    limit = Decimal(Setting.value_of("callbacks.large_amount", order.store_id, on=on))
    lines = order.lines.standing()
    found = {
        _("comeback"): order.comeback_of_id is not None,
        _("large amount"): order.total >= limit,
        _("complaint"): Complaint.objects.filter(order=order).exists(),
        _("accident"): lines.filter(payer=Line.Payer.INSURANCE).exists(),
        _("safety"): lines.filter(is_safety_relevant=True).exists(),
    }
    return [reason for reason, is_so in found.items() if is_so]


def _post_repair(order: WorkOrder, delivered_on: date) -> tuple[tuple[date, date], str]:
    """The window, and the role whose the call is."""
    is_special = bool(special_reasons(order, on=delivered_on))
    kind = windows.SPECIAL if is_special else windows.POST_REPAIR
    role = Role.RECEPTION_SUPERVISOR if is_special else Role.CALLBACK_AGENT
    return windows.of(kind, delivered_on, order.store_id), role


def complaint_opened(event: Event) -> None:
    """A complaint about a delivered order: its callback is reception's now."""
    complaint = Complaint.objects.get(pk=int(event.subject.rpartition(":")[2]))
    for call in Call.objects.filter(key=f"post-repair:{complaint.order_id}"):
        _follow(call)


def complaint_closed(event: Event) -> None:
    """Some days later the customer is asked whether the solution held; a sensitive one by its owner."""
    pk = int(event.subject.rpartition(":")[2])
    complaint = Complaint.objects.select_related("customer", "vehicle", "owner").get(pk=pk)
    closed_on = timezone.localdate(complaint.closed_at or event.at)
    opens_on, closes_on = windows.of(windows.COMPLAINT, closed_on, complaint.store_id)
    Call.schedule(
        COMPLAINT,
        f"complaint-{pk}",
        about=complaint,
        customer=complaint.customer,
        vehicle=complaint.vehicle,
        owner=complaint.owner if complaint.is_sensitive else None,
        role="" if complaint.is_sensitive else Role.CALLBACK_AGENT,
        opens_on=opens_on,
        closes_on=closes_on,
        previous_on=closed_on,
        topic=complaint.number,
    )


def calendar_changed(event: Event) -> None:
    """A holiday was published late, or a day corrected: windows of calls that nobody has tried move."""
    queues = (levels.LEVEL_1, levels.LEVEL_2, N15, POST_REPAIR, COMPLAINT, no_shows.NO_SHOW)
    rows = Call.objects.filter(queue__in=queues, attempt_count=0, state__in=["open", "correction"])
    for call in rows.order_by("queue", "pk"):  # level 1 before level 2, which counts from it
        _follow(call)


def _follow(call: Call) -> bool:
    """Bring a call in line with what it counts from; untried ones only. True when something changed."""
    window = _window_of(call)
    return bool(window) and call.move_window(**window)


def _window_of(call: Call) -> dict[str, Any]:
    """What ``move_window`` takes by now; empty where nothing tells."""
    if call.queue in levels.ROLES:
        return levels.window_of(call)
    if call.previous_on is None:
        return {}
    role = None
    if call.queue == N15:
        days = n15_window(call.previous_on)
    elif call.queue in (COMPLAINT, no_shows.NO_SHOW):
        kind = windows.COMPLAINT if call.queue == COMPLAINT else windows.NO_SHOW
        days = windows.of(kind, call.previous_on, call.store_id)
    else:
        days, role = _post_repair(order_of(call), call.previous_on)
    return {"opens_on": days[0], "closes_on": days[1], "role": role}


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
    the question's code, and is None when the survey was left out. Answers that the customer has given himself
    meanwhile stand.
    """
    order = order_of(call)
    call.complete(by=by, person_spoken_to=said["person_spoken_to"])
    filled = PostRepair.objects.create(call=call, order=order, store_id=call.store_id, **_fields(said))
    response = None
    if questionnaire is not None and answers is not None:
        response = surveys.record_once(
            questionnaire, order, answers, channel=Response.Channel.PHONE, call=call, by=by
        )
    return filled, response


@transaction.atomic
def complete_sample(
    call: Call,
    said: Mapping[str, Any],
    *,
    questionnaire: Questionnaire | None = None,
    answers: Mapping[str, Any] | None = None,
    by: User,
) -> Response | None:
    """Complete a call of the CSI sample with its answers.

    Without when the customer gave them himself meanwhile.
    """
    order = order_of(call)
    call.complete(by=by, person_spoken_to=said["person_spoken_to"])
    if questionnaire is None or answers is None:
        return None
    return surveys.record_once(
        questionnaire, order, answers, channel=Response.Channel.PHONE, call=call, by=by
    )


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
