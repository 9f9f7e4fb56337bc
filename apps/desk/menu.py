"""What this room adds to the frame, and what it gives to ``core``."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import EVERYONE, MANAGERS, Role
from apps.core import clock, health, workdays
from apps.core.registry import NavItem, WorkList, registry
from apps.desk import clock as desk_clock
from apps.desk import health as desk_health
from apps.desk.models import EVENT_TITLES, CalendarDay, Task


def _tasks(user):
    return [
        {
            "title": task.text,
            "url": task.url,
            "due_at": task.due_at,
            "note": task.note,
            "task": task,
        }
        for task in Task.objects.mine(user)[:100]
    ]


def register() -> None:
    """Called once, when Django is ready."""
    clock.set_offset_source(desk_clock.offset)
    workdays.set_override_source(CalendarDay.overrides)
    health.register("worker", desk_health.worker)
    health.register("deliveries", desk_health.deliveries)
    health.register("documents", desk_health.documents)
    declare("desk.use", *EVERYONE)
    declare("desk.operate", Role.ADMINISTRATOR)
    declare("desk.see_history", *EVERYONE)
    declare("desk.edit_calendar", Role.ADMINISTRATOR, *MANAGERS)
    declare("desk.connect", Role.ADMINISTRATOR, *MANAGERS)
    declare("desk.edit_settings", Role.ADMINISTRATOR, *MANAGERS)
    EVENT_TITLES["connection.changed"] = _("Connection changed")
    EVENT_TITLES["connection.switched"] = _("Connection switched on or off")
    registry.add(
        NavItem(_("My work"), "desk:my_work", "checklist", "desk.use", order=1),
        NavItem(
            _("Deliveries"),
            "desk:deliveries",
            "mailbox",
            "desk.operate",
            group="admin",
            order=950,
        ),
        NavItem(_("Settings"), "desk:settings", "settings", "desk.edit_settings", group="admin", order=910),
        NavItem(_("Working days"), "desk:calendar", "calendar-cog", "desk.edit_calendar", "admin", 920),
        NavItem(_("Connections"), "desk:connections", "plug-connected", "desk.connect", "admin", 930),
        NavItem(_("API"), "desk:api_docs", "api", "desk.operate", group="admin", order=960),
        WorkList(
            "tasks",
            _("Tasks"),
            _tasks,
            "desk.use",
            empty=_("No open tasks. Well done."),
            order=10,
        ),
    )
