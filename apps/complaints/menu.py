"""What this room adds to the frame."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.complaints.models import Complaint
from apps.core.registry import Action, NavItem, Panel, WorkList, registry
from apps.desk.models.event import EVENT_TITLES

NOTICES = [
    gettext_noop("Complaint %(number)s is yours: answer it within 24 hours"),
    gettext_noop("Complaint %(number)s was handed to you"),
    gettext_noop("Complaint %(number)s: half of the 24 hours are used"),
    gettext_noop("Complaint %(number)s: 80 per cent of the 24 hours are used"),
    gettext_noop("Complaint %(number)s is overdue"),
]
"""Texts that are stored as message ids and translated when read."""


def _mine(user):
    rows = Complaint.objects.visible_to(user).open().filter(owner=user).select_related("customer", "vehicle")
    return [
        {
            "title": f"{c.number} {c.customer.name}",
            "url": reverse("complaints:detail", args=[c.pk]),
            "due_at": None if c.answered_at else c.due_at,
            "note": c.words[:80],
            "plate": c.vehicle.plate if c.vehicle else "",
        }
        for c in rows.order_by("due_at")[:50]
    ]


def _open_ones(user) -> int:
    return Complaint.objects.visible_to(user).unanswered()[:99].count()


def _of_vehicle(vehicle, user):
    rows = list(Complaint.objects.visible_to(user).filter(vehicle=vehicle).order_by("-pk")[:10])
    return {"complaints": rows} if rows else None


def _of_customer(customer, user):
    rows = list(Complaint.objects.visible_to(user).filter(customer=customer).order_by("-pk")[:10])
    return {"complaints": rows} if rows else None


def _new(key):
    return lambda obj, user: (
        reverse("complaints:create") + f"?{key}={obj.number if key == 'order' else obj.pk}"
    )


def _new_from_call(call, user):
    if call.subject.startswith("workorders.workorder:"):
        return reverse("complaints:create") + f"?order={call.topic}"
    key, pk = ("vehicle", call.vehicle_id) if call.vehicle_id else ("customer", call.customer_id)
    return reverse("complaints:create") + f"?{key}={pk}"


def register() -> None:
    """Called once, when Django is ready."""
    declare("complaints.see", *DESK, *CALLERS, Role.GROUP_MANAGER)
    declare("complaints.take", *DESK, *CALLERS)
    declare("complaints.handle", *DESK, Role.CUSTOMER_MANAGER, *MANAGERS)
    EVENT_TITLES.update(
        {
            "complaint.opened": _("Complaint taken in"),
            "complaint.answered": _("Complaint answered"),
            "complaint.closed": _("Complaint closed"),
            "complaint.handed_over": _("Complaint handed to another owner"),
            "complaint.escalated": _("Complaint escalated"),
        }
    )
    label = _("Complaint")
    registry.add(
        NavItem(
            _("Complaints"), "complaints:list", "mood-sad", "complaints.see", group="calls", order=540,
            badge=_open_ones,
        ),
        WorkList("complaints", _("My complaints"), _mine, "complaints.handle", _("None is yours."), 30,
            page="complaints:list"),
        Panel("vehicle", "complaints/_panel.html", _of_vehicle, order=60, perm="complaints.see"),
        Panel("customer", "complaints/_panel.html", _of_customer, order=60, perm="complaints.see"),
        Action("customer", label, _new("customer"), icon="mood-sad", order=90, perm="complaints.take"),
        Action("vehicle", label, _new("vehicle"), icon="mood-sad", order=90, perm="complaints.take"),
        Action("call", label, _new_from_call, icon="mood-sad", order=90, perm="complaints.take"),
        Action("workorder", label, _new("order"), icon="mood-sad", order=90, perm="complaints.take"),
    )  # fmt: skip
