"""What this room adds to the frame."""

from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.calls import hours, pbx
from apps.calls.models import Call, Extension
from apps.calls.models.call import PROMISE
from apps.calls.queues import CallQueue, declare_queue
from apps.calls.services import hear_of_customer
from apps.calls.texts import PROMISE_SCRIPT
from apps.core import clock
from apps.core.registry import Action, Corner, NavItem, Panel, WorkList, registry
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe

MADE_BY = (*CALLERS, *DESK, Role.WARRANTY_CLERK)


def _due(user: User) -> int:
    return Call.objects.visible_to(user).workable_by(user).due(clock.now())[:100].count()


def _mine(user: User) -> list[dict[str, Any]]:
    now = clock.now()
    due = Call.objects.visible_to(user).due(now)
    own = due.workable_by(user) if user.role in CALLERS else due.filter(owner=user)
    return [
        {
            "title": str(call),
            "url": call.get_absolute_url(),
            "note": call.topic,
            "due_at": call.due_at if call.is_agreed_time else None,
            "plate": call.vehicle.plate if call.vehicle else "",
        }
        for call in own.select_related("customer", "vehicle").order_by("closes_on", "pk")[:20]
    ]


def _next(_nothing: None, user: User) -> str:
    return reverse("calls:next") if user.role in CALLERS else ""


def _hooks(key: str) -> list[tuple[Any, str]]:
    return [(_("What happens on the line"), reverse("calls:pbx_hook", args=[key]))]


def _has_extension(user: User) -> bool:
    """A query at most once in a minute: every page has its corners."""
    return bool(cache.get_or_set(pbx.seat_key(user), lambda: Extension.of(user), 60))


def _about_vehicle(vehicle: Any, user: User) -> dict[str, Any] | None:
    calls = Call.objects.visible_to(user).filter(vehicle=vehicle).select_related("customer", "vehicle")
    rows = list(calls.order_by("-opens_on", "-pk")[:10])
    return {"calls": rows} if rows else None


def _about_customer(customer: Any, user: User) -> dict[str, Any] | None:
    calls = Call.objects.visible_to(user).filter(customer=customer).select_related("customer", "vehicle")
    rows = list(calls.order_by("-opens_on", "-pk")[:10])
    return {"calls": rows} if rows else None


TITLES = {
    "call.attempted": _("Customer called"),
    "call.open": _("Call goes on"),
    "call.suspended": _("Call suspended"),
    "call.correction": _("Call waits for a telephone number"),
    "call.done": _("Call completed"),
    "call.unreached": _("Call closed as unreached"),
    "call.cancelled": _("Call cancelled"),
    "script.changed": _("Words of a call changed"),
    "call.promised": _("Call back promised"),
}


def register() -> None:
    """Called once, when Django is ready."""
    declare("calls.see", *MADE_BY, Role.ADMINISTRATOR, Role.GROUP_MANAGER)
    declare("calls.make", *MADE_BY)
    declare("calls.correct_number", *CALLERS, *DESK)
    declare("calls.hold_up", *MANAGERS, Role.CUSTOMER_MANAGER, Role.RECEPTION_SUPERVISOR)
    declare("calls.write_scripts", *MANAGERS, Role.CUSTOMER_MANAGER)
    declare_setting(
        hours.KEY,
        hours.cast,
        hours.DEFAULT,
        _("Calling hours"),
        read=hours.read,
        show=hours.show,
        hint=_("Spans of the day, for example 09:30-11:00, 14:00-16:30."),
    )
    declare_queue(CallQueue(PROMISE, _("Promised calls"), MADE_BY, PROMISE_SCRIPT, order=10))
    subscribe("calls.number_changed", "customer.updated", handler=hear_of_customer)
    EVENT_TITLES.update(TITLES)
    registry.add(
        NavItem(_("Calls"), "calls:queue", "phone-call", "calls.see", group="calls", order=500, badge=_due),
        WorkList(
            "calls",
            _("My calls"),
            _mine,
            "calls.make",
            empty=_("No calls of yours are due."),
            order=30,
            page="calls:queue",
        ),
        pbx.connection_kind(_hooks),
        Corner("ringing", "calls:ringing", pbx.TOPIC, "calls.make", _has_extension),
        Action("work", _("Next call"), _next, "phone-outgoing", "post", perm="calls.make", primary=True),
        Panel("vehicle", "calls/_panel.html", _about_vehicle, order=70, perm="calls.see"),
        Panel("customer", "calls/_panel.html", _about_customer, order=70, perm="calls.see"),
    )
