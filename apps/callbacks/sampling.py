"""The CSI sample: drawn each week at random, by a stored seed, so that anybody can draw it again."""

from __future__ import annotations

import math
import secrets
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store
from apps.accounts.roles import Role
from apps.callbacks import standards, surveys, windows
from apps.callbacks.models import Draw, Drawn, Response
from apps.callbacks.models.sampling import rank_of
from apps.calls.models import Call
from apps.complaints.models import Complaint
from apps.core import clock
from apps.desk.models import Event
from apps.workorders.models import WorkOrder

QUEUE = "csi_sample"
LATELY = timedelta(days=90)
WEEK = timedelta(days=7)
ANSWERED = gettext_noop("The customer has answered meanwhile")


def key(order_id: int) -> str:
    """One call of the sample an order."""
    return f"csi-sample-{order_id}"


def week_before(today: date) -> tuple[date, date]:
    """Monday to Sunday of the last whole week."""
    monday = today - timedelta(days=today.weekday()) - WEEK
    return monday, monday + WEEK - timedelta(days=1)


def draw_due(today: date) -> int:
    """The draws of last week that are not made yet, one a store; returns how many were made."""
    first, last = week_before(today)
    done = Draw.objects.filter(first_day=first).values("store")
    made = 0
    for store in Store.objects.exclude(pk__in=done).order_by("pk"):
        if surveys.in_use(store.group_id) is not None:
            made += draw(store, first, last) is not None
    return made


@transaction.atomic
def draw(store: Store, first: date, last: date, *, seed: str = "") -> Draw | None:
    """Draw of the orders delivered from ``first`` to ``last``; None when it is drawn already.

    The quota is the month's standard, by days, rounded up. About ten statements and two a call.
    """
    questionnaire = surveys.in_use(store.group_id)
    assert questionnaire is not None
    asked = Setting.value_of(standards.CSI_PER_ADVISOR, store, last)
    days = (last - first).days + 1
    quota = math.ceil(asked * days / (standards.month_of(last)[1].day))
    try:
        with transaction.atomic():
            made = Draw.objects.create(
                store=store,
                questionnaire=questionnaire,
                first_day=first,
                last_day=last,
                seed=seed or secrets.token_hex(16),
                per_advisor=quota,
                made_at=clock.now(),
            )
    except IntegrityError:
        return None
    members = _members(made)
    Drawn.objects.bulk_create(members)
    for member in members:
        if member.state == Drawn.State.DRAWN:
            _schedule(member)
    facts = {"first": str(first), "last": str(last), "seed": made.seed, "population": len(members)}
    Event.record("survey.drawn", about=made, by=None, facts=facts)
    return made


def population(drawing: Draw) -> list[WorkOrder]:
    """The orders delivered in its days, in the order of their ranks. One query."""
    since, until = clock.at(drawing.first_day, 0), clock.at(drawing.last_day + timedelta(days=1), 0)
    orders = WorkOrder.objects.filter(
        store=drawing.store, status="delivered", closed_at__gte=since, closed_at__lt=until
    )
    found = orders.select_related("customer", "vehicle", "store")
    return sorted(found, key=lambda order: rank_of(drawing.seed, order.pk))


def _members(drawing: Draw) -> list[Drawn]:
    orders = population(drawing)
    excluded = _exclusions(orders, drawing)
    taken: defaultdict[int, int] = defaultdict(int)
    members = []
    for order in orders:
        reason = excluded.get(order.pk, "")
        state = Drawn.State.EXCLUDED
        if not reason:
            is_in = taken[order.advisor_id] < drawing.per_advisor
            taken[order.advisor_id] += 1
            state = Drawn.State.DRAWN if is_in else Drawn.State.RESERVE
        rank = rank_of(drawing.seed, order.pk)
        members.append(
            Drawn(
                draw=drawing, order=order, advisor_id=order.advisor_id, rank=rank, state=state, reason=reason
            )
        )
    return members


def _exclusions(orders: list[WorkOrder], drawing: Draw) -> dict[int, str]:
    """``{order id: reason}`` of whom not to ask. Three queries."""
    code = drawing.questionnaire.code
    answered = set(
        Response.objects.filter(questionnaire__code=code, order__in=orders).values_list("order", flat=True)
    )
    complaining = set(Complaint.objects.open().filter(order__in=orders).values_list("order", flat=True))
    since = clock.at(drawing.first_day, 0) - LATELY
    people = [order.customer_id for order in orders]
    lately = set(
        Drawn.objects.filter(order__customer__in=people, state="drawn", draw__made_at__gte=since).values_list(
            "order__customer", flat=True
        )
    )
    found: dict[int, str] = {}
    seen: set[int] = set()
    for order in orders:
        if not order.customer.phone:
            found[order.pk] = Drawn.Reason.NO_PHONE
        elif order.pk in answered:
            found[order.pk] = Drawn.Reason.ANSWERED
        elif order.pk in complaining:
            found[order.pk] = Drawn.Reason.COMPLAINT
        elif order.customer_id in lately:
            found[order.pk] = Drawn.Reason.LATELY
        elif order.customer_id in seen:
            found[order.pk] = Drawn.Reason.TWICE
        else:
            seen.add(order.customer_id)
    return found


def _schedule(member: Drawn) -> None:
    order, today = member.order, clock.today()
    opens_on, closes_on = windows.of(windows.CSI_SAMPLE, today - timedelta(days=1), order.store_id)
    Call.schedule(
        QUEUE,
        key(order.pk),
        about=order,
        customer=order.customer,
        vehicle=order.vehicle,
        role=Role.CALLBACK_AGENT,
        opens_on=opens_on,
        closes_on=closes_on,
        previous_on=order.closed_at.date() if order.closed_at else None,
        topic=order.number,
    )


def unreached(event: Event) -> None:
    """A call of the sample was closed without reaching anybody: somebody else is asked."""
    if event.facts.get("queue") == QUEUE:
        call = Call.objects.get(pk=int(event.subject.rpartition(":")[2]))
        _replace(call.object_id)


@transaction.atomic
def _replace(order_id: int) -> None:
    """Who was drawn cannot be asked: the next of the same advisor takes his place, once."""
    member = Drawn.objects.filter(order=order_id, state="drawn").order_by("-pk").first()
    if member is None:
        return
    Draw.objects.select_for_update(no_key=True).get(pk=member.draw_id)
    if Drawn.objects.filter(replaces=member).exists():
        return
    same = Drawn.objects.filter(draw=member.draw_id, advisor=member.advisor_id, state="reserve")
    waiting = same.select_related("order__customer", "order__vehicle", "order__store")
    for following in waiting.order_by("rank"):
        if surveys.answer_about(following.order) is None:
            following.state, following.replaces = Drawn.State.DRAWN, member
            following.save(update_fields=["state", "replaces"])
            _schedule(following)
            return


def answered(event: Event) -> None:
    """Answered by whatever channel.

    Nobody need call for it. What screening ended is asked of somebody else.
    """
    response = Response.objects.get(pk=event.facts["response"])
    if response.order_id is None:
        return
    if response.ended_by:
        _replace(response.order_id)
    waiting = Call.objects.filter(key=key(response.order_id))
    call = waiting.filter(state__in=["open", "correction", "suspended"]).first()
    if call is not None and call.pk != response.call_id and not call.is_claimed:
        call.cancel(ANSWERED, by=None)


def differences() -> Iterator[str]:
    """Sentences about draws that cannot be drawn again as they were. Two queries a draw."""
    for drawing in Draw.objects.order_by("pk").iterator(chunk_size=100):
        members = list(drawing.members.select_related("replaces").order_by("advisor", "rank"))
        told = f"draw {drawing.pk} ({drawing})"
        for member in members:
            if member.rank != rank_of(drawing.seed, member.order_id):
                yield f"{told}: the rank of order {member.order_id} is not its seed's"
        by_advisor: defaultdict[int, list[Drawn]] = defaultdict(list)
        for member in members:
            if member.state != Drawn.State.EXCLUDED:
                by_advisor[member.advisor_id].append(member)
        for advisor, rows in by_advisor.items():
            first = {m.pk for m in rows[: drawing.per_advisor]}
            if first != {m.pk for m in rows if m.state == "drawn" and m.replaces_id is None}:
                yield f"{told}: of advisor {advisor} others were drawn than the lowest ranks"
            if any(m.replaces is not None and m.replaces.advisor_id != advisor for m in rows):
                yield f"{told}: somebody of advisor {advisor} took the place of another's customer"
