"""What this room adds to the frame and to earlier rooms' pages."""

from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, Role
from apps.appointments import proactive
from apps.core.registry import Action, FileKind, LinkKind, NavItem, Panel, PdfKind, WorkList, registry
from apps.customers.models import Vehicle
from apps.desk.models import EVENT_TITLES
from apps.reception import documents, drawing, selectors
from apps.reception.models import Visit
from apps.reception.views.slips import slip_public

HELPERS = (Role.DISPATCHER, Role.TEAM_LEAD, Role.CUSTOMER_MANAGER)
"""Trained to receive customers when the queue is long."""


def _waiting_for(user: User) -> list[dict]:
    """Waiting customers of this advisor, and those nobody is named for."""
    visits = selectors.queue_of(user, selectors.Standards(user.store_id))
    return [
        {
            "title": visit.customer.name,
            "plate": visit.vehicle.plate,
            "url": reverse("reception:visit", args=[visit.pk]),
            "note": visit.vehicle.model_name,
            "due_at": visit.arrived_at,
        }
        for visit in visits
        if visit.advisor_id in (None, user.pk)
    ]


def _expected(user: User) -> list[dict]:
    return [
        {
            "title": a.customer.name,
            "plate": a.vehicle.plate,
            "url": f"{reverse('reception:arrival')}?{urlencode({'plate': a.vehicle.plate})}",
            "note": a.vehicle.model_name,
            "due_at": a.arrives_at,
        }
        for a in selectors.expected_today(user)[:100]
    ]


def _arrival(_nothing: None, user: User) -> str:
    return reverse("reception:arrival") if user.role == Role.GUARD else ""


def _waiting_count(user: User) -> int:
    return Visit.objects.visible_to(user).waiting()[:100].count()


def _last_walk_around(vehicle: Vehicle, user: User) -> dict | None:
    """For the vehicle's page: how the car looked when it last came."""
    visit = (
        Visit.objects.visible_to(user)
        .filter(vehicle=vehicle, walk_around__isnull=False)
        .select_related("walk_around")
        .order_by("-arrived_at")
        .first()
    )
    if visit is None:
        return None
    marks = selectors.marks_of(visit)
    return {"visit": visit, "walk": visit.walk_around, "marks": marks, "zones": drawing.ZONES.values()}


def _sees_reception(user: User, file: object) -> bool:
    return user.has_perm("reception.see")


def _permissions() -> None:
    declare("reception.arrive", Role.GUARD, *DESK, *HELPERS)
    declare("reception.receive", *DESK, *HELPERS)
    declare("reception.close", *DESK)
    declare(
        "reception.see",
        Role.GUARD,
        Role.CUSTOMER_MANAGER,
        Role.CASHIER,
        Role.WARRANTY_CLERK,
        Role.PARTS_CLERK,
        Role.GROUP_MANAGER,
        Role.ADMINISTRATOR,
        *DESK,
        *FLOOR,
    )


def _settings() -> None:
    minutes = _("min")
    declare_setting("reception.first_contact_minutes", float, 1.0, _("Arrival to first contact"), minutes)
    declare_setting("reception.listening_minutes", float, 6.0, _("Listening standard"), minutes)
    declare_setting(
        "reception.late_grace_minutes", float, 30.0, _("Late appointments keep their place for"), minutes
    )
    declare_setting("reception.appointments_first", bool, True, _("Appointments are served at their time"))
    declare_setting("reception.queue_limit", int, 4, _("Waiting customers before helpers are called"))
    declare_setting(
        "reception.register_over_hours",
        _decimal,
        Decimal(4),
        _("Register is mandatory for work over"),
        _("h"),
    )


TITLES = {
    "visit.arrived": _("Arrived"),
    "visit.met": _("First contact"),
    "visit.walked_around": _("Walk-around done"),
    "visit.interviewed": _("Interview done"),
    "visit.slip_sent": _("Copy of the reception slip issued"),
    "visit.entered_house": _("Taken into the house"),
    "visit.left": pgettext_lazy("visit", "Left"),
    "damage.gone": _("Earlier damage no longer there"),
}


def _work() -> tuple:
    """What people start their day from."""
    return (
        WorkList(
            "waiting_for_me",
            _("Waiting for me"),
            _waiting_for,
            "reception.receive",
            empty=_("Nobody waits for you."),
            order=5,
            page="reception:queue",
        ),
        WorkList(
            "expected",
            _("Expected today"),
            _expected,
            "reception.arrive",
            empty=_("Nobody else is expected today."),
            order=5,
            page="reception:arrival",
            roles=(Role.GUARD,),
        ),
        Action(
            "work", _("Arrival"), _arrival, "barrier-block", order=20, perm="reception.arrive", primary=True
        ),
    )


def register() -> None:
    """Called once, when Django is ready."""
    _permissions()
    _settings()
    proactive.IN_HOUSE.append(lambda: Visit.objects.open().values("vehicle"))
    EVENT_TITLES.update(TITLES)
    registry.add(
        NavItem(
            _("Arrival"), "reception:arrival", "barrier-block", "reception.arrive", group="front", order=200
        ),
        NavItem(
            _("Waiting queue"),
            "reception:queue",
            "users",
            "reception.see",
            group="front",
            order=210,
            badge=_waiting_count,
        ),
        NavItem(_("Visits"), "reception:visits", "clipboard-text", "reception.see", group="front", order=220),
        Panel("vehicle", "reception/_vehicle_panel.html", _last_walk_around, order=300, perm="reception.see"),
        LinkKind("reception_slip", slip_public),
        FileKind("reception.damage", _sees_reception),
        FileKind("reception.signature", _sees_reception),
        FileKind("reception.slip", _sees_reception),
        PdfKind(
            "reception.slip", "reception/pdf/slip.html", documents.slip_context, documents.slip_file_name
        ),
        *_work(),
    )


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))
