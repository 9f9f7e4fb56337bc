"""What this room adds to the frame."""

from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, MANAGERS, Role
from apps.core import clock, when
from apps.core.registry import NavItem, WorkList, registry
from apps.desk.models import EVENT_TITLES
from apps.parts.models import Demand
from apps.parts.selectors import LEAD


def _to_issue(user: User) -> int:
    """How many demands wait at the counter (at most 100 are counted)."""
    return Demand.objects.visible_to(user).to_issue().order_by()[:100].count()


def _waiting(user: User) -> list[dict[str, Any]]:
    """One row an order, the longest waiting first."""
    demands = Demand.objects.visible_to(user).to_issue().order_by()
    orders = demands.values("purpose").annotate(parts=Count("pk"), since=Min("released_at")).order_by("since")
    return [
        {
            "title": row["purpose"],
            "url": reverse("parts:to_issue"),
            "note": ngettext("%(n)d part", "%(n)d parts", row["parts"]) % {"n": row["parts"]}
            + " · "
            + str(_("waiting since %(time)s")) % {"time": when.words(row["since"], clock.now())},
        }
        for row in orders[:50]
    ]


def _work() -> tuple:
    """What people start their day from."""
    return (
        WorkList(
            "parts",
            _("Parts to issue"),
            _waiting,
            "parts.handle",
            empty=_("Nothing waits at the counter"),
            order=5,
            page="parts:to_issue",
            roles=(Role.PARTS_CLERK,),
        ),
    )


def _declare_settings() -> None:
    declare_setting(
        LEAD,
        int,
        2,
        _("A part that is ordered today is there after"),
        _("working days"),
        high=60,
        hint=_("Until then no time is offered for work that needs it. 0: parts do not limit bookings."),
    )


def register() -> None:
    """Called once, when Django is ready."""
    _declare_settings()
    declare(
        "parts.see",
        *DESK,
        *FLOOR,
        Role.PARTS_CLERK,
        Role.WARRANTY_CLERK,
        Role.GROUP_MANAGER,
        Role.ADMINISTRATOR,
    )
    declare("parts.handle", Role.PARTS_CLERK, *MANAGERS)
    EVENT_TITLES.update(
        {
            "parts.arrived": _("Awaited parts arrived"),
            "parts.expected": _("Arrival of parts noted"),
            "parts.issued": _("Parts issued"),
            "parts.returned": _("Parts taken back"),
            "parts.reservation_released": _("Reservation of parts given up"),
        }
    )
    registry.add(
        NavItem(
            _("Parts to issue"),
            "parts:to_issue",
            "package-export",
            "parts.handle",
            group="floor",
            order=340,
            badge=_to_issue,
        ),
        NavItem(_("Stock"), "parts:stock", "packages", "parts.see", group="floor", order=345),
        *_work(),
    )
