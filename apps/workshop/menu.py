"""What this room adds to the frame, the settings it reads and what it reacts to."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import DESK, FLOOR, MANAGERS, Role
from apps.capacity import affected, breaking
from apps.core.registry import Action, FileKind, NavItem, Panel, WorkList, registry
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe
from apps.workorders.models import WorkOrder
from apps.workorders.selectors import record_of
from apps.workshop import reactions
from apps.workshop.models import Job
from apps.workshop.services.flow import PHOTO


def _unplanned(user: User) -> int:
    if not user.has_perm("workshop.dispatch"):
        return 0
    return Job.objects.visible_to(user).filter(state=Job.State.UNPLANNED)[:99].count()


def _mine(user: User) -> list[dict[str, Any]]:
    jobs = Job.objects.visible_to(user).open().filter(technician__person=user, planned_from__isnull=False)
    return [
        {
            "title": str(job),
            "url": reverse("workshop:my_job", args=[job.pk]),
            "due_at": job.planned_from,
            "note": job.order.number,
            "plate": job.order.vehicle.plate,
        }
        for job in jobs.for_pages().order_by("planned_from")[:50]
    ]


def _to_plan(user: User) -> list[dict[str, Any]]:
    """Authorised jobs without a bay and a technician, the earliest promise first."""
    jobs = Job.objects.visible_to(user).filter(state=Job.State.UNPLANNED, line__authorised_in__isnull=False)
    return [
        {
            "title": str(job),
            "url": reverse("workshop:job", args=[job.pk]),
            "due_at": job.order.promised_at,
            "note": job.order.number,
            "plate": job.order.vehicle.plate,
            "badge": _("Rework") if job.rework_reason else "",
            "tone": "late",
        }
        for job in jobs.for_pages().order_by("order__promised_at", "pk")[:50]
    ]


def _of_order(order: WorkOrder, user: User) -> dict[str, Any] | None:
    jobs = list(Job.objects.visible_to(user).filter(order=order).for_pages().order_by("pk"))
    return {"jobs": jobs} if jobs else None


def _submission(order: WorkOrder, user: User) -> str:
    if order.status != WorkOrder.Status.IN_WORK or Job.objects.filter(order=order).open().exists():
        return ""
    return reverse("workshop:submit_for_qc", args=[order.pk])


TITLES = {
    "workshop.jobs_opened": _("Jobs opened for the workshop"),
    "job.dispatched": _("Job planned"),
    "job.moved": _("Job planned anew"),
    "job.undispatched": _("Job taken off the board"),
    "job.protected": _("Protective covers fitted"),
    "job.started": _("Work started"),
    "job.joined": _("Another technician joined"),
    "job.paused": _("Work paused"),
    "job.resumed": _("Work resumed"),
    "job.finished": _("Job finished"),
    "job.delayed": _("Delay reported to the advisor"),
    "job.finding": _("More work found"),
    "job.reopened": _("Rework"),
    "job.dropped": _("Job dropped: the customer declined it"),
}


def _pages_of(holders: list[int]) -> dict[int, str]:
    """Where the plan of each holder is shown. One query."""
    rows = Job.objects.filter(holder__in=holders).values_list("holder", "pk")
    return {holder: reverse("workshop:job", args=[pk]) for holder, pk in rows}


def _affected(scope: affected.Scope) -> Iterator[affected.Record]:
    """The orders of open jobs that are planned on what is out of order. One query."""
    for job in Job.objects.filter(holder__in=scope.holders).open().select_related("order__vehicle"):
        yield record_of(job.order, job.holder_id)


def register() -> None:
    """Called once, when Django is ready."""
    breaking.URLS.append(_pages_of)
    affected.RECORDS.append(_affected)
    declare("workshop.see", *DESK, *FLOOR, Role.PARTS_CLERK, Role.GROUP_MANAGER)
    declare("workshop.dispatch", Role.DISPATCHER, Role.TEAM_LEAD, *MANAGERS)
    declare("workshop.work", Role.TECHNICIAN, Role.TEAM_LEAD, Role.DISPATCHER)
    declare("workshop.submit_for_qc", Role.TECHNICIAN, Role.TEAM_LEAD, Role.DISPATCHER, *MANAGERS)
    declare_setting(
        "workshop.risk_minutes", int, 15, _("Late risk is shown when the end comes this close"), _("minutes")
    )
    declare_setting(
        "workshop.closing_minutes", int, 20, _("Quality check and wash after the last job"), _("minutes")
    )
    EVENT_TITLES.update(TITLES)
    subscribe("workshop.jobs_follow_orders", *reactions.KINDS, handler=reactions.follow_order)
    registry.add(
        FileKind(PHOTO, lambda user, file: user.has_perm("workshop.see")),
        NavItem(
            _("Dispatch board"), "workshop:dispatch", "layout-board-split", "workshop.see", group="floor",
            order=300, badge=_unplanned,
        ),
        NavItem(_("My jobs"), "workshop:mine", "tool", "workshop.work", group="floor", order=310),
        WorkList("workshop_jobs", _("My jobs"), _mine, "workshop.work", _("No job is planned for you."), 15,
            page="workshop:mine"),
        WorkList("to_plan", _("To be planned"), _to_plan, "workshop.dispatch", _("Everything is planned"), 5,
            page="workshop:dispatch", roles=(Role.DISPATCHER, Role.TEAM_LEAD)),
        Action(
            "workorder", _("Hand over to quality check"), _submission, icon="checkup-list", method="post",
            order=40, perm="workshop.submit_for_qc",
        ),
        Panel("workorder", "workshop/_order_panel.html", _of_order, order=30, perm="workshop.see"),
    )  # fmt: skip
