"""The roles of the house."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is here for. Permissions hang on roles, never on people."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SERVICE_MANAGER = "service_manager", _("Service manager")
    STATION_HEAD = "station_head", _("Station head")
    CUSTOMER_MANAGER = "customer_manager", _("Customer manager")
    RECEPTION_SUPERVISOR = "reception_supervisor", _("Reception supervisor")
    SERVICE_ADVISOR = "service_advisor", _("Service advisor")
    DISPATCHER = "dispatcher", _("Dispatcher")
    TEAM_LEAD = "team_lead", _("Team lead")
    TECHNICIAN = "technician", _("Technician")
    QUALITY_INSPECTOR = "quality_inspector", _("Quality inspector")
    GUARD = "guard", _("Guard")
    PARTS_CLERK = "parts_clerk", _("Parts clerk")
    CASHIER = "cashier", _("Cashier")
    CALLBACK_AGENT = "callback_agent", _("Callback agent")
    INFORMATION_CLERK = "information_clerk", _("Information clerk")
    WARRANTY_CLERK = "warranty_clerk", _("Warranty clerk")
    GROUP_MANAGER = "group_manager", _("Group manager")


EVERYONE = tuple(Role)
MANAGERS = (Role.SERVICE_MANAGER, Role.STATION_HEAD)
DESK = (Role.SERVICE_ADVISOR, Role.RECEPTION_SUPERVISOR, *MANAGERS)
CALLERS = (Role.CALLBACK_AGENT, Role.INFORMATION_CLERK, Role.CUSTOMER_MANAGER)
FLOOR = (Role.DISPATCHER, Role.TEAM_LEAD, Role.TECHNICIAN, Role.QUALITY_INSPECTOR)
GROUP_WIDE = (Role.GROUP_MANAGER,)
"""Roles that see every store of their group."""
