"""What the agent sees and says in a proactive call, and the list of what is due."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import CALLERS, DESK
from apps.appointments import proactive
from apps.appointments.draft import Draft
from apps.appointments.forecast import DueItem
from apps.appointments.models import Appointment, ProactiveCall
from apps.appointments.models.enquiry import Enquiry, Item
from apps.appointments.proactive_forms import ProactiveForm
from apps.calls.models import Call
from apps.calls.queues import CallQueue
from apps.catalog.models import LabourOperation
from apps.catalog.selectors import service_package
from apps.core import clock
from apps.customers.models import Campaign, Recommendation

Result, ROWS = ProactiveCall.Result, 100
SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "Something is due soon on your car %(vehicle)s: %(due)s. Shall I keep a time for you? The parts are put "
    "aside, and I can tell you the price and how long it takes.\n\n"
    "Which day would suit you, and rather in the morning or in the afternoon?\n\n"
    "Thank you. You get the appointment by message. You reach us day and night at %(hotline)s."
)


def facts(call: Call) -> dict[str, Any]:
    """What is due, in the agent's language. One query."""
    return {"due": str(ProactiveCall.objects.filter(call=call).first() or call.topic)}


def context(call: Call, user: User) -> dict[str, Any]:
    """What is due, with package, price, time and parts; and what is booked already. About ten queries."""
    row = ProactiveCall.objects.filter(call=call).select_related("vehicle__model__brand", "store").first()
    if row is None:
        return {"form": ProactiveForm(call=call), "due": []}
    booked = Appointment.objects.open().filter(vehicle=row.vehicle).order_by("arrives_at").first()
    form = ProactiveForm(call=call)
    if booked is not None:
        form.initial["result"] = Result.BOOKED
    return {"form": form, "due": [_offer(row, item, user) for item in row.due], "booked": booked,
            "book_url": _book(row, "")}  # fmt: skip


def _offer(row: ProactiveCall, item: DueItem, user: User) -> dict[str, Any]:
    key = item.thing or _service_of(row, item, user) or _operation_of(item, user)
    draft = Draft.of([(key, "1", Item.Wish.RECOMMENDED)] if key else [], user, row.store)
    if not draft.rows:
        return {"item": item}
    draft.look_at_shelf(row.store)
    wish = Item.Wish.REQUIRED if item.kind == Campaign.Kind.RECALL else Item.Wish.RECOMMENDED
    kind = Enquiry.Kind.CAMPAIGN if item.campaign else ""
    return {"item": item, "row": draft.rows[0], "book_url": _book(row, f"{key}@{wish}", kind)}


def _service_of(row: ProactiveCall, item: DueItem, user: User) -> str:
    package = service_package(user, row.vehicle.model, item.km) if item.km and row.vehicle.model else None
    return f"package:{package.pk}" if package else ""


def _operation_of(item: DueItem, user: User) -> str:
    """The operation that a recommendation was made of, if the price list has it still. Two queries."""
    if item.kind != "recommendation":
        return ""
    pk = item.key.rpartition("-")[2]
    codes = Recommendation.objects.visible_to(user).filter(pk=pk).values("operation_code")
    rows = LabourOperation.objects.visible_to(user).active().filter(code__in=codes)
    found = rows.values_list("pk", flat=True).first()
    return f"operation:{found}" if found else ""


def _book(row: ProactiveCall, add: str, kind: str = "") -> str:
    told: dict[str, str | int] = {"vehicle": row.vehicle_id, "channel": str(Enquiry.Channel.PROACTIVE)}
    told |= ({"add": add} if add else {}) | ({"kind": str(kind)} if kind else {})
    return f"{reverse('appointments:create')}?{urlencode(told)}"


def due_list(user: User, *, result: str, mine: bool) -> dict[str, Any]:
    """The first hundred that are due, or the latest of one ``result``; this month's counts. Four queries."""
    visible = ProactiveCall.objects.visible_to(user)
    visible = visible.filter(call__owner=user) if mine else visible
    settled = visible.filter(result=result).order_by("-call__finished_at", "-pk")
    rows = settled if result in Result.values else visible.standing()
    begins = clock.at(clock.today().replace(day=1), 0)
    month = visible.filter(call__finished_at__gte=begins).order_by()
    counts = dict(month.values_list("result").annotate(n=Count("pk")))
    lost = month.filter(result=Result.LOST).values_list("lost_reason").annotate(n=Count("pk"))
    return {
        "rows": rows.select_related("vehicle", "call__customer", "call__owner", "appointment")[:ROWS],
        "result": result,
        "results": [(value, label, counts.get(value, 0)) for value, label in Result.choices],
        "mine": mine,
        "lost": [(ProactiveCall.Lost(reason).label, n) for reason, n in lost.order_by("-n", "lost_reason")],
        "today": clock.today(),
        "standing": visible.standing().count(),
    }


PROACTIVE = CallQueue(
    proactive.QUEUE,
    _("Due soon"),
    (*CALLERS, *DESK),
    SCRIPT,
    order=25,
    form_template="appointments/_proactive_form.html",
    form_url=lambda call: reverse("appointments:proactive_result", args=[call.pk]),
    form_context=context,
    facts=facts,
    fact_labels={"due": _("What is due")},
)
