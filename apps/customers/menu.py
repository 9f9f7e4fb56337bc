"""What this room adds to the frame."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, EVERYONE, FLOOR, MANAGERS, Role
from apps.core.registry import NavItem, SearchKind, registry
from apps.customers import campaigns, selectors
from apps.customers.models import keys
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe

NEED_NO_CONTACTS = (*FLOOR, Role.GUARD, Role.PARTS_CLERK)
"""Who works with the car and not with the person: telephone numbers are masked for them."""

TITLES = {
    "customer.registered": _("Customer entered, number %(number)s"),
    "customer.updated": _("Customer's file changed"),
    "customer.access_granted": _("%(store)s may see this file from now on"),
    "customer.file_opened": _("File opened by %(store)s"),
    "customer.vehicle_left": _("Vehicle sold on: %(vehicle)s to %(to)s"),
    "customer.vehicle_joined": _("Vehicle taken over: %(vehicle)s from %(from)s"),
    "vehicle.registered": _("Vehicle entered"),
    "vehicle.updated": _("Vehicle's file changed"),
    "vehicle.owner_changed": _("Owner changed: from %(from)s to %(to)s"),
    "reading.taken": _("Mileage read: %(km)s km"),
    "reading.backwards": _("Mileage read: %(km)s km, which does not fit; kept, not used"),
    "reading.replaced": _("Odometer replaced; it starts at %(km)s km"),
    "recommendation.opened": _("Recommended: %(text)s"),
    "campaign.opened": _("Campaign %(number)s opened"),
    "campaign.changed": _("Campaign %(number)s changed"),
    "campaign.list_added": _("Campaign %(number)s: list of %(listed)s cars added"),
    "campaign.ended": _("%(campaign)s: settled"),
    "recommendation.closed": _("Recommendation closed: %(text)s"),
}


def register() -> None:
    """Called once, when Django is ready."""
    declare("customers.see", *EVERYONE)
    declare("customers.see_contacts", *(role for role in EVERYONE if role not in NEED_NO_CONTACTS))
    declare("customers.edit", *DESK, *CALLERS)
    declare("customers.open_file", *DESK, *CALLERS)
    declare("customers.change_owner", *DESK)
    declare("customers.recommend", *DESK, *CALLERS, *FLOOR, Role.WARRANTY_CLERK)
    declare("campaigns.see", *DESK, *CALLERS, Role.WARRANTY_CLERK, Role.PARTS_CLERK, Role.DISPATCHER)
    declare("campaigns.edit", *MANAGERS, Role.CUSTOMER_MANAGER, Role.WARRANTY_CLERK)
    declare("campaigns.settle", *DESK, Role.WARRANTY_CLERK)
    EVENT_TITLES.update(TITLES)
    subscribe(
        "customers.campaigns", "vehicle.registered", "vehicle.updated", handler=campaigns.vehicle_changed
    )
    registry.add(
        NavItem(
            _("Customers"),
            "customers:list",
            "address-book",
            "customers.see_contacts",
            group="front",
            order=150,
        ),
        NavItem(
            _("Recalls and campaigns"),
            "customers:campaigns",
            "speakerphone",
            "campaigns.see",
            group="front",
            order=155,
        ),
        SearchKind(keys.VEHICLE, _("Vehicles"), selectors.found_vehicles, "car", order=20),
        SearchKind(keys.CUSTOMER, _("Customers"), selectors.found_customers, "user", order=30),
    )
